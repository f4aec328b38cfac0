// The server's table of zones, and its choice where clocks skip a time or show it twice.
#include "pg/zone.hpp"

#include "pg/text.hpp"

extern "C" {
#include "pgtime.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"
}

namespace schemaver::pg {

namespace {

pg_tz* find_zone(const std::string& zone) {
    const char* name = zone.c_str();
    return call([=] {
        pg_tz* found = pg_tzset(name);
        return found != nullptr && pg_tz_acceptable(found) ? found : nullptr;
    });
}

}  // namespace

void require_zone(const std::string& zone) {
    if (find_zone(zone) != nullptr) return;
    throw core::Error(core::sqlstate::invalid_argument, fmt::format("there is no time zone \"{}\"", zone), "",
                      "SELECT name FROM pg_timezone_names lists them.");
}

std::string session_zone() {
    return to_utf8(call([] { return pg_get_timezone_name(session_timezone); }));
}

core::Moment to_moment(const std::string& zone, const core::LocalTime& local) {
    pg_tz* found = find_zone(zone);
    if (found == nullptr) require_zone(zone);
    const std::int64_t seconds = local.microseconds / core::one_second;
    return call([=] {
        struct pg_tm time = {};
        time.tm_year = local.year;
        time.tm_mon = local.month;
        time.tm_mday = local.day;
        time.tm_hour = static_cast<int>(seconds / 3600);
        time.tm_min = static_cast<int>(seconds / 60 % 60);
        time.tm_sec = static_cast<int>(seconds % 60);
        const int west = DetermineTimeZoneOffset(&time, found);
        const core::Moment days = date2j(local.year, local.month, local.day) - POSTGRES_EPOCH_JDATE;
        return days * core::one_day + local.microseconds + west * core::one_second;
    });
}

std::optional<core::LocalTime> to_local(const std::string& zone, core::Moment moment) {
    pg_tz* found = find_zone(zone);
    if (found == nullptr) return std::nullopt;
    return call([=] {
        const pg_time_t seconds = timestamptz_to_time_t(moment);
        const struct pg_tm* shown = pg_localtime(&seconds, found);
        const std::int64_t since_midnight = (shown->tm_hour * 60LL + shown->tm_min) * 60 + shown->tm_sec;
        return core::LocalTime{shown->tm_year + 1900, shown->tm_mon + 1, shown->tm_mday,
                               since_midnight * core::one_second + moment % core::one_second};
    });
}

}  // namespace schemaver::pg
