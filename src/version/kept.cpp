// Looks the tables up among the live schema's objects, and reads them in the order of their primary keys.
#include "version/kept.hpp"

#include <algorithm>

#include "catalog/catalog.hpp"
#include "catalog/live.hpp"
#include "core/names.hpp"
#include "core/nearest.hpp"
#include "core/point.hpp"
#include "core/properties.hpp"
#include "core/text.hpp"
#include "pg/table_query.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
}

namespace schemaver::version {

KeptLimits kept_limits;

namespace {

// In the order of src/schema.sql.
enum KeptColumn : AttrNumber { kept_timeline = 1, kept_version, kept_number, kept_place, kept_content };

struct LiveRelation {
    std::string identity;
    catalog::Address address;
};

// The tables and sequences that there are.
class Relations {
  public:
    Relations() {
        catalog::live_digests().for_each([&](const catalog::DigestedRow& row) {
            if (*row.kind == "table") tables_.push_back({std::string(row.identity), row.address});
            if (*row.kind == "sequence") sequences_[row.address.object] = std::string(row.identity);
        });
    }

    const LiveRelation& table(const std::string& written) const {
        std::vector<const LiveRelation*> meant;
        for (const LiveRelation& table : tables_)
            if (core::may_mean(written, table.identity)) meant.push_back(&table);
        if (meant.size() == 1) return *meant.front();
        if (meant.empty()) throw unknown(written);
        std::vector<std::string> names;
        for (const LiveRelation* table : meant) names.push_back(table->identity);
        throw core::Error(
            core::sqlstate::unknown_object, fmt::format("\"{}\" may mean several tables", written),
            fmt::format("They are {}.", core::in_a_sentence(names)), "Write the name with its schema.");
    }

    // Those that belong to columns of the table.
    std::vector<std::string> sequences_of(Oid table) const {
        std::vector<std::string> found;
        pg::scan(DependRelationId, DependReferenceIndexId,
                 {{Anum_pg_depend_refclassid, F_OIDEQ, ObjectIdGetDatum(RelationRelationId)},
                  {Anum_pg_depend_refobjid, F_OIDEQ, ObjectIdGetDatum(table)}},
                 nullptr, [&](const pg::Row& row) {
                     const auto& form = row.form<FormData_pg_depend>();
                     if (form.classid != RelationRelationId || form.refobjsubid == 0) return;
                     const auto sequence = sequences_.find(form.objid);
                     if (sequence != sequences_.end()) found.push_back(sequence->second);
                 });
        std::sort(found.begin(), found.end());
        return found;
    }

  private:
    std::vector<LiveRelation> tables_;
    std::map<Oid, std::string> sequences_;

    core::Error unknown(const std::string& written) const {
        std::vector<std::string> names;
        for (const LiveRelation& table : tables_) {
            names.push_back(table.identity);
            names.push_back(core::bare_name(table.identity));
        }
        const auto like_it = core::nearest(written, names);
        return {
            core::sqlstate::unknown_object, fmt::format("there is no table \"{}\"", written),
            "Rows are kept of tables: not of views, foreign or temporary tables, nor of those of extensions.",
            like_it.empty() ? "SELECT identity FROM schemaver.objects() WHERE kind = 'table' lists them."
                            : fmt::format("Did you mean {}?", like_it.front())};
    }
};

core::Json definition_of(const LiveRelation& table) {
    const std::set<catalog::Address> addresses = {table.address};
    catalog::Documents documents;
    catalog::read(pg::call([] { return GetActiveSnapshot(); }), &addresses, documents);
    for (const catalog::LocatedObject& located : documents.objects)
        if (located.object.kind == "table" && located.object.identity == table.identity)
            return located.object.definition;
    throw core::Error(core::sqlstate::unknown_object,
                      fmt::format("there is no table {} any more", table.identity));
}

std::string in_quotes(const std::vector<std::string>& columns) {
    std::vector<std::string> quoted;
    for (const std::string& column : columns) quoted.push_back(pg::quote_identifier(column));
    return core::joined(quoted, ", ");
}

// Reads one table.
class TableReading {
  public:
    explicit TableReading(const LiveRelation& table) : relation_(table) {
        const core::Json definition = definition_of(table);
        const core::Json* structure = core::member(definition, "structure");
        table_.table = table.identity;
        if (structure == nullptr) return;
        for (const core::Json* column : core::objects_of(*structure, "columns")) {
            if (core::has(*column, "generated")) continue;
            table_.columns.push_back(core::text_of(*column, "name"));
            table_.has_identity |= core::has(*column, "identity");
        }
        is_partitioned_ = core::has(*structure, "partition_by");
        for (const core::Json* constraint : core::objects_of(*structure, "constraints"))
            if (core::text_of(*constraint, "type") == "primary key")
                key_ = core::texts_of(*constraint, "columns");
    }

    core::KeptTable read(const Relations& relations) {
        read_rows();
        for (const std::string& sequence : relations.sequences_of(relation_.address.object)) {
            pg::query_as_caller(
                "SELECT last_value, is_called FROM " + sequence, [&](const pg::QueryRow& row) {
                    table_.sequences.push_back({sequence, row[0].value_or("1"), row[1] == "t"});
                    return false;
                });
        }
        return std::move(table_);
    }

  private:
    const LiveRelation& relation_;
    core::KeptTable table_;
    bool is_partitioned_ = false;
    std::vector<std::string> key_;

    // What inherits from the table is another table; what is a partition of it is not.
    std::string query() const {
        std::string sql = "SELECT " + in_quotes(table_.columns) + " FROM " +
                          (is_partitioned_ ? "" : "ONLY ") + table_.table;
        return key_.empty() ? sql : sql + " ORDER BY " + in_quotes(key_);
    }

    void read_rows() {
        std::size_t bytes = 0;
        bool is_too_long = false;
        bool is_too_large = false;
        pg::query_tables(query(), [&](const pg::QueryRow& row) {
            for (const auto& value : row) bytes += value ? value->size() : 0;
            is_too_long = table_.rows.size() >= static_cast<std::size_t>(kept_limits.rows);
            is_too_large = bytes > static_cast<std::size_t>(kept_limits.kilobytes) * 1024;
            if (!is_too_long && !is_too_large) table_.rows.push_back(row);
            return !is_too_long && !is_too_large;
        });
        if (is_too_long)
            refuse(core::counted(static_cast<std::size_t>(kept_limits.rows), "row"),
                   fmt::format("schemaver.kept_rows = {}", kept_limits.rows));
        if (is_too_large)
            refuse(fmt::format("{} kB of values", kept_limits.kilobytes),
                   fmt::format("schemaver.kept_size = '{}kB'", kept_limits.kilobytes));
    }

    [[noreturn]] void refuse(const std::string& limit, const std::string& setting) const {
        const Oid oid = relation_.address.object;
        const auto on_disk =
            DatumGetInt64(pg::call([=] { return OidFunctionCall1(F_PG_TABLE_SIZE, ObjectIdGetDatum(oid)); }));
        throw core::Error(
            core::sqlstate::program_limit,
            fmt::format("table {} is too large for its rows to be kept with a version", table_.table),
            fmt::format("It has more than {}, and takes {} kB on disk. The limit is {}.", limit,
                        on_disk / 1024, setting),
            "Rows are kept of small tables that a schema is not complete without; use pg_dump for others. A "
            "superuser can raise the limit.");
    }
};

core::Error no_rows(const Point& point, const std::string& detail) {
    return {core::sqlstate::invalid_argument, fmt::format("no rows are kept with \"{}\"", point.name), detail,
            "SELECT schemaver.tag(version, tables => ARRAY['public.countries']) keeps rows with a version."};
}

void check_privilege() {
    const Oid table = pg::our_relation("kept_rows");
    if (pg::call([=] { return pg_class_aclcheck(table, GetUserId(), ACL_SELECT); }) == ACLCHECK_OK) return;
    throw core::Error(core::sqlstate::insufficient_privilege,
                      "permission denied to read rows kept with versions",
                      "They are users' data, so nobody but superusers may read them unless it is granted.",
                      "GRANT SELECT ON schemaver.kept_rows TO the role.");
}

}  // namespace

std::vector<core::KeptTable> read_rows(const std::vector<std::string>& tables) {
    const Relations relations;
    std::vector<core::KeptTable> all;
    for (const std::string& written : tables) {
        const LiveRelation& relation = relations.table(written);
        const bool is_known = std::any_of(all.begin(), all.end(),
                                          [&](const auto& one) { return one.table == relation.identity; });
        if (!is_known) all.push_back(TableReading(relation).read(relations));
    }
    return all;
}

void note_rows(Ref& ref, const std::vector<core::KeptTable>& tables) {
    if (tables.empty()) return;
    core::Json counts = core::Json::object();
    for (const core::KeptTable& table : tables) counts[table.table] = table.rows.size();
    ref.kept = core::canonical(counts);
}

void store_rows(const Ref& ref, const std::vector<core::KeptTable>& tables) {
    std::vector<std::vector<pg::Value>> rows;
    for (std::size_t place = 0; place < tables.size(); ++place)
        rows.push_back({pg::uuid_datum(ref.timeline), pg::text_datum(ref.name), Int32GetDatum(ref.number),
                        Int32GetDatum(static_cast<std::int32_t>(place)),
                        pg::text_datum(core::canonical(core::to_json(tables[place])))});
    if (!rows.empty()) pg::insert_rows("kept_rows", rows);
}

void delete_rows(const Ref& ref) {
    if (ref.kept.empty()) return;
    const Datum timeline = pg::uuid_datum(ref.timeline);
    pg::delete_rows("kept_rows", [&](const pg::Row& row) {
        const Datum other = *row.datum(kept_timeline);
        return row.text(kept_version) == ref.name &&
               DatumGetBool(pg::call([=] { return OidFunctionCall2(F_UUID_EQ, timeline, other); }));
    });
}

std::vector<core::KeptTable> rows_at(const Point& point) {
    const core::PointName name = core::parse_point(point.name);
    if (name.kind != core::PointKind::version || name.back != 0)
        throw no_rows(point, "Rows are kept with versions, and this point is none.");
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    const auto ref = find_ref(point.position.stretches, "version", name.name, snapshot);
    if (!ref || ref->kept.empty()) throw no_rows(point, "The version was tagged without tables.");
    check_privilege();
    std::map<std::int32_t, core::KeptTable> tables;
    pg::scan(pg::our_relation("kept_rows"), pg::our_relation("kept_rows_key"),
             {{kept_timeline, F_UUID_EQ, pg::uuid_datum(ref->timeline)},
              {kept_version, F_TEXTEQ, pg::text_datum(ref->name)},
              {kept_number, F_INT4EQ, Int32GetDatum(ref->number)}},
             snapshot, [&](const pg::Row& row) {
                 tables[DatumGetInt32(*row.datum(kept_place))] = core::kept_table_from(
                     core::parse_json(row.text(kept_content), "rows kept with a version"));
             });
    const core::Json counts = core::parse_json(ref->kept, "what is kept with a version");
    if (tables.size() != counts.size())
        throw core::Error(
            core::sqlstate::rows_not_here,
            fmt::format("the rows that were kept with version \"{}\" are not in this database", ref->name),
            fmt::format("There were rows of {} tables. Dumps leave them out, so they are not there after a "
                        "restore: {}.",
                        counts.size(), ref->kept),
            "Ask the database that the version was made in, or leave with_rows out to have the schema "
            "alone.");
    std::vector<core::KeptTable> list;
    for (auto& [place, table] : tables) list.push_back(std::move(table));
    return list;
}

}  // namespace schemaver::version
