// Publications. What a publication publishes are objects of their own, as they are for the server and for
// pg_dump: "publication relation", "public.people in publication news", and "publication namespace".
#include "catalog/kinds.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_publication.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
}

#include <algorithm>

namespace schemaver::catalog {

namespace {

Json publication_structure(const pg::Row& row) {
    const auto& form = row.form<FormData_pg_publication>();
    Json operations = Json::array();
    if (form.pubinsert) operations.push_back("insert");
    if (form.pubupdate) operations.push_back("update");
    if (form.pubdelete) operations.push_back("delete");
    if (form.pubtruncate) operations.push_back("truncate");
    Json structure = {{"publish", std::move(operations)}};
    if (form.puballtables) structure["all_tables"] = true;
    if (form.pubviaroot) structure["publish_via_partition_root"] = true;
    const auto generated = pg::column_if_any(row, PublicationRelationId, "pubgencols");  // since 18
    if (generated && DatumGetChar(*generated) == 's') structure["publish_generated_columns"] = "stored";
    return structure;
}

std::string publication_name(Reading& reading, Oid publication) {
    return reading.deparse([=] { return get_publication_name(publication, true); });
}

Json published_relation(Reading& reading, const pg::Row& row, const std::string& publication) {
    const auto& form = row.form<FormData_pg_publication_rel>();
    Json structure = {{"publication", publication}, {"table", reading.relation_identity(form.prrelid)}};
    if (!row.is_null(Anum_pg_publication_rel_prattrs)) {
        std::vector<std::string> columns;
        for (const std::int16_t column : row.int2_array(Anum_pg_publication_rel_prattrs)) {
            columns.emplace_back(reading.column_name(form.prrelid, column));
        }
        std::sort(columns.begin(), columns.end());
        structure["column_list"] = columns;
    }
    if (const auto filter = row.datum(Anum_pg_publication_rel_prqual)) {
        structure["where"] = reading.sql_expression(*filter, form.prrelid);
    }
    return structure;
}

}  // namespace

void read_publications(Reading& reading) {
    for_each(reading, reading.selection(PublicationRelationId), PublicationRelationId,
             Anum_pg_publication_oid, PublicationObjectIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_publication>();
                 const Address address{PublicationRelationId, form.oid};
                 if (reading.is_extension_member(address.catalog, address.object)) return;
                 Json security;
                 reading.put_owner(security, form.pubowner);
                 Json definition = {{"structure", publication_structure(row)},
                                    {"security", std::move(security)},
                                    {"comment", reading.comment(address.catalog, address.object)}};
                 reading.add(address, "publication", pg::quote_identifier(pg::to_utf8(NameStr(form.pubname))),
                             InvalidOid, std::move(definition));
             });
}

// The identities of what is published are put together here as the server does it; its own function fails on
// what somebody drops meanwhile.
void read_publication_relations(Reading& reading) {
    for_each(reading, reading.selection(PublicationRelRelationId), PublicationRelRelationId,
             Anum_pg_publication_rel_oid, PublicationRelObjectIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_publication_rel>();
                 const std::string publication = publication_name(reading, form.prpubid);
                 const std::string_view table = reading.relation_identity(form.prrelid);
                 if (publication.empty() || table.empty()) return;
                 reading.add({PublicationRelRelationId, form.oid}, "publication relation",
                             fmt::format("{} in publication {}", table, publication), InvalidOid,
                             Json::object({{"structure", published_relation(reading, row, publication)}}));
             });
}

void read_publication_namespaces(Reading& reading) {
    for_each(reading, reading.selection(PublicationNamespaceRelationId), PublicationNamespaceRelationId,
             Anum_pg_publication_namespace_oid, PublicationNamespaceObjectIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_publication_namespace>();
                 const std::string publication = publication_name(reading, form.pnpubid);
                 const std::string& schema = reading.schema_name(form.pnnspid);
                 if (publication.empty() || schema.empty()) return;
                 Json structure = {{"publication", publication}, {"schema", schema}};
                 reading.add({PublicationNamespaceRelationId, form.oid}, "publication namespace",
                             schema + " in publication " + publication, InvalidOid,
                             Json::object({{"structure", std::move(structure)}}));
             });
}

}  // namespace schemaver::catalog
