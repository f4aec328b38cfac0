// The rules of the apply worker (logicalrep_rel_open and what it calls), asked of definitions beforehand.
#include "core/replication.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/poll.hpp"
#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr int most_levels = 32;  // of partitions of partitions: the other side could tell of a ring

const Json& structure_in(const Object& object) {
    static const Json none = Json::object();
    const Json* structure = member(object.definition, "structure");
    return structure == nullptr ? none : *structure;
}

const Json* table_structure(const Schema& schema, const std::string& identity) {
    const Object* table = find(schema, "table", identity);
    return table == nullptr ? nullptr : &structure_in(*table);
}

// What arrives of one table.
struct PublishedTable {
    bool updates_or_deletes = false;
    bool all_rows = false;             // by at least one publication
    std::vector<std::string> filters;  // of the others
    bool all_columns = false;          // by at least one publication
    std::set<std::string> columns;     // of the others
    bool generated_columns = false;
};
using PublishedTables = std::map<std::string, PublishedTable>;

class PublicationReader {
  public:
    explicit PublicationReader(const Schema& publisher) : publisher_(publisher) {
        for (const Object& object : publisher) {
            if (object.kind != "table") continue;
            const std::string parent = text_of(structure_in(object), "partition_of");
            if (!parent.empty()) partitions_[parent].push_back(object.identity);
        }
    }

    // False: there is no such publication.
    bool add(const std::string& name) {
        const Object* publication = find(publisher_, "publication", quote_identifier(name));
        if (publication == nullptr) return false;
        const Json& structure = structure_in(*publication);
        const auto operations = texts_of(structure, "publish");
        PublishedTable whole;
        whole.updates_or_deletes = contains(operations, "update") || contains(operations, "delete");
        whole.generated_columns = has(structure, "publish_generated_columns");
        whole.all_rows = true;
        whole.all_columns = true;
        via_root_ = is_true(structure, "publish_via_partition_root");
        for (const Object& object : publisher_) {
            poll();
            const Json& of_object = structure_in(object);
            if (object.kind == "table" && is_true(structure, "all_tables")) {
                add_table(object.identity, whole);
            } else if (object.kind == "publication namespace" && text_of(of_object, "publication") == name) {
                add_schema(text_of(of_object, "schema"), whole);
            } else if (object.kind == "publication relation" && text_of(of_object, "publication") == name) {
                PublishedTable part = whole;
                if (has(of_object, "where")) {
                    part.all_rows = false;
                    part.filters = {expression_of(of_object, "where")};
                }
                const auto columns = texts_of(of_object, "column_list");
                part.all_columns = columns.empty();
                part.columns = {columns.begin(), columns.end()};
                add_table(text_of(of_object, "table"), part);
            }
        }
        return true;
    }

    const PublishedTables& tables() const { return tables_; }

  private:
    const Schema& publisher_;
    std::map<std::string, std::vector<std::string>> partitions_;
    PublishedTables tables_;
    bool via_root_ = false;

    void add_schema(const std::string& schema, const PublishedTable& what) {
        for (const Object& object : publisher_)
            if (object.kind == "table" && object.schema == schema) add_table(object.identity, what);
    }

    // Of a partitioned table the partitions are published, or the other way round.
    void add_table(const std::string& identity, const PublishedTable& what, int level = 0) {
        const Json* structure = table_structure(publisher_, identity);
        if (structure == nullptr || level > most_levels || is_true(*structure, "unlogged")) return;
        if (!via_root_ && has(*structure, "partition_by")) {
            for (const std::string& partition : partitions_[identity]) add_table(partition, what, level + 1);
            return;
        }
        if (via_root_ && level == 0 && is_under_published_root(*structure)) return;
        merge(tables_[identity], what);
    }

    // Rows come under the root's name then. Who publishes a partition alone by way of its root gets it by its
    // own name; that is rare, and told of the root, which is there as well, or not at all.
    bool is_under_published_root(const Json& structure) const {
        std::string parent = text_of(structure, "partition_of");
        for (int i = 0; i < most_levels && !parent.empty(); ++i) {
            if (tables_.contains(parent) || is_named(parent)) return true;
            const Json* above = table_structure(publisher_, parent);
            parent = above == nullptr ? "" : text_of(*above, "partition_of");
        }
        return false;
    }

    bool is_named(const std::string& table) const {
        return std::any_of(publisher_.begin(), publisher_.end(), [&](const Object& object) {
            return (object.kind == "publication relation" &&
                    text_of(structure_in(object), "table") == table) ||
                   (object.kind == "publication" && is_true(structure_in(object), "all_tables"));
        });
    }

    static void merge(PublishedTable& into, const PublishedTable& from) {
        into.updates_or_deletes |= from.updates_or_deletes;
        into.generated_columns |= from.generated_columns;
        into.all_rows |= from.all_rows;
        into.all_columns |= from.all_columns;
        for (const std::string& filter : from.filters)
            if (!contains(into.filters, filter)) into.filters.push_back(filter);
        into.columns.insert(from.columns.begin(), from.columns.end());
    }
};

// The columns by which UPDATE and DELETE find their row; nothing: it has none; `full`: all of them.
struct RowIdentity {
    bool full = false;
    std::set<std::string> columns;
    bool exists() const { return full || !columns.empty(); }
};

RowIdentity identity_of(const Schema& schema, const std::string& table, const Json& structure) {
    RowIdentity identity;
    const std::string word = text_of(structure, "replica_identity");
    if (word == "full") identity.full = true;
    if (word == "full" || word == "nothing") return identity;
    if (const Json* chosen = member(structure, "replica_identity")) {
        const std::string name = text_of(*chosen, "index");
        for (const Object& object : schema) {
            const Json& index = structure_in(object);
            if (object.kind != "index" || text_of(index, "table") != table) continue;
            const auto parts = identifier_parts(object.identity);
            if (parts.empty() || parts.back() != name) continue;
            for (const Json* key : objects_of(index, "keys"))
                identity.columns.insert(text_of(*key, "column"));
        }
        return identity;
    }
    for (const Json* constraint : objects_of(structure, "constraints"))
        if (text_of(*constraint, "type") == "primary key")
            for (const std::string& column : texts_of(*constraint, "columns"))
                identity.columns.insert(column);
    return identity;
}

std::vector<std::string> list_of(const std::set<std::string>& texts) { return {texts.begin(), texts.end()}; }

class TableRules {
  public:
    TableRules(std::vector<ReplicationFinding>& findings, const Subscription& subscription,
               const Schema& publisher, const Schema& subscriber, const std::string& table,
               const PublishedTable& published)
        : findings_(findings),
          subscription_(subscription),
          publisher_(publisher),
          subscriber_(subscriber),
          table_(table),
          published_(published),
          there_(*table_structure(publisher, table)) {}

    void check_all() {
        const Json* here = table_structure(subscriber_, table_);
        if (here == nullptr) {
            add("error", "missing table",
                fmt::format("{} is published, and there is no such table here.", table_),
                "Create the table; schemaver.schema_sql('server:...') has it. Then ALTER SUBSCRIPTION ... "
                "REFRESH "
                "PUBLICATION.");
            return;
        }
        if (!subscription_.tables.contains(table_))
            add("warning", "not subscribed",
                fmt::format(
                    "{} is published, and the subscription has not taken it up: its rows do not arrive.",
                    table_),
                "ALTER SUBSCRIPTION ... REFRESH PUBLICATION.");
        columns(*here);
        row_identity(*here);
        constraints(*here);
        partitions(*here);
        triggers();
        rights();
        notes();
    }

  private:
    std::vector<ReplicationFinding>& findings_;
    const Subscription& subscription_;
    const Schema& publisher_;
    const Schema& subscriber_;
    const std::string& table_;
    const PublishedTable& published_;
    const Json& there_;

    void add(std::string severity, std::string check, std::string detail, std::string hint = {}) {
        findings_.push_back(
            {std::move(severity), std::move(check), table_, std::move(detail), std::move(hint)});
    }

    std::string alter(const std::string& action) const {
        return fmt::format("ALTER TABLE {} {};", table_, action);
    }
    static std::string quoted(const Json& column) { return quote_identifier(text_of(column, "name")); }

    bool arrives(const Json& column) const {
        if (has(column, "generated") && !published_.generated_columns) return false;
        return published_.all_columns || published_.columns.contains(text_of(column, "name"));
    }

    void columns(const Json& here) {
        for (const Json* column : objects_of(there_, "columns")) {
            if (!arrives(*column)) continue;
            const Json* own = named(here, "columns", text_of(*column, "name"));
            if (own == nullptr)
                add("error", "missing column",
                    fmt::format("{} has no column {}, which is published.", table_, quoted(*column)),
                    alter(fmt::format("ADD COLUMN {} {}", quoted(*column), text_of(*column, "type"))));
            else
                column_pair(*column, *own);
        }
        for (const Json* own : objects_of(here, "columns")) {
            const Json* column = named(there_, "columns", text_of(*own, "name"));
            if (column != nullptr && arrives(*column)) continue;
            const bool fills_itself = has(*own, "default") || has(*own, "identity") || has(*own, "generated");
            if (is_true(*own, "not_null") && !fills_itself)
                add("error", "not null",
                    fmt::format("No value comes for {}.{}, which is NOT NULL and has no default.", table_,
                                quoted(*own)),
                    alter(fmt::format("ALTER COLUMN {} SET DEFAULT ...", quoted(*own))));
        }
    }

    void column_pair(const Json& column, const Json& own) {
        if (has(own, "generated")) {
            add("error", "generated column",
                fmt::format("{}.{} is generated here, so the value that comes has no place.", table_,
                            quoted(own)),
                alter(fmt::format("ALTER COLUMN {} DROP EXPRESSION", quoted(own))));
            return;
        }
        type(column, own);
        if (is_true(own, "not_null") && !is_true(column, "not_null"))
            add("warning", "not null",
                fmt::format("{}.{} may be NULL at the publisher and is NOT NULL here: a row with NULL stops "
                            "replication.",
                            table_, quoted(own)),
                alter(fmt::format("ALTER COLUMN {} DROP NOT NULL", quoted(own))));
    }

    void type(const Json& column, const Json& own) {
        const std::string from = text_of(column, "type");
        const std::string to = text_of(own, "type");
        const TypeFit fit = fit_of(from, publisher_, to, subscriber_);
        if (fit.fit == Fit::same) return labels(own, element_type(to));
        const std::string types =
            fmt::format("{}.{} is {} at the publisher and {} here", table_, quoted(own), from, to);
        const std::string hint = alter(fmt::format("ALTER COLUMN {} TYPE {}", quoted(own), from));
        if (subscription_.binary && from != to)
            add("error", "column type", types + ", and the subscription takes values in binary form.",
                "ALTER SUBSCRIPTION ... SET (binary = false); or " + hint);
        else if (fit.fit == Fit::narrows)
            add("warning", "column type",
                fmt::format("{}: {}. Such a row stops replication.", types, fit.why), hint);
        else if (fit.fit == Fit::changes)
            add("warning", "column type", fmt::format("{}: {}.", types, fit.why), hint);
    }

    // Of an enum of the same name.
    void labels(const Json& own, const std::string& type) {
        const Json* there = structure_of_type(publisher_, type);
        const Json* here = structure_of_type(subscriber_, type);
        if (there == nullptr || here == nullptr) return;
        const auto known = texts_of(*here, "labels");
        std::vector<std::string> unknown;
        for (const std::string& label : texts_of(*there, "labels"))
            if (!contains(known, label)) unknown.push_back(quote_literal(label));
        if (unknown.empty()) return;
        add("warning", "column type",
            fmt::format("{}.{} can be {} at the publisher, which {} does not have here. Such a row stops "
                        "replication.",
                        table_, quoted(own), in_a_sentence(unknown), type),
            fmt::format("ALTER TYPE {} ADD VALUE {};", type, unknown.front()));
    }

    void row_identity(const Json& here) {
        if (!published_.updates_or_deletes) return;
        const RowIdentity there = identity_of(publisher_, table_, there_);
        if (!there.exists()) {
            add("error", "replica identity",
                fmt::format("The publisher refuses UPDATE and DELETE of {}: it has no replica identity.",
                            table_),
                "At the publisher: a primary key, or " + alter("REPLICA IDENTITY FULL"));
            return;
        }
        if (!there.full && !published_.all_columns) {
            std::set<std::string> left_out;
            for (const std::string& column : there.columns)
                if (!published_.columns.contains(column)) left_out.insert(column);
            if (!left_out.empty())
                add("error", "replica identity",
                    fmt::format(
                        "The publisher refuses UPDATE and DELETE of {}: the published columns lack {}.",
                        table_, in_a_sentence(list_of(left_out))),
                    "Publish them too.");
        }
        RowIdentity own = identity_of(subscriber_, table_, here);
        if (own.columns.empty()) own = primary_key_of(here);
        if (own.columns.empty() && !there.full)
            add("error", "replica identity",
                fmt::format("{} has neither a replica identity nor a primary key here, so no UPDATE or "
                            "DELETE finds its row.",
                            table_),
                alter(fmt::format("ADD PRIMARY KEY ({})", joined(list_of(there.columns), ", "))));
        if (own.columns.empty() && there.full)
            add("info", "replica identity",
                fmt::format("{} has no primary key here: each UPDATE and DELETE may read the whole table.",
                            table_),
                alter("ADD PRIMARY KEY (...)"));
        if (there.full) return;
        for (const std::string& column : own.columns)
            if (!there.columns.contains(column))
                add("error", "replica identity",
                    fmt::format("UPDATE and DELETE look for rows of {} by {} here, which the publisher does "
                                "not send for them.",
                                table_, quote_identifier(column)),
                    "Let both sides have the same replica identity.");
    }

    static RowIdentity primary_key_of(const Json& structure) {
        RowIdentity identity;
        for (const Json* constraint : objects_of(structure, "constraints"))
            if (text_of(*constraint, "type") == "primary key")
                for (const std::string& column : texts_of(*constraint, "columns"))
                    identity.columns.insert(column);
        return identity;
    }

    // What makes sure of the same on both sides has the same words. Foreign keys are not looked at by the
    // apply worker; NOT NULL is the columns'.
    void constraints(const Json& here) {
        std::set<std::string> known;
        for (const Json* constraint : objects_of(there_, "constraints")) known.insert(words_of(*constraint));
        unique_indexes(publisher_, [&](const Object&, const std::string& words) { known.insert(words); });
        for (const Json* constraint : objects_of(here, "constraints")) {
            const std::string type = text_of(*constraint, "type");
            if (type == "foreign key" || is_true(*constraint, "not_enforced") ||
                known.contains(words_of(*constraint)))
                continue;
            const std::string name = quote_identifier(text_of(*constraint, "name"));
            add("warning", "constraint",
                fmt::format("Only here, {} {} of {} can refuse a row, which stops replication.", type, name,
                            table_),
                alter("DROP CONSTRAINT " + name));
        }
        unique_indexes(subscriber_, [&](const Object& index, const std::string& words) {
            if (has(structure_in(index), "constraint") || known.contains(words)) return;
            add("warning", "constraint",
                fmt::format("Only here, the unique index {} of {} can refuse a row, which stops replication.",
                            index.identity, table_),
                fmt::format("DROP INDEX {};", index.identity));
        });
    }

    static std::string words_of(const Json& constraint) {
        std::string type = text_of(constraint, "type");
        auto columns = texts_of(constraint, "columns");
        if (type == "primary key" || (type == "unique" && !columns.empty())) {
            std::sort(columns.begin(), columns.end());
            return "unique " + joined(columns, ",");
        }
        Json rest = constraint;
        rest.erase("name");
        return canonical(rest);
    }

    template <typename Visit>
    void unique_indexes(const Schema& schema, Visit visit) const {
        for (const Object& object : schema) {
            const Json& index = structure_in(object);
            if (object.kind != "index" || text_of(index, "table") != table_ || !is_true(index, "unique"))
                continue;
            std::vector<std::string> keys;
            for (const Json* key : objects_of(index, "keys"))
                keys.push_back(has(*key, "column") ? text_of(*key, "column")
                                                   : expression_of(*key, "expression"));
            std::sort(keys.begin(), keys.end());
            std::string words = "unique " + joined(keys, ",");
            if (has(index, "where")) words += " where " + expression_of(index, "where");
            visit(object, words);
        }
    }

    // Here rows go to partitions by this side's bounds, whatever the publisher's.
    void partitions(const Json& here) {
        const std::string bound = wording_of(here, "partition_bound");
        if (!bound.empty() && bound != "DEFAULT" && bound != wording_of(there_, "partition_bound"))
            add("warning", "partition",
                fmt::format(
                    "{} is the partition {} of {} here{}: a row outside that bound stops replication.",
                    table_, bound, text_of(here, "partition_of"),
                    has(there_, "partition_bound")
                        ? fmt::format(" and {} at the publisher", wording_of(there_, "partition_bound"))
                        : ""),
                "Let both sides have the same partitions.");
        if (!has(here, "partition_by")) return;
        const std::set<std::string> bounds = bounds_of(subscriber_);
        if (bounds.contains("DEFAULT") || is_whole_hash(bounds)) return;
        std::vector<std::string> without;
        for (const std::string& one : bounds_of(publisher_))
            if (!bounds.contains(one)) without.push_back(one);
        const Json* key = member(there_, "partition_by");
        const bool same_key = key != nullptr && *key == *member(here, "partition_by");
        if (same_key && without.empty()) return;
        add("warning", "partition",
            fmt::format(
                "{} is partitioned here{}: a row that no partition takes stops replication.", table_,
                same_key ? ", and lacks " + in_a_sentence(without) : " and otherwise at the publisher"),
            fmt::format("CREATE TABLE ... PARTITION OF {} {};", table_,
                        same_key ? without.front() : "DEFAULT"));
    }

    std::set<std::string> bounds_of(const Schema& schema) const {
        std::set<std::string> bounds;
        for (const Object& object : schema) {
            const Json& structure = structure_in(object);
            if (object.kind == "table" && text_of(structure, "partition_of") == table_)
                bounds.insert(wording_of(structure, "partition_bound"));
        }
        return bounds;
    }

    // FOR VALUES WITH (modulus 4, remainder 0), and three more.
    static bool is_whole_hash(const std::set<std::string>& bounds) {
        if (bounds.empty()) return false;
        for (std::size_t i = 0; i < bounds.size(); ++i)
            if (!bounds.contains(fmt::format("FOR VALUES WITH (modulus {}, remainder {})", bounds.size(), i)))
                return false;
        return true;
    }

    // The worker's session is a replica's: triggers fire that are ENABLE REPLICA or ALWAYS, and of those on
    // statements the ones on TRUNCATE.
    void triggers() {
        for (const Object& object : subscriber_) {
            if (object.kind != "trigger") continue;
            const Json& trigger = structure_in(object);
            const std::string enabled = text_of(trigger, "enabled");
            if (text_of(trigger, "table") != table_ || (enabled != "always" && enabled != "replica"))
                continue;
            if (text_of(trigger, "level") == "statement" &&
                !contains(texts_of(trigger, "events"), "truncate"))
                continue;
            const std::string name = object.identity.substr(0, object.identity.size() - table_.size() - 4);
            add("warning", "trigger",
                fmt::format(
                    "Trigger {} of {} fires for rows that arrive, as it is ENABLE {}: {}an error in it "
                    "stops replication.",
                    name, table_, enabled == "always" ? "ALWAYS" : "REPLICA",
                    text_of(trigger, "timing") == "before" ? "it can change and skip them, and " : ""),
                alter("ENABLE TRIGGER " + name));
        }
    }

    void rights() {
        const auto found = subscription_.rights.find(table_);
        if (found == subscription_.rights.end()) return;
        std::vector<std::string> missing = found->second.missing;
        if (!published_.updates_or_deletes)
            std::erase_if(missing, [](const std::string& right) { return right != "INSERT"; });
        if (missing.empty()) return;
        add("error", "privilege",
            fmt::format("The apply worker writes {} as {}, which has no right to {}.", table_,
                        quote_identifier(found->second.role), in_a_sentence(missing)),
            fmt::format("GRANT {} ON {} TO {};", joined(missing, ", "), table_,
                        quote_identifier(found->second.role)));
    }

    void notes() {
        if (!published_.all_rows)
            add("info", "row filter",
                fmt::format("Of {} only rows with {} arrive.", table_,
                            joined(published_.filters, " or with ")));
        if (!published_.all_columns)
            add("info", "column list",
                fmt::format("Of {} only {} arrive.", table_, in_a_sentence(list_of(published_.columns))));
    }
};

}  // namespace

bool is_about_replication(const std::string& kind) {
    return kind == "table" || kind == "index" || kind == "type" || kind == "publication" ||
           kind == "publication relation" || kind == "publication namespace";
}

std::vector<ReplicationFinding> check_replication(const Subscription& subscription, const Schema& publisher,
                                                  const Schema& subscriber) {
    std::vector<ReplicationFinding> findings;
    PublicationReader reader(publisher);
    for (const std::string& publication : subscription.publications)
        if (!reader.add(publication))
            findings.push_back(
                {"error", "missing publication", "",
                 fmt::format("The publisher has no publication {}.", quote_identifier(publication)),
                 "ALTER SUBSCRIPTION ... SET PUBLICATION ...; or create it there."});
    for (const auto& [table, published] : reader.tables())
        TableRules(findings, subscription, publisher, subscriber, table, published).check_all();
    for (const auto& [table, rights] : subscription.rights)
        if (rights.row_security)
            findings.push_back(
                {"error", "row security", table,
                 fmt::format("The apply worker writes {} as {}, to whom its row security applies: it refuses "
                             "every row.",
                             table, quote_identifier(rights.role)),
                 fmt::format(
                     "ALTER ROLE {} BYPASSRLS; or ALTER TABLE {} NO FORCE ROW LEVEL SECURITY where it "
                     "is the owner.",
                     quote_identifier(rights.role), table)});
    for (const std::string& table : subscription.tables)
        if (!reader.tables().contains(table))
            findings.push_back(
                {"warning", "not published", table,
                 fmt::format("The subscription has {}, and it is published no more: no rows arrive.", table),
                 "ALTER SUBSCRIPTION ... REFRESH PUBLICATION."});
    const auto rank = [](const ReplicationFinding& finding) {
        return finding.severity == "error" ? 0 : finding.severity == "warning" ? 1 : 2;
    };
    std::stable_sort(findings.begin(), findings.end(), [&](const auto& one, const auto& other) {
        return rank(one) != rank(other) ? rank(one) < rank(other) : one.table < other.table;
    });
    return findings;
}

}  // namespace schemaver::core
