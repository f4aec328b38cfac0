// schema_sql(): the schema at a point as statements that recreate it, a row each.
#include "core/schema_sql.hpp"

#include "pg/result_set.hpp"
#include "version/point.hpp"

namespace schemaver::version {

// schema_sql(at text)
SCHEMAVER_FUNCTION(schemaver_schema_sql)(pg::Arguments arguments) {
    const core::Schema schema = schema_at(resolve(arguments.required_text(0, "at")));
    pg::ResultSet rows(arguments, true);
    for (const std::string& statement : core::schema_sql(schema)) rows.add({pg::text_datum(statement)});
    return rows.done();
}

}  // namespace schemaver::version
