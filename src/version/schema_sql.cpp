// schema_sql(): the schema at a point as statements that recreate it, a row each.
#include "core/schema_sql.hpp"

#include "pg/result_set.hpp"
#include "version/kept.hpp"

namespace schemaver::version {

// schema_sql(at text, with_rows boolean)
SCHEMAVER_FUNCTION(schemaver_schema_sql)(pg::Arguments arguments) {
    const Point point = resolve(arguments.required_text(0, "at"));
    std::vector<core::KeptTable> rows;
    if (arguments.boolean(1, false)) rows = rows_at(point);
    const core::Schema schema = schema_at(point);
    pg::ResultSet result(arguments, true);
    for (const std::string& statement : core::schema_sql(schema, rows))
        result.add({pg::text_datum(statement)});
    return result.done();
}

}  // namespace schemaver::version
