// Days and hours are those that clocks of the policy's time zone show.
#include "guard/freeze.hpp"

#include <algorithm>

#include "pg/zone.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/datetime.h"
}

namespace schemaver::guard {

namespace {

std::vector<int> integers(Datum array) {
    struct Elements {
        Datum* values;
        bool* nulls;
        int count;
    };
    const Elements elements = pg::call([=] {
        Elements found{};
        deconstruct_array(DatumGetArrayTypeP(array), INT4OID, 4, true, TYPALIGN_INT, &found.values,
                          &found.nulls, &found.count);
        return found;
    });
    std::vector<int> all;
    for (int i = 0; i < elements.count; ++i)
        if (!elements.nulls[i]) all.push_back(DatumGetInt32(elements.values[i]));
    return all;
}

int day_of_week(const core::LocalTime& local) {
    const int day = j2day(date2j(local.year, local.month, local.day));
    return day == 0 ? 7 : day;  // Sunday
}

}  // namespace

Freeze read_freeze(const pg::Row& row, const FreezeColumns& columns) {
    const auto number = [&](AttrNumber column) -> std::optional<std::int64_t> {
        const auto datum = row.datum(column);
        return datum ? std::optional(DatumGetInt64(*datum)) : std::nullopt;
    };
    Freeze freeze;
    freeze.starts = number(columns.starts);
    freeze.ends = number(columns.ends);
    if (const auto days = row.datum(columns.days)) freeze.days = integers(*days);
    freeze.from_time = number(columns.from_time);
    freeze.to_time = number(columns.to_time);
    freeze.time_zone = row.text(columns.time_zone);
    return freeze;
}

std::optional<bool> is_frozen(const Freeze& freeze, std::int64_t moment) {
    if (freeze.starts && moment < *freeze.starts) return false;
    if (freeze.ends && moment >= *freeze.ends) return false;
    if (!freeze.days && !freeze.from_time) return true;
    const auto local = pg::to_local(freeze.time_zone, moment);
    if (!local) return std::nullopt;
    if (freeze.days &&
        std::find(freeze.days->begin(), freeze.days->end(), day_of_week(*local)) == freeze.days->end())
        return false;
    if (!freeze.from_time || !freeze.to_time) return true;
    const bool has_begun = local->microseconds >= *freeze.from_time;
    const bool is_over = local->microseconds >= *freeze.to_time;
    // 22:00 to 06:00 is over midnight.
    return *freeze.from_time <= *freeze.to_time ? has_begun && !is_over : has_begun || !is_over;
}

}  // namespace schemaver::guard
