// Collations. Left out is the version of the locale's data that the server recorded: it says what this
// machine had when the collation was made or refreshed.
#include "catalog/described.hpp"
#include "catalog/kinds.hpp"
#include "pg/compat.hpp"

namespace schemaver::catalog {

namespace {

const char* provider_word(char provider) {
    switch (provider) {
        case COLLPROVIDER_LIBC:
            return "libc";
        case COLLPROVIDER_ICU:
            return "icu";
        case pg::collation_provider_builtin:
            return "builtin";
        default:
            return "default";
    }
}

Json collation_structure(const pg::Row& row) {
    const auto& form = row.form<FormData_pg_collation>();
    Json structure = {{"provider", provider_word(form.collprovider)}};
    if (!form.collisdeterministic) structure["deterministic"] = false;
    const auto collate = row.optional_text(Anum_pg_collation_collcollate);
    const auto ctype = row.optional_text(Anum_pg_collation_collctype);
    if (const auto locale = row.optional_text(pg::collation_locale_column)) structure["locale"] = *locale;
    // One LOCALE for both, as CREATE COLLATION takes it.
    if (collate && collate == ctype) {
        structure["locale"] = *collate;
    } else {
        if (collate) structure["lc_collate"] = *collate;
        if (ctype) structure["lc_ctype"] = *ctype;
    }
    if (pg::collation_rules_column != InvalidAttrNumber) {
        if (const auto rules = row.optional_text(pg::collation_rules_column)) structure["rules"] = *rules;
    }
    return structure;
}

}  // namespace

void read_collations(Reading& reading) {
    for_each(reading, reading.selection(CollationRelationId), CollationRelationId, Anum_pg_collation_oid,
             CollationOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_collation>();
                 if (!reading.is_wanted(CollationRelationId, form.oid, form.collnamespace)) return;
                 add_object(reading,
                            {{CollationRelationId, form.oid},
                             "collation",
                             reading.qualified(form.collnamespace, pg::to_utf8(NameStr(form.collname))),
                             form.collnamespace,
                             form.collowner},
                            collation_structure(row));
             });
}

}  // namespace schemaver::catalog
