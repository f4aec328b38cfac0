// What verify_ledger() has found, row by row.
#pragma once

#include "ledger/timeline.hpp"
#include "pg/result_set.hpp"

namespace schemaver::ledger {

class Findings {
  public:
    Findings(const pg::Arguments& arguments, std::optional<Uuid> own) : rows_(arguments), own_(own) {}

    struct Place {
        Uuid timeline;
        std::int64_t commit = 0;  // 0: of no commit
        std::string object;       // "seal 3", "table public.people"; empty: the commit
    };
    void error(const char* finding, const Place& place, std::string detail, const std::string& hint) {
        ++errors_;
        add("error", finding, place, std::move(detail), hint);
    }
    void warning(const char* finding, const Place& place, std::string detail, const std::string& hint) {
        ++warnings_;
        add("warning", finding, place, std::move(detail), hint);
    }
    void info(const char* finding, const Place& place, std::string detail) {
        add("info", finding, place, std::move(detail), "");
    }
    void summary(const std::string& detail, const std::string& hint) {
        const char* finding = errors_ > 0 ? "damaged" : warnings_ > 0 ? "incomplete" : "intact";
        rows_.add({pg::text_datum("info"), pg::text_datum(finding), pg::Value(), pg::Value(),
                   pg::text_datum(detail), pg::text_or_null(hint)});
    }

  private:
    void add(const char* severity, const char* finding, const Place& place, std::string detail,
             const std::string& hint) {
        if (!own_ || place.timeline != *own_)
            detail += fmt::format(" (Timeline {}.)", to_text(place.timeline));
        rows_.add({pg::text_datum(severity), pg::text_datum(finding),
                   place.commit != 0 ? pg::Value(Int64GetDatum(place.commit)) : pg::Value(),
                   pg::text_or_null(place.object), pg::text_datum(detail), pg::text_or_null(hint)});
    }

    pg::ResultSet rows_;
    std::optional<Uuid> own_;
    std::int64_t errors_ = 0;
    std::int64_t warnings_ = 0;
};

}  // namespace schemaver::ledger
