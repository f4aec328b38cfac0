// Memory that all processes of the server share: there only where the library is loaded with the server.
//
//     pg::request_shared_memory("schemaver", sizeof(Board));     in _PG_init
//     if (auto shared = pg::shared_memory<Board>()) { pg::SharedLock lock; shared->... }
#pragma once

#include "pg/boundary.hpp"

namespace schemaver::pg {

// Zeroed when the server starts, and after a crash. Called by _PG_init while the server starts; once.
void request_shared_memory(const char* name, std::size_t size);

void* shared_memory_address();

// nullptr: the library was loaded later.
template <typename Shared>
Shared* shared_memory() {
    static_assert(std::is_trivially_destructible_v<Shared>);
    return static_cast<Shared*>(shared_memory_address());
}

// To be held for a few instructions, and nothing that can raise is called meanwhile.
class SharedLock {
  public:
    SharedLock();
    ~SharedLock();
    SharedLock(const SharedLock&) = delete;
    SharedLock& operator=(const SharedLock&) = delete;
};

}  // namespace schemaver::pg
