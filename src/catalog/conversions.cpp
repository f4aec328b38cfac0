// Conversions between encodings.
#include "catalog/described.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_conversion.h"
#include "mb/pg_wchar.h"
}

namespace schemaver::catalog {

void read_conversions(Reading& reading) {
    for_each(reading, reading.selection(ConversionRelationId), ConversionRelationId, Anum_pg_conversion_oid,
             ConversionOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_conversion>();
                 if (!reading.is_wanted(ConversionRelationId, form.oid, form.connamespace)) return;
                 Json structure = {{"source", pg_encoding_to_char(form.conforencoding)},
                                   {"target", pg_encoding_to_char(form.contoencoding)}};
                 put_function(reading, structure, "function", form.conproc);
                 if (form.condefault) structure["default"] = true;
                 add_object(reading,
                            {{ConversionRelationId, form.oid},
                             "conversion",
                             reading.qualified(form.connamespace, pg::to_utf8(NameStr(form.conname))),
                             form.connamespace,
                             form.conowner},
                            std::move(structure));
             });
}

}  // namespace schemaver::catalog
