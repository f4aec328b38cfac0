// Deparsing by the server's ruleutils, given column names instead of a relation to open.
#include "catalog/expressions.hpp"

#include <charconv>

#include "catalog/reading.hpp"
#include "core/json.hpp"

extern "C" {
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/varlena.h"
}

namespace schemaver::catalog {

struct Expressions::Stored {
    Oid relation;
    bool is_list;
    bool is_trigger;
    std::string_view tree;           // node text, in the server's encoding
    std::string& key;                // what the deparsed text depends on
    std::string& frame;              // the key without the one relation that it names, if it names one
    bool has_system_column = false;  // which only a real relation has a name for
    bool has_columns = false;
};

namespace {

// Reads the number that follows `at`.
int number_at(std::string_view text, std::size_t at) {
    int number = 0;
    std::from_chars(text.data() + at, text.data() + text.size(), number);
    return number;
}

// Appends the tree's text without the digits after ":location ", and the attribute numbers after ":varattno
// ".
void append_without_places(std::string& out, std::string_view tree, std::vector<int>& columns) {
    constexpr std::string_view location = ":location ";
    constexpr std::string_view column = ":varattno ";
    std::size_t copied = 0;
    for (std::size_t at = tree.find(':'); at != std::string_view::npos; at = tree.find(':', at + 1)) {
        const std::string_view rest = tree.substr(at);
        if (rest.starts_with(location)) {
            out.append(tree, copied, at - copied);
            at += location.size();
            while (at < tree.size() && (tree[at] == '-' || (tree[at] >= '0' && tree[at] <= '9'))) ++at;
            copied = at--;
        } else if (rest.starts_with(column)) {
            columns.push_back(number_at(tree, at + column.size()));
        }
    }
    out.append(tree, copied);
}

// With a relation that is real: its system columns have names then.
RangeTblEntry* named_columns(const char* name, const std::vector<const char*>& columns, Oid relation) {
    List* names = NIL;
    for (const char* column : columns) names = lappend(names, makeString(pstrdup(column)));
    RangeTblEntry* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_VALUES;  // the one kind whose names are taken as they are
    entry->eref = makeAlias(name, names);
    if (OidIsValid(relation)) {
        entry->rtekind = RTE_RELATION;
        entry->relid = relation;
        entry->relkind = get_rel_relkind(relation);
        entry->rellockmode = AccessShareLock;
    }
    return entry;
}

List* context_of_names(const std::vector<const char*>& names, const std::vector<const char*>& columns,
                       Oid relation) {
    PlannedStmt* statement = makeNode(PlannedStmt);
    List* aliases = NIL;
    for (const char* name : names) {
        statement->rtable = lappend(statement->rtable, named_columns(name, columns, relation));
        aliases = lappend(aliases, pstrdup(name));
    }
    return deparse_context_for_plan_tree(statement, aliases);
}

}  // namespace

std::vector<Deparsed> Expressions::deparse(const Stored& stored) {
    std::vector<std::string> column_texts;
    std::string relation_name;
    if (OidIsValid(stored.relation)) {
        relation_name = pg::from_utf8(reading_.relation_name(stored.relation));
        if (stored.has_columns) {
            for (const std::string& name : reading_.column_names(stored.relation))
                column_texts.push_back(pg::from_utf8(name));
        }
    }
    std::vector<const char*> columns;
    for (const std::string& name : column_texts) columns.push_back(name.c_str());
    std::vector<const char*> names = {relation_name.c_str()};
    if (stored.is_trigger) names = {"old", "new"};
    const std::string text(stored.tree);
    const char* tree = text.c_str();
    const Oid relation = stored.relation;
    std::vector<Deparsed> results;
    const auto parts = pg::call([&]() -> List* {
        Node* node = static_cast<Node*>(stringToNode(const_cast<char*>(tree)));
        return stored.is_list ? castNode(List, node) : list_make1(node);
    });
    List* context = pg::call([&]() -> List* {
        if (!OidIsValid(relation)) return NIL;
        return context_of_names(names, columns, stored.has_system_column ? relation : InvalidOid);
    });
    for (int i = 0; i < list_length(parts); ++i) {
        const std::string sql = pg::to_utf8(pg::call([&]() -> const char* {
            return deparse_expression(static_cast<Node*>(list_nth(parts, i)), context, stored.is_trigger,
                                      false);
        }));
        results.push_back({texts_.keep(sql), texts_.keep(json(sql))});
    }
    return results;
}

std::span<const Deparsed> Expressions::deparsed(Datum tree, Oid relation, bool is_list, bool is_trigger) {
    const struct varlena* text =
        pg::call([=] { return pg_detoast_datum_packed(reinterpret_cast<varlena*>(tree)); });
    Stored stored{relation, is_list, is_trigger, {VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text)}, key_, frame_};
    put_key(stored);
    const auto found = known_or_deparsed(stored);
    if (reinterpret_cast<Datum>(text) != tree) pg::call([=] { pfree(const_cast<varlena*>(text)); });
    return found;
}

void Expressions::put_key(Stored& stored) {
    stored.key = stored.is_trigger ? "trigger " : "";
    columns_.clear();
    append_without_places(stored.key, stored.tree, columns_);
    for (const int column : columns_) {
        stored.has_columns = true;
        stored.has_system_column |= column < 0;
        stored.key += '\n';
        if (column >= 0)
            stored.key += column == 0
                              ? reading_.relation_name(stored.relation)
                              : reading_.column_name(stored.relation, static_cast<AttrNumber>(column));
    }
    if (stored.has_system_column) stored.key += fmt::format("\n{}", stored.relation);
}

std::span<const Deparsed> Expressions::known_or_deparsed(Stored& stored) {
    const std::string_view name = named_relation(stored);
    if (!name.empty()) {
        if (const Deparsed* made = framed(stored, name)) return {made, 1};
    }
    const auto found = known_.find(stored.key);
    if (found != known_.end()) return found->second;
    MemoryContext scratch = reading_.enter_scratch();
    std::vector<Deparsed> results = deparse(stored);
    reading_.leave_scratch(scratch);
    if (!name.empty()) remember_frame(stored, name, results.front());
    return known_.emplace(stored.key, std::move(results)).first->second;
}

// Every serial column's default is an expression of its own, because it names its own sequence. Deparsing and
// parsing ten thousand of them would take longer than all the rest. So where a tree holds just one regclass
// constant, and the relation's name needs no quotes anywhere, it is deparsed for the first relation and the
// name put into the same text for the others.
std::string_view Expressions::named_relation(Stored& stored) {
    constexpr std::string_view constant = "{CONST :consttype 2205 ";
    constexpr std::string_view value = ":constvalue 4 [ ";
    if (stored.is_list || stored.is_trigger) return {};
    const auto at = stored.key.find(constant);
    if (at == std::string::npos || stored.key.find(constant, at + 1) != std::string::npos) return {};
    const auto bytes = stored.key.find(value, at);
    const auto end = stored.key.find(']', at);
    if (bytes == std::string::npos || end < bytes) return {};
    // On either byte order the four bytes of the OID are those of a Datum in memory.
    std::array<unsigned char, sizeof(Datum)> memory{};
    const char* digits = stored.key.data() + bytes + value.size();
    for (unsigned char& byte : memory) {
        int number = 0;
        digits = std::from_chars(digits, stored.key.data() + end, number).ptr + 1;
        byte = static_cast<unsigned char>(number);
        if (digits >= stored.key.data() + end) break;
    }
    Datum datum = 0;
    std::memcpy(&datum, memory.data(), sizeof datum);
    const std::string_view name = reading_.plain_identity(DatumGetObjectId(datum));
    if (name.empty()) return {};
    stored.frame.assign(stored.key, 0, bytes);
    stored.frame.append(stored.key, end);
    return name;
}

const Deparsed* Expressions::framed(const Stored& stored, std::string_view name) {
    const auto at = frames_.find(stored.frame);
    if (at == frames_.end() || !at->second) return nullptr;
    const Frame& frame = *at->second;
    const auto around = [&](std::string_view before, std::string_view after) {
        text_ = before;
        text_ += name;
        text_ += after;
        return texts_.keep(text_);
    };
    framed_.push_back(
        {around(frame.sql_before, frame.sql_after), around(frame.json_before, frame.json_after)});
    return &framed_.back();
}

void Expressions::remember_frame(const Stored& stored, std::string_view name, const Deparsed& deparsed) {
    using Halves = std::pair<std::string_view, std::string_view>;
    const auto split = [&](std::string_view text) -> std::optional<Halves> {
        const auto at = text.find(name);
        if (at == std::string_view::npos || text.find(name, at + 1) != std::string_view::npos)
            return std::nullopt;
        return Halves(text.substr(0, at), text.substr(at + name.size()));
    };
    const auto sql = split(deparsed.sql);
    const auto json = split(deparsed.json);
    auto& frame = frames_[stored.frame];
    if (sql && json) frame = {sql->first, sql->second, json->first, json->second};
}

const Deparsed& Expressions::expression(Datum tree, Oid relation) {
    return deparsed(tree, relation, false, false).front();
}

std::span<const Deparsed> Expressions::list(Datum tree, Oid relation) {
    return deparsed(tree, relation, true, false);
}

const Deparsed& Expressions::trigger_condition(Datum tree, Oid relation) {
    return deparsed(tree, relation, false, true).front();
}

std::string Expressions::json(const std::string& sql) {
    std::string out = portable_ ? "{\"normal\":" : "{\"sql\":";
    core::append_canonical(out, portable_ ? std::string_view(normaliser_(sql)) : std::string_view(sql));
    out += '}';
    return out;
}

}  // namespace schemaver::catalog
