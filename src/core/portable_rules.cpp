// The rules, one function each; normal_node() at the end says which node each is for.
#include "core/portable_rules.hpp"

#include <array>
#include <charconv>

namespace schemaver::core::parse_tree {

namespace {

// Where something stands in the text. Since 17 they are all -1, which is a default like others.
bool is_place(std::string_view key) { return key.ends_with("location") || key == ":stmt_len"; }

// Fields that hold a name as a bare token, where false is a name like any other.
bool holds_name(std::string_view key) { return key.ends_with("name") || key.ends_with("column"); }

// A field at its default says nothing; so a field that only later servers have changes nothing. A constant is
// no default, whatever its value.
bool is_default(std::string_view label, std::string_view key, std::string_view token) {
    if (token == "<>") return true;
    if (label == "A_CONST" || key == ":matched" || key == ":matchKind") return false;
    return token == "0" || token == "-1" || (token == "false" && !holds_name(key));
}

// Names that the deparser qualifies only sometimes: json and pg_catalog.json. With the search_path that texts
// are deparsed under, an unqualified name is one of pg_catalog.
bool may_say_pg_catalog(std::string_view key) {
    constexpr std::array<std::string_view, 8> keys = {":names", ":funcname", ":name",    ":collname",
                                                      ":useOp", ":operName", ":opclass", ":collation"};
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// A type's name when it is written without modifiers and is no array; otherwise empty.
std::string_view plain_type(const Tree& tree, Index type) {
    if (!tree.is_node(type, "TYPENAME") || tree[type].count != 1) return {};
    const Index names = tree.field(type, ":names");
    if (!tree.is_list(names) || tree[names].count != 1) return {};
    return tree.string(tree.element(tree[names], 0)).value_or(std::string_view());
}

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Whether the grammar takes this, without quotes, for an integer.
bool is_integer(std::string_view text) {
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

// Whether the grammar takes this, without quotes, for a numeric.
bool is_decimal(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const std::size_t point = text.find('.');
    return point != std::string_view::npos && is_digits(text.substr(0, point)) &&
           is_digits(text.substr(point + 1));
}

// '-1'::integer is the number -1, and so is (- 1), which the grammar folds: a view that has the latter has
// the former after a restore. Likewise '-1.5'::numeric.
Index number_of_cast(Tree& tree, Index argument, std::string_view type) {
    if (!tree.is_node(argument, "A_CONST") || (type != "int4" && type != "numeric")) return none;
    const Index constant = tree.field(argument, ":val");
    std::string_view text = tree.token(constant);
    const auto string = tree.string(constant);
    if (string) text = string->starts_with('\\') ? string->substr(1) : *string;
    if (text.empty() || !(type == "int4" ? is_integer(text) : is_decimal(text))) return none;
    if (!string) return argument;
    const std::array<Part, 1> fields = {Part{":val", tree.add_token(text)}};
    return tree.add(Kind::node, "A_CONST", fields.begin(), fields.end());
}

bool are_equal(const Tree& tree, Index one, Index other) {
    if (one == other) return true;
    return one != none && other != none && written(tree, one, 128) == written(tree, other, 128);
}

// `argument` cast to `type`; without the cast where it changes nothing.
Index cast(Tree& tree, Index argument, Index type) {
    if (const Index number = number_of_cast(tree, argument, plain_type(tree, type)); number != none)
        return number;
    if (tree.is_node(argument, "TYPECAST") && are_equal(tree, tree.field(argument, ":typeName"), type)) {
        return argument;
    }
    const std::array<Part, 2> fields = {Part{":arg", argument}, Part{":typeName", type}};
    return tree.add(Kind::node, "TYPECAST", fields.begin(), fields.end());
}

Index element_type(Tree& tree, Index array_type) {
    std::vector<Part> fields;
    const Value& type = tree[array_type];
    for (Index i = 0; i < type.count; ++i) {
        if (tree.part(type, i).key != ":arrayBounds") fields.push_back(tree.part(type, i));
    }
    return tree.add(Kind::node, "TYPENAME", fields.begin(), fields.end());
}

bool is_filled_array(const Tree& tree, Index value) {
    return tree.is_node(value, "A_ARRAYEXPR") && tree.field(value, ":elements") != none;
}

// (ARRAY[a, b])::text[] is ARRAY[(a)::text, (b)::text]: the server's own parser reads the former as the
// latter, so the former does not survive a restore. An empty array keeps its cast; there is nothing else to
// say its type.
void push_into_elements(Tree& tree, Index array, Index type) {
    const Index plain = element_type(tree, type);
    std::vector<Index> arrays = {array};
    while (!arrays.empty()) {
        const Index elements = tree.field(arrays.back(), ":elements");
        arrays.pop_back();
        for (Index i = 0; i < tree[elements].count; ++i) {
            const Index element = tree.element(tree[elements], i);
            if (is_filled_array(tree, element)) {
                arrays.push_back(element);
                continue;
            }
            const bool is_empty_array = tree.is_node(element, "A_ARRAYEXPR");
            const Index converted = cast(tree, element, is_empty_array ? type : plain);
            tree.part(tree[elements], i).value = converted;
        }
    }
}

Index normal_cast(Tree& tree, Index node) {
    const Index argument = tree.field(node, ":arg");
    const Index type = tree.field(node, ":typeName");
    if (argument == none || type == none) return node;
    if (is_filled_array(tree, argument) && tree.is_node(type, "TYPENAME") &&
        tree.is_list(tree.field(type, ":arrayBounds")) && !tree.has_grown_too_far()) {
        push_into_elements(tree, argument, type);
        return argument;
    }
    return cast(tree, argument, type);
}

// The last name of a column reference; nothing for t.* and for anything else.
std::optional<std::string_view> column_of(const Tree& tree, Index value) {
    if (!tree.is_node(value, "COLUMNREF")) return std::nullopt;
    const Index names = tree.field(value, ":fields");
    if (!tree.is_list(names) || tree[names].count == 0) return std::nullopt;
    return tree.string(tree.element(tree[names], tree[names].count - 1));
}

// t.x AS x
void drop_implied_label(Tree& tree, Index target) {
    const Index name = tree.field(target, ":name");
    if (name != none && column_of(tree, tree.field(target, ":val")) == tree.token(name)) {
        tree.drop_field(target, ":name");
    }
}

// The column that ORDER BY, GROUP BY or DISTINCT ON says by its name alone; nothing where it says more.
std::optional<std::string_view> lone_name(const Tree& tree, Index item) {
    if (tree.is_node(item, "SORTBY")) item = tree.field(item, ":node");
    const auto column = column_of(tree, item);
    if (!column || tree[tree.field(item, ":fields")].count != 1) return std::nullopt;
    return column;
}

bool is_ordered_by_label(const Tree& tree, Index query, std::string_view label) {
    for (const std::string_view clause : {":sortClause", ":groupClause", ":distinctClause"}) {
        const Index list = tree.field(query, clause);
        if (!tree.is_list(list)) continue;
        for (Index i = 0; i < tree[list].count; ++i) {
            if (lone_name(tree, tree.element(tree[list], i)) == label) return true;
        }
    }
    return false;
}

// The labels of a query's columns that nobody can see: in a subquery that is an expression, in all but the
// first query of a UNION. An unlabelled 'x' there is called ?column? when created, and after a restore, as
// 'x'::text, text.
void drop_unseen_labels(Tree& tree, Index query) {
    while (tree.is_node(query, "SELECTSTMT") && tree.field(query, ":larg") != none)
        query = tree.field(query, ":larg");
    const Index targets = tree.field(query, ":targetList");
    if (!tree.is_node(query, "SELECTSTMT") || !tree.is_list(targets)) return;
    for (Index i = 0; i < tree[targets].count; ++i) {
        const Index target = tree.element(tree[targets], i);
        const Index name = tree.field(target, ":name");
        if (name != none && !is_ordered_by_label(tree, query, tree.token(name)))
            tree.drop_field(target, ":name");
    }
}

// FROM t t
void drop_implied_alias(Tree& tree, Index relation) {
    const Index alias = tree.field(relation, ":alias");
    if (!tree.is_node(alias, "ALIAS") || tree.field(alias, ":colnames") != none) return;
    if (tree.token(tree.field(alias, ":aliasname")) == tree.token(tree.field(relation, ":relname"))) {
        tree.drop_field(relation, ":alias");
    }
}

// Until 17 RETURNING is its list, from 18 on a clause that may say more.
void unwrap_returning(Tree& tree, Index statement) {
    Value& value = tree[statement];
    for (Index i = 0; i < value.count; ++i) {
        Part& part = tree.part(value, i);
        if (part.key != ":returningClause" || tree[part.value].count != 1) continue;
        const Index list = tree.field(part.value, ":exprs");
        if (list != none) part = {":returningList", list};
    }
}

// Until 16 a WHEN clause is for rows that match or for those that do not; from 17 on there are three sorts:
// WHEN MATCHED, NOT MATCHED BY SOURCE, NOT MATCHED BY TARGET.
void number_match_kind(Tree& tree, Index clause) {
    Value& value = tree[clause];
    for (Index i = 0; i < value.count; ++i) {
        Part& part = tree.part(value, i);
        if (part.key != ":matched") continue;
        tree[part.value].text = tree[part.value].text == "true" ? "0" : "2";
        part.key = ":matchKind";
    }
}

// What columns of the query's one relation are qualified with; empty when it has not exactly one.
std::string_view only_relation(const Tree& tree, Index query) {
    const Index from = tree.field(query, ":fromClause");
    if (from == none && tree.field(query, ":valuesLists") != none) return "*VALUES*";
    if (!tree.is_list(from) || tree[from].count != 1) return {};
    Index item = tree.element(tree[from], 0);
    if (tree.is_node(item, "RANGETABLESAMPLE")) item = tree.field(item, ":relation");
    if (const Index alias = tree.field(item, ":alias"); tree.is_node(alias, "ALIAS")) {
        return tree.token(tree.field(alias, ":aliasname"));
    }
    if (tree.is_node(item, "RANGETABLEFUNC")) return "xmltable";
    return tree.token(tree.field(item, ":relname"));
}

bool has_label(const Tree& tree, Index query, std::string_view label) {
    const Index targets = tree.field(query, ":targetList");
    if (!tree.is_list(targets)) return false;
    for (Index i = 0; i < tree[targets].count; ++i) {
        if (tree.token(tree.field(tree.element(tree[targets], i), ":name")) == label) return true;
    }
    return false;
}

// In ORDER BY and DISTINCT ON a lone x is the output column x where there is one, and t.x never is.
std::vector<Index> columns_that_labels_hide(const Tree& tree, Index query) {
    std::vector<Index> hidden;
    for (const std::string_view clause : {":sortClause", ":distinctClause"}) {
        const Index list = tree.field(query, clause);
        if (!tree.is_list(list)) continue;
        for (Index i = 0; i < tree[list].count; ++i) {
            Index item = tree.element(tree[list], i);
            if (tree.is_node(item, "SORTBY")) item = tree.field(item, ":node");
            const auto column = column_of(tree, item);
            if (column && has_label(tree, query, *column)) hidden.push_back(item);
        }
    }
    return hidden;
}

// Up to 15 a view over one relation says t.x, from 16 on x. (Queries within queries say t.x everywhere; what
// they say of this query's columns stays as it is.)
void drop_only_qualifier(Tree& tree, Index query) {
    const std::string_view relation = only_relation(tree, query);
    if (relation.empty()) return;
    const std::vector<Index> hidden = columns_that_labels_hide(tree, query);
    std::vector<Index> rest = {query};
    while (!rest.empty()) {
        const Index at = rest.back();
        rest.pop_back();
        if (tree.is_node(at, "COLUMNREF")) {
            const Index names = tree.field(at, ":fields");
            if (!column_of(tree, at) || tree[names].count != 2) continue;
            if (tree.string(tree.element(tree[names], 0)) != relation) continue;
            if (std::find(hidden.begin(), hidden.end(), at) != hidden.end()) continue;
            ++tree[names].first;
            --tree[names].count;
            continue;
        }
        const Value& value = tree[at];
        for (Index i = 0; i < value.count; ++i) {
            const Index below = tree.element(value, i);
            if (tree[below].kind != Kind::token && !tree.is_node(below, "SELECTSTMT")) rest.push_back(below);
        }
    }
}

}  // namespace

std::string_view current_label(std::string_view label) {
    if (label == "SELECT") return "SELECTSTMT";
    if (label == "AEXPR") return "A_EXPR";
    if (label == "RETURN") return "RETURNSTMT";
    return label;
}

bool says_nothing(std::string_view label, std::string_view key, std::string_view token) {
    return is_place(key) || is_default(label, key, token);
}

void normalise_field(Tree& tree, std::string_view key, Index index) {
    Value& value = tree[index];
    if (value.kind != Kind::list || value.count != 2 || !may_say_pg_catalog(key)) return;
    if (tree.token(tree.element(value, 0)) != "\"pg_catalog\"") return;
    ++value.first;
    --value.count;
}

Index normal_node(Tree& tree, Index node) {
    const std::string_view label = tree[node].text;
    if (label == "TYPECAST") return normal_cast(tree, node);
    if (label == "RESTARGET") drop_implied_label(tree, node);
    if (label == "RANGEVAR") drop_implied_alias(tree, node);
    if (label == "INSERTSTMT" || label == "UPDATESTMT" || label == "DELETESTMT" || label == "MERGESTMT") {
        unwrap_returning(tree, node);
    }
    if (label == "MERGEWHENCLAUSE") number_match_kind(tree, node);
    if (label == "SELECTSTMT") {
        drop_only_qualifier(tree, node);
        drop_unseen_labels(tree, tree.field(node, ":rarg"));
    }
    if (label == "SUBLINK") drop_unseen_labels(tree, tree.field(node, ":subselect"));
    if (label == "INSERTSTMT") drop_unseen_labels(tree, tree.field(node, ":selectStmt"));
    return node;
}

}  // namespace schemaver::core::parse_tree
