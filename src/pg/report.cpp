// Warnings and notices by ereport.
#include "pg/report.hpp"

#include "pg/text.hpp"

extern "C" {
#include "utils/guc.h"
}

namespace schemaver::pg {

namespace {

// The statement that is running is not logged along: it may hold a secret.
void report(int level, const std::string& message, const std::string& detail, const std::string& hint) {
    const std::string texts[] = {from_utf8(message), from_utf8(detail), from_utf8(hint)};
    const char* first = texts[0].c_str();
    const char* second = texts[1].empty() ? nullptr : texts[1].c_str();
    const char* third = texts[2].empty() ? nullptr : texts[2].c_str();
    call([=] {
        ereport(level,
                (errmsg_internal("%s", first), second != nullptr ? errdetail_internal("%s", second) : 0,
                 third != nullptr ? errhint("%s", third) : 0, errhidestmt(true)));
    });
}

}  // namespace

void log(const char* message, const char* detail) {
    call([=] {
        ereport(LOG_SERVER_ONLY, (errmsg_internal("%s", message), errdetail_internal("%s", detail),
                                  errhidestmt(true), errhidecontext(true)));
    });
}

void log(Level level, const std::string& message, const std::string& detail) {
    const int number = level == Level::warning ? WARNING : level == Level::log ? LOG_SERVER_ONLY : NOTICE;
    // No other way keeps a warning from the client.
    const int client = client_min_messages;
    client_min_messages = ERROR;
    try {
        report(number, message, detail, "");
    } catch (...) {
        client_min_messages = client;
        throw;
    }
    client_min_messages = client;
}

void warn(const std::string& message, const std::string& detail, const std::string& hint) {
    report(WARNING, message, detail, hint);
}

void notice(const std::string& message, const std::string& detail, const std::string& hint) {
    report(NOTICE, message, detail, hint);
}

Quiet::Quiet() : client_(client_min_messages), log_(log_min_messages) {
    client_min_messages = ERROR;
    log_min_messages = ERROR;
}

Quiet::~Quiet() {
    client_min_messages = client_;
    log_min_messages = log_;
}

}  // namespace schemaver::pg
