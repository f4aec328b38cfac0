// diff(from, to): what differs between two points, and who changed it where the ledger knows.
#include "pg/result_set.hpp"
#include "version/attribution.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
}

namespace schemaver::version {

namespace {

pg::Value cell(const core::Json& value) {
    if (value.is_null()) return std::nullopt;
    return pg::text_datum(core::in_words(value));
}

pg::Value likeness_cell(const core::Difference& difference) {
    if (difference.likeness >= 1) return std::nullopt;
    return Float4GetDatum(static_cast<float>(difference.likeness));
}

}  // namespace

core::DiffChoice choice_from(const pg::Arguments& arguments, int first) {
    core::DiffChoice choice;
    if (const auto facets = arguments.text_array(first)) choice.facets = core::facets_from_names(*facets);
    choice.kinds = arguments.text_array(first + 1).value_or(std::vector<std::string>());
    choice.schemas = arguments.text_array(first + 2).value_or(std::vector<std::string>());
    core::check_kinds(choice.kinds);
    if (const auto words = arguments.text_array(first + 3)) core::ignore(choice, *words);
    return choice;
}

// diff("from" text, "to" text, facets text[], kinds text[], schemas text[], ignore text[])
SCHEMAVER_FUNCTION(schemaver_diff)(pg::Arguments arguments) {
    const Point from = resolve(arguments.required_text(0, "from"));
    const Point to = resolve(arguments.required_text(1, "to"));
    const Comparison comparison = compare(from, to, choice_from(arguments, 2));
    const std::vector<Attribution> known_of = attributions(comparison);
    pg::ResultSet rows(arguments);
    for (std::size_t i = 0; i < comparison.differences.size(); ++i) {
        const core::Difference& difference = comparison.differences[i];
        const Attribution& attribution = known_of[i];
        const bool known = attribution.commit > 0;
        rows.add({pg::text_datum(difference.change), pg::text_datum(difference.kind),
                  pg::text_datum(difference.identity), pg::text_or_null(difference.former_identity),
                  pg::text_or_null(difference.property), cell(difference.old_value),
                  cell(difference.new_value), pg::text_or_null(difference.facet),
                  known ? pg::Value(Int64GetDatum(attribution.commit)) : pg::Value(),
                  known ? pg::Value(pg::text_datum(attribution.user)) : pg::Value(),
                  attribution.captured ? pg::Value(BoolGetDatum(*attribution.captured)) : pg::Value(),
                  likeness_cell(difference)});
    }
    return rows.done();
}

}  // namespace schemaver::version
