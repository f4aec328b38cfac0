// NOTIFY: a message to whoever listens on a channel, sent when the transaction commits.
#pragma once

#include <string>

namespace schemaver::pg {

// `payload` is UTF-8 of less than 8,000 bytes in the database's encoding.
void notify(const char* channel, const std::string& payload);

}  // namespace schemaver::pg
