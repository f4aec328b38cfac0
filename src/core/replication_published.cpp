// Which tables are published, under which name their rows come, and which part of them.
#include <algorithm>

#include "core/poll.hpp"
#include "core/replication_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

const Json& structure_in(const Object& object) {
    static const Json none = Json::object();
    const Json* structure = member(object.definition, "structure");
    return structure == nullptr ? none : *structure;
}

const Json* table_structure(const Schema& schema, const std::string& identity) {
    const Object* table = find(schema, "table", identity);
    return table == nullptr ? nullptr : &structure_in(*table);
}

namespace {

const std::vector<const Object*>& parts_of(const std::map<std::string, std::vector<const Object*>>& parts,
                                           const std::string& table) {
    static const std::vector<const Object*> none;
    const auto found = parts.find(table);
    return found == parts.end() ? none : found->second;
}

}  // namespace

TableParts::TableParts(const Schema& schema) {
    for (const Object& object : schema) {
        const Json& structure = structure_in(object);
        if (object.kind == "table") {
            const std::string parent = text_of(structure, "partition_of");
            if (!parent.empty()) partitions_[parent].push_back(&object);
        }
        if (object.kind == "index") indexes_[text_of(structure, "table")].push_back(&object);
        if (object.kind == "trigger") triggers_[text_of(structure, "table")].push_back(&object);
    }
}

const std::vector<const Object*>& TableParts::partitions(const std::string& table) const {
    return parts_of(partitions_, table);
}
const std::vector<const Object*>& TableParts::indexes(const std::string& table) const {
    return parts_of(indexes_, table);
}
const std::vector<const Object*>& TableParts::triggers(const std::string& table) const {
    return parts_of(triggers_, table);
}

std::vector<const Object*> TableParts::leaves(const std::string& table) const {
    std::vector<const Object*> found;
    std::vector<const Object*> level = partitions(table);
    for (int i = 0; i < most_partition_levels && !level.empty(); ++i) {
        std::vector<const Object*> next;
        for (const Object* partition : level) {
            poll();
            if (!has(structure_in(*partition), "partition_by")) {
                found.push_back(partition);
                continue;
            }
            const auto& below = partitions(partition->identity);
            next.insert(next.end(), below.begin(), below.end());
        }
        level = std::move(next);
    }
    return found;
}

namespace {

class PublicationReader {
  public:
    PublicationReader(const Schema& publisher, const TableParts& parts)
        : publisher_(publisher), parts_(parts) {
        for (const Object& object : publisher) {
            if (object.kind == "publication relation") named_.insert(text_of(structure_in(object), "table"));
            if (object.kind == "publication") names_all_ |= is_true(structure_in(object), "all_tables");
        }
    }

    // False: there is no such publication.
    bool add(const std::string& name) {
        const Object* publication = find(publisher_, "publication", quote_identifier(name));
        if (publication == nullptr) return false;
        const Json& structure = structure_in(*publication);
        const auto operations = texts_of(structure, "publish");
        PublishedTable whole;
        whole.operations = {operations.begin(), operations.end()};
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

    PublishedTables take() { return std::move(tables_); }

  private:
    const Schema& publisher_;
    const TableParts& parts_;
    std::set<std::string> named_;
    bool names_all_ = false;
    PublishedTables tables_;
    bool via_root_ = false;

    void add_schema(const std::string& schema, const PublishedTable& what) {
        for (const Object& object : publisher_)
            if (object.kind == "table" && object.schema == schema) add_table(object.identity, what);
    }

    // Of a partitioned table the partitions are published, or the other way round.
    void add_table(const std::string& identity, const PublishedTable& what, int level = 0) {
        const Json* structure = table_structure(publisher_, identity);
        if (structure == nullptr || level > most_partition_levels || is_true(*structure, "unlogged")) return;
        if (!via_root_ && has(*structure, "partition_by")) {
            for (const Object* partition : parts_.partitions(identity))
                add_table(partition->identity, what, level + 1);
            return;
        }
        if (via_root_ && level == 0 && is_under_published_root(*structure)) return;
        merge(tables_[identity], what);
    }

    // Rows come under the root's name then. Who publishes a partition alone by way of its root gets it by its
    // own name; that is rare, and told of the root, which is there as well, or not at all.
    bool is_under_published_root(const Json& structure) const {
        std::string parent = text_of(structure, "partition_of");
        for (int i = 0; i < most_partition_levels && !parent.empty(); ++i) {
            if (tables_.contains(parent) || names_all_ || named_.contains(parent)) return true;
            const Json* above = table_structure(publisher_, parent);
            parent = above == nullptr ? "" : text_of(*above, "partition_of");
        }
        return false;
    }

    static void merge(PublishedTable& into, const PublishedTable& from) {
        into.operations.insert(from.operations.begin(), from.operations.end());
        into.generated_columns |= from.generated_columns;
        into.all_rows |= from.all_rows;
        into.all_columns |= from.all_columns;
        for (const std::string& filter : from.filters)
            if (!contains(into.filters, filter)) into.filters.push_back(filter);
        into.columns.insert(from.columns.begin(), from.columns.end());
    }
};

}  // namespace

PublishedTables published_tables(const std::vector<std::string>& publications, const Schema& publisher,
                                 const TableParts& parts, std::vector<std::string>& missing) {
    PublicationReader reader(publisher, parts);
    for (const std::string& publication : publications)
        if (!reader.add(publication)) missing.push_back(publication);
    return reader.take();
}

}  // namespace schemaver::core
