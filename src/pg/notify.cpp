// Sends notifications.
#include "pg/notify.hpp"

#include "pg/text.hpp"

extern "C" {
#include "commands/async.h"
}

namespace schemaver::pg {

void notify(const char* channel, const std::string& payload) {
    const std::string text = from_utf8(payload);
    const char* bytes = text.c_str();
    call([=] { Async_Notify(channel, bytes); });
}

}  // namespace schemaver::pg
