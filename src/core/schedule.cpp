// Slots of a schedule are counted from its anchor, so that they do not wander: 31 January, 28 February, 31
// March.
#include "core/schedule.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "core/error.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

namespace chrono = std::chrono;

constexpr Moment mean_month = 2'629'746 * one_second;
constexpr Moment after_interruption = 10 * one_second;

// Days since 2000-01-01.
std::int64_t day_number(const LocalTime& time) {
    const chrono::sys_days epoch = chrono::year{2000} / 1 / 1;
    const chrono::sys_days day = chrono::year{time.year} / time.month / time.day;
    return (day - epoch).count();
}

void set_day(LocalTime& time, std::int64_t number) {
    const chrono::sys_days epoch = chrono::year{2000} / 1 / 1;
    const chrono::year_month_day date{epoch + chrono::days{number}};
    time.year = static_cast<int>(date.year());
    time.month = static_cast<int>(static_cast<unsigned>(date.month()));
    time.day = static_cast<int>(static_cast<unsigned>(date.day()));
}

void add_months(LocalTime& time, std::int64_t months) {
    const chrono::year_month month =
        chrono::year{time.year} / time.month + chrono::months{static_cast<int>(months)};
    const chrono::year_month_day last{month / chrono::last};
    time.year = static_cast<int>(month.year());
    time.month = static_cast<int>(static_cast<unsigned>(month.month()));
    time.day = std::min(time.day, static_cast<int>(static_cast<unsigned>(last.day())));
}

Moment utc_moment(const LocalTime& time) { return day_number(time) * one_day + time.microseconds; }

LocalTime utc_time(Moment moment) {
    std::int64_t day = moment / one_day;
    if (moment % one_day < 0) --day;
    LocalTime time;
    set_day(time, day);
    time.microseconds = moment - day * one_day;
    return time;
}

Moment slot(const Every& every, const LocalTime& anchor, std::int64_t number, const ToMoment& to_moment) {
    LocalTime time = anchor;
    add_months(time, number * every.months);
    set_day(time, day_number(time) + number * every.days);
    return to_moment(time) + number * every.microseconds;
}

// The first slot after `after`. An anchor without a date is one on a Monday that begins a year, so that
// "every week" is on Mondays and "every month" on its first day.
Moment next_slot(const Every& every, const Anchor& anchor, Moment after, const ToMoment& to_moment) {
    LocalTime local = anchor.local;
    if (!anchor.has_date) {
        local.year = 2001;
        local.month = local.day = 1;
    }
    const Moment length = every.months * mean_month + every.days * one_day + every.microseconds;
    std::int64_t number = (after - slot(every, local, 0, to_moment)) / length;
    while (slot(every, local, number, to_moment) > after) --number;
    while (slot(every, local, number, to_moment) <= after) ++number;
    if (anchor.has_date && number < 0) number = 0;
    return slot(every, local, number, to_moment);
}

[[noreturn]] void refuse(std::string_view text) {
    throw Error(sqlstate::invalid_argument, "\"" + std::string(text) + "\" is no time for a schedule",
                "It is a time of day, with a date before it or without, and a time zone.",
                "Write '02:00 UTC', or '2026-01-05 02:00 Europe/Berlin'.");
}

// Reads digits up to the separator, which is taken away too; -1: there are none.
int read_digits(std::string_view& text, char separator) {
    std::size_t length = 0;
    int number = 0;
    while (length < text.size() && text[length] >= '0' && text[length] <= '9' && length < 4)
        number = number * 10 + (text[length++] - '0');
    if (length == 0) return -1;
    text.remove_prefix(length);
    if (separator == '\0') return number;
    if (text.empty() || text.front() != separator) return -1;
    text.remove_prefix(1);
    return number;
}

bool is_date(std::string_view word) { return word.find('-') == 4; }

void read_date(std::string_view word, LocalTime& time) {
    time.year = read_digits(word, '-');
    time.month = read_digits(word, '-');
    time.day = read_digits(word, '\0');
    const bool is_plausible = time.year >= 1900 && time.month > 0 && time.day > 0 && word.empty();
    if (!is_plausible || !(chrono::year{time.year} / time.month / time.day).ok()) refuse("");
}

void read_time(std::string_view word, LocalTime& time) {
    const int hours = read_digits(word, ':');
    const int minutes = read_digits(word, '\0');
    int seconds = 0;
    if (!word.empty() && word.front() == ':') {
        word.remove_prefix(1);
        seconds = read_digits(word, '\0');
    }
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59 ||
        !word.empty())
        refuse("");
    time.microseconds = hours * one_hour + minutes * one_minute + seconds * one_second;
}

std::string_view take_word(std::string_view& text) {
    text = trimmed(text);
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    text = trimmed(text);
    return word;
}

}  // namespace

Anchor parse_anchor(std::string_view text) {
    Anchor anchor;
    std::string_view rest = text;
    try {
        std::string_view word = take_word(rest);
        if (is_date(word)) {
            anchor.has_date = true;
            read_date(word, anchor.local);
            word = take_word(rest);
        }
        read_time(word, anchor.local);
    } catch (const Error&) {
        refuse(text);
    }
    anchor.zone = std::string(rest);
    return anchor;
}

std::string to_text(const Anchor& anchor) {
    std::array<char, 40> text;
    const std::int64_t seconds = anchor.local.microseconds / one_second;
    const int hour = static_cast<int>(seconds / 3600);
    const int minute = static_cast<int>(seconds / 60 % 60);
    std::string out;
    if (anchor.has_date) {
        std::snprintf(text.data(), text.size(), "%04d-%02d-%02d ", anchor.local.year, anchor.local.month,
                      anchor.local.day);
        out += text.data();
    }
    std::snprintf(text.data(), text.size(), "%02d:%02d", hour, minute);
    out += text.data();
    if (seconds % 60 != 0) {
        std::snprintf(text.data(), text.size(), ":%02d", static_cast<int>(seconds % 60));
        out += text.data();
    }
    return anchor.zone.empty() ? out : out + " " + anchor.zone;
}

void require_forward(const Every& every) {
    constexpr std::int32_t centuries = 100 * 12 * 10;  // a thousand years
    const bool is_forward = every.months >= 0 && every.days >= 0 && every.microseconds >= 0;
    const bool is_long_enough = every.months > 0 || every.days > 0 || every.microseconds >= one_second;
    if (is_forward && is_long_enough && every.months <= centuries && every.days <= centuries * 31 &&
        every.microseconds <= one_day * centuries * 31)
        return;
    throw Error(sqlstate::invalid_argument,
                "the interval of a schedule must be from a second to a thousand years", "",
                "Write '10 minutes', '1 day' or '1 month'.");
}

Moment patience(int failures) {
    Moment wait = one_minute;
    for (int i = 1; i < failures && wait < one_hour; ++i) wait *= 2;
    return std::min(wait, one_hour);
}

Moment next_due(const Schedule& schedule, const std::optional<LastRun>& last, Moment now,
                const ToMoment& to_moment) {
    // What was scheduled anew begins anew.
    if (!last || last->started < schedule.since) {
        if (!schedule.anchor || schedule.since > now) return std::min(schedule.since, now);
        return next_slot(schedule.every, *schedule.anchor, schedule.since, to_moment);
    }
    if (last->started > now || last->ended > now) return now;
    // Whoever was interrupted has not failed again, whatever was before.
    if (last->interrupted) return last->ended + after_interruption;
    if (last->failures > 0) return last->ended + patience(last->failures);
    if (schedule.anchor) return next_slot(schedule.every, *schedule.anchor, last->started, to_moment);
    return slot(schedule.every, utc_time(last->started), 1, utc_moment);
}

}  // namespace schemaver::core
