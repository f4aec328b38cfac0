// The server's two hooks for it, and a lock of our own. The server calls the hooks with nothing of ours on
// the stack.
#include "pg/shared_memory.hpp"

extern "C" {
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
}

namespace schemaver::pg {

namespace {

const char* memory_name = nullptr;
std::size_t memory_size = 0;
void* memory = nullptr;
LWLock* memory_lock = nullptr;
shmem_request_hook_type next_request = nullptr;
shmem_startup_hook_type next_startup = nullptr;

void on_request() {
    if (next_request != nullptr) next_request();
    RequestAddinShmemSpace(memory_size);
    RequestNamedLWLockTranche(memory_name, 1);
}

void on_startup() {
    if (next_startup != nullptr) next_startup();
    bool found = false;
    LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
    memory = ShmemInitStruct(memory_name, memory_size, &found);
    if (!found) std::memset(memory, 0, memory_size);
    memory_lock = &GetNamedLWLockTranche(memory_name)->lock;
    LWLockRelease(AddinShmemInitLock);
}

}  // namespace

void request_shared_memory(const char* name, std::size_t size) {
    memory_name = name;
    memory_size = size;
    next_request = shmem_request_hook;
    shmem_request_hook = on_request;
    next_startup = shmem_startup_hook;
    shmem_startup_hook = on_startup;
}

void* shared_memory_address() { return memory; }

SharedLock::SharedLock() { LWLockAcquire(memory_lock, LW_EXCLUSIVE); }

SharedLock::~SharedLock() { LWLockRelease(memory_lock); }

}  // namespace schemaver::pg
