// The statements that recreate a schema, while they are being put together: each kind of object adds its own,
// and statements() brings them into an order that runs.
//
//     Script script(schema);
//     put_table(script, object);          // CREATE TABLE, its owner, its comments, later its foreign keys
//     script.statements();                // what the table needs comes before it
//
// What a statement needs is known from its text: definitions are deparsed under a search_path without user
// schemas, so whatever they refer to stands there with its schema.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model.hpp"

namespace schemaver::core::script {

// In the order in which they are written; all but `definitions` in the order in which they came.
enum class Section {
    settings,
    schemas,
    extensions,
    definitions,  // sorted by what they need
    sequence_owners,
    rows,  // before what would look at them: unique indexes, foreign keys, triggers, rules, row security
    indexes,
    index_partitions,
    checks,
    table_properties,
    statistics,
    rules,
    triggers,
    trigger_states,
    foreign_keys,
    policies,
    publications,
    schema_privileges,  // who grants what is in a schema must get there
    privileges,
    comments,
    subscriptions,
    default_privileges,
    event_triggers,
};

// Among the definitions: what comes first where neither needs the other.
enum class Rank {
    shell,
    type,
    routine,
    operator_symbol,
    operator_family,
    operator_class,
    cast,
    other,
    sequence,
    table,
    partition,
    key,
    view,
};

struct Statement {
    Rank rank = Rank::other;
    std::string sql = {};
    std::string needs = {};                   // the text whose names must be there before
    std::vector<std::string> provides = {};   // what others call it by: app.people
    std::vector<std::string> followers = {};  // what comes directly behind: owner, comments
    std::vector<std::string> after = {};      // further names that must be there before
    bool reads_tables = false;                // a query, which may need the keys of the tables that it reads
    std::vector<std::string> without = {};    // names that its text has, but that need not be there

    // What it can do without, where it is part of a circle: `sql` is then `shell`, and these come later.
    std::string shell = {};
    std::string shell_needs = {};
    std::vector<std::string> completion = {};
};

class Script {
  public:
    explicit Script(const Schema& schema);

    void add(Section section, std::string sql);
    void define(Statement statement);

    // The definition of a table or foreign table, nullptr if there is none.
    const Json* table(const std::string& identity) const;

    // The sequence behind an identity column: "app.people.id".
    const Object* identity_sequence(const std::string& column) const;

    // The index behind a constraint.
    const Object* constraint_index(const std::string& table, const std::string& constraint) const;

    // The types that are made of this function: app.word of app.word_in.
    std::vector<std::string> types_made_of(const std::string& function) const;

    std::vector<std::string> statements() const;

  private:
    std::map<std::string, const Object*> tables_;
    std::map<std::string, const Object*> identity_sequences_;
    std::map<std::pair<std::string, std::string>, const Object*> constraint_indexes_;
    std::multimap<std::string, std::string> types_made_of_;
    std::map<Section, std::vector<std::string>> sections_;
    std::vector<Statement> definitions_;
};

// An order in which each statement comes after those that provide what it needs. Circles are broken by what a
// statement can do without at first.
std::vector<std::string> in_order(std::vector<Statement> statements);

// The names with a schema in front that stand in a text, in code or in a constant: app.people, app."Odd".
std::vector<std::string> qualified_names(std::string_view text);

// A comment of one line. A name in it can have line breaks, behind which it would be a statement.
std::string remark(std::string text);

// Parts of statements -----------------------------------------------------------------------------------

// The facet, empty where there is none.
const Json& facet(const Object& object, std::string_view name);

// The name that an identity begins with: app.plus of app.plus(integer), app.names of "app.names USING btree".
std::string name_in(std::string_view identity);

// OPERATOR(pg_catalog.=) of an operator's identity.
std::string operator_reference(const std::string& identity);

// (a, b) in double quotes where needed.
std::string column_list(const std::vector<std::string>& names);

// " WITH (fillfactor='70')" of storage options, texts "name=value"; empty without any.
std::string with_options(const std::vector<std::string>& options);

// " OPTIONS (a 'b')" of foreign options: texts "name=value", or objects of name and value.
std::string foreign_options(const Json& holder);

// What the object is called in ALTER, COMMENT and GRANT: TABLE app.people, FUNCTION app.plus(integer).
std::string target_of(const Object& object);

// ALTER ... OWNER TO, and comments: of the object and its columns.
std::vector<std::string> followers_of(const Object& object);

// ALTER ... DEPENDS ON EXTENSION.
std::vector<std::string> extension_statements(const Object& object);

std::string owner_statement(const Object& object);
std::string comment_statement(const std::string& target, const std::string& text);

// Grants, security labels and the comments of constraints, each in its section.
void put_privileges(Script& script, const Object& object);

// Each kind of object -----------------------------------------------------------------------------------

void put_schema(Script& script, const Object& object);
void put_extension(Script& script, const Object& object);
void put_type(Script& script, const Object& object);
void put_function(Script& script, const Object& object);
void put_aggregate(Script& script, const Object& object);
void put_operator(Script& script, const Object& object);
void put_operator_class(Script& script, const Object& object);
void put_operator_family(Script& script, const Object& object);
void put_cast(Script& script, const Object& object);
void put_transform(Script& script, const Object& object);
void put_language(Script& script, const Object& object);
void put_access_method(Script& script, const Object& object);
void put_collation(Script& script, const Object& object);
void put_conversion(Script& script, const Object& object);
void put_text_search(Script& script, const Object& object);
void put_foreign_data_wrapper(Script& script, const Object& object);
void put_server(Script& script, const Object& object);
void put_user_mapping(Script& script, const Object& object);
void put_sequence(Script& script, const Object& object);
void put_table(Script& script, const Object& object);
void put_index(Script& script, const Object& object);
void put_view(Script& script, const Object& object);
void put_statistics(Script& script, const Object& object);
void put_rule(Script& script, const Object& object);
void put_trigger(Script& script, const Object& object);
void put_policy(Script& script, const Object& object);
void put_publication(Script& script, const Object& object);
void put_subscription(Script& script, const Object& object);
void put_event_trigger(Script& script, const Object& object);
void put_default_privileges(Script& script, const Object& object);
void put_changed_privileges(Script& script, const Object& object);

// The functions that a base type, or a range type with a canonical function, is made of.
std::vector<std::string> functions_of_type(const Json& structure);

// The options of a sequence but its type: START WITH 10 CACHE 3.
std::string sequence_options(const Json& structure);

// What a constraint that an index enforces says behind its name: PRIMARY KEY (id), EXCLUDE USING ...
std::string key_constraint(const Json& constraint, const Object* index);

}  // namespace schemaver::core::script
