// Tables, partitions, foreign tables: CREATE TABLE with columns and CHECKs; partitions are made as tables and
// attached, so that their columns keep their own order; keys come behind, foreign keys at the end.
#include "core/properties.hpp"
#include "core/script.hpp"
#include "core/text.hpp"

namespace schemaver::core::script {

namespace {

class TableScript {
  public:
    TableScript(Script& script, const Object& object)
        : script_(script),
          object_(object),
          structure_(facet(object, "structure")),
          storage_(facet(object, "storage")),
          name_(object.identity),
          is_foreign_(object.kind == "foreign table"),
          is_partition_(has(structure_, "partition_of")) {}

    void put() {
        put_create();
        put_partition();
        for (const Json* constraint : objects_of(structure_, "constraints")) put_constraint(*constraint);
        put_columns_late();
        put_properties();
        put_privileges(script_, object_);
    }

  private:
    std::string alter() const {
        return (is_foreign_ ? "ALTER FOREIGN TABLE ONLY " : "ALTER TABLE ONLY ") + name_;
    }

    // Not ONLY: children get their parent's CHECKs with it.
    std::string add_check(const Json& constraint) const {
        return (is_foreign_ ? "ALTER FOREIGN TABLE " : "ALTER TABLE ") + name_ + " ADD " +
               check_clause(constraint) + ";";
    }

    std::string alter_column(const Json& column) const {
        return alter() + " ALTER COLUMN " + quote_identifier(text_of(column, "name"));
    }

    bool is_inherited(const Json& column) const { return is_true(column, "inherited") && !is_partition_; }

    // A CHECK that a table has by inheritance comes with its parent; one that a partition shares with its
    // parent must be there to be attached.
    bool is_own_check(const Json& constraint) const {
        return text_of(constraint, "type") == "check" && (is_partition_ || !is_true(constraint, "inherited"));
    }

    static bool is_checked_later(const Json& constraint) {
        return is_true(constraint, "not_valid") || is_true(constraint, "not_enforced");
    }

    const Object* own_sequence(const Json& column) const {
        return has(column, "identity")
                   ? script_.identity_sequence(name_ + "." + quote_identifier(text_of(column, "name")))
                   : nullptr;
    }

    std::string identity_clause(const Json& column, const Object& sequence) const {
        return " GENERATED " +
               std::string(text_of(column, "identity") == "always" ? "ALWAYS" : "BY DEFAULT") +
               " AS IDENTITY (SEQUENCE NAME " + sequence.identity +
               sequence_options(facet(sequence, "structure")) + ")";
    }

    static std::string not_null_clause(const Json& column) {
        if (!is_true(column, "not_null") || is_true(column, "not_null_not_valid")) return "";
        std::string sql;
        if (has(column, "not_null_name"))
            sql += " CONSTRAINT " + quote_identifier(text_of(column, "not_null_name"));
        sql += " NOT NULL";
        if (is_true(column, "not_null_no_inherit")) sql += " NO INHERIT";
        return sql;
    }

    // A column of its own that a parent has generated in the same way: before 17 the server wants it to be
    // said of the parent's alone.
    bool comes_generated(const Json& column) const {
        for (const std::string& parent : texts_of(structure_, "inherits")) {
            const Json* definition = script_.table(parent);
            const Json* structure = definition == nullptr ? nullptr : member(*definition, "structure");
            const Json* same =
                structure == nullptr ? nullptr : named(*structure, "columns", text_of(column, "name"));
            if (same != nullptr && expression_of(*same, "generated") == expression_of(column, "generated"))
                return true;
        }
        return false;
    }

    std::string default_clause(const Json& column, bool with_defaults) const {
        if (has(column, "default") && with_defaults) return " DEFAULT " + expression_of(column, "default");
        if (!has(column, "generated") || comes_generated(column)) return "";
        return " GENERATED ALWAYS AS (" + expression_of(column, "generated") +
               (is_true(column, "virtual") ? ") VIRTUAL" : ") STORED");
    }

    // Empty: the column comes from elsewhere as it is.
    std::string column_line(const Json& column, bool with_defaults) const {
        const std::string name = quote_identifier(text_of(column, "name"));
        std::string rest = default_clause(column, with_defaults);
        if (const Object* sequence = own_sequence(column)) rest += identity_clause(column, *sequence);
        rest += not_null_clause(column);
        if (has(structure_, "of_type")) return rest.empty() ? "" : name + " WITH OPTIONS" + rest;
        std::string line = name + " " + text_of(column, "type") + foreign_options(column);
        if (has(column, "collation")) line += " COLLATE " + text_of(column, "collation");
        return line + rest;
    }

    static std::string check_clause(const Json& constraint) {
        std::string sql = "CONSTRAINT " + quote_identifier(text_of(constraint, "name")) + " CHECK (" +
                          expression_of(constraint, "expression") + ")";
        if (is_true(constraint, "no_inherit")) sql += " NO INHERIT";
        if (is_true(constraint, "not_enforced")) sql += " NOT ENFORCED";
        if (is_true(constraint, "not_valid")) sql += " NOT VALID";
        return sql;
    }

    // `whole`: with defaults and CHECKs.
    std::string create(bool whole) const {
        std::vector<std::string> lines;
        for (const Json* column : objects_of(structure_, "columns")) {
            if (is_inherited(*column)) continue;
            if (std::string line = column_line(*column, whole); !line.empty()) lines.push_back("    " + line);
        }
        for (const Json* constraint : objects_of(structure_, "constraints"))
            if (whole && is_own_check(*constraint) && !is_checked_later(*constraint))
                lines.push_back("    " + check_clause(*constraint));
        std::string sql = is_true(structure_, "unlogged") ? "CREATE UNLOGGED " : "CREATE ";
        sql += (is_foreign_ ? "FOREIGN TABLE " : "TABLE ") + name_;
        const bool typed = has(structure_, "of_type");
        if (typed) sql += " OF " + text_of(structure_, "of_type");
        if (!typed || !lines.empty())
            sql += " (" + (lines.empty() ? "" : "\n" + joined(lines, ",\n") + "\n") + ")";
        const std::vector<std::string> parents = texts_of(structure_, "inherits");
        if (!parents.empty()) sql += "\n    INHERITS (" + joined(parents, ", ") + ")";
        if (const Json* key = member(structure_, "partition_by")) sql += "\n    " + partition_key(*key);
        if (is_foreign_)
            return sql + "\n    SERVER " + quote_identifier(text_of(structure_, "server")) +
                   foreign_options(structure_) + ";";
        if (has(storage_, "access_method"))
            sql += "\n    USING " + quote_identifier(text_of(storage_, "access_method"));
        sql += with_options(texts_of(storage_, "options"));
        if (has(storage_, "tablespace"))
            sql += " TABLESPACE " + quote_identifier(text_of(storage_, "tablespace"));
        return sql + ";";
    }

    static std::string partition_key(const Json& key) {
        std::vector<std::string> parts;
        for (const Json* part : objects_of(key, "keys")) {
            std::string text = has(*part, "column") ? quote_identifier(text_of(*part, "column"))
                                                    : "(" + expression_of(*part, "expression") + ")";
            if (has(*part, "collation")) text += " COLLATE " + text_of(*part, "collation");
            if (has(*part, "opclass")) text += " " + name_in(text_of(*part, "opclass"));
            parts.push_back(std::move(text));
        }
        std::string strategy = text_of(key, "strategy");
        for (char& c : strategy) c = static_cast<char>(c - 'a' + 'A');
        return "PARTITION BY " + strategy + " (" + joined(parts, ", ") + ")";
    }

    void put_create() {
        Statement statement{.rank = Rank::table,
                            .sql = create(true),
                            .provides = {name_},
                            .followers = followers_of(object_)};
        statement.needs = statement.sql;
        if (is_foreign_)
            statement.after.push_back("server " + quote_identifier(text_of(structure_, "server")));
        if (has(storage_, "access_method"))
            statement.after.push_back("method " + quote_identifier(text_of(storage_, "access_method")));
        for (const Json* column : objects_of(structure_, "columns")) {
            if (is_inherited(*column))
                put_inherited_column(statement, *column);
            else if (has(*column, "default"))
                statement.completion.push_back(alter_column(*column) + " SET DEFAULT " +
                                               expression_of(*column, "default") + ";");
        }
        for (const Json* constraint : objects_of(structure_, "constraints"))
            if (is_own_check(*constraint) && !is_checked_later(*constraint))
                statement.completion.push_back(add_check(*constraint));
        if (!statement.completion.empty()) {
            statement.shell = create(false);
            statement.shell_needs = statement.shell;
        }
        script_.define(std::move(statement));
    }

    // Inherited columns are made by INHERITS with what the parents' have; what is otherwise is altered.
    void put_inherited_column(Statement& statement, const Json& column) {
        const auto follow = [&](const std::string& what) {
            statement.followers.push_back(alter_column(column) + what + ";");
        };
        bool parent_not_null = false;
        bool parent_default = false;
        for (const std::string& parent : texts_of(structure_, "inherits")) {
            const Json* definition = script_.table(parent);
            const Json* structure = definition == nullptr ? nullptr : member(*definition, "structure");
            const Json* same =
                structure == nullptr ? nullptr : named(*structure, "columns", text_of(column, "name"));
            if (same == nullptr) continue;
            parent_not_null |= is_true(*same, "not_null");
            parent_default |= has(*same, "default");
        }
        if (has(column, "default")) {
            follow(" SET DEFAULT " + expression_of(column, "default"));
            statement.needs += " " + expression_of(column, "default");
        } else if (parent_default) {
            follow(" DROP DEFAULT");
        }
        if (is_true(column, "not_null") && !parent_not_null) follow(" SET NOT NULL");
        if (!is_true(column, "not_null") && parent_not_null) follow(" DROP NOT NULL");
        if (const Object* sequence = own_sequence(column))
            follow(" ADD" + identity_clause(column, *sequence));
    }

    void put_partition() {
        if (!is_partition_) return;
        const std::string parent = text_of(structure_, "partition_of");
        const std::string sql = "ALTER TABLE ONLY " + parent + " ATTACH PARTITION " + name_ + " " +
                                text_of(structure_, "partition_bound") + ";";
        script_.define({.rank = Rank::partition,
                        .sql = sql,
                        .needs = sql,
                        .provides = {"partitions of " + parent, "partitions of " + name_}});
    }

    void put_constraint(const Json& constraint) {
        const std::string type = text_of(constraint, "type");
        const std::string name = quote_identifier(text_of(constraint, "name"));
        if (type == "check") {
            if (is_checked_later(constraint) && !is_true(constraint, "inherited"))
                script_.add(Section::checks, add_check(constraint));
            return;
        }
        if (type == "foreign key") {
            // Of a partitioned table they cannot be ONLY its own.
            script_.add(Section::foreign_keys,
                        (has(structure_, "partition_by") ? "ALTER TABLE " + name_ : alter()) +
                            " ADD CONSTRAINT " + name + " " + foreign_key(constraint) + ";");
            return;
        }
        const Object* index = script_.constraint_index(name_, text_of(constraint, "name"));
        std::string sql = alter() + " ADD CONSTRAINT " + name + " " + key_constraint(constraint, index) + ";";
        std::string needs = sql;
        Statement statement{.rank = Rank::key,
                            .sql = std::move(sql),
                            .needs = std::move(needs),
                            .provides = {"keys of " + name_},
                            .after = {"partitions of " + name_}};
        script_.define(std::move(statement));
    }

    static std::string foreign_key(const Json& constraint) {
        static const Json* const none = new Json(Json::object());
        const Json* found = member(constraint, "references");
        const Json& target = found == nullptr ? *none : *found;
        const bool period = is_true(constraint, "period");
        std::string sql = "FOREIGN KEY " +
                          key_columns(texts_of(constraint, "columns"), period ? "PERIOD " : "") +
                          " REFERENCES " + text_of(target, "table") + " " +
                          key_columns(texts_of(target, "columns"), period ? "PERIOD " : "");
        if (text_of(target, "match") == "full") sql += " MATCH FULL";
        if (has(target, "on_update")) sql += " ON UPDATE " + text_of(target, "on_update");
        if (has(target, "on_delete")) sql += " ON DELETE " + text_of(target, "on_delete");
        if (has(target, "on_delete_columns")) sql += " " + column_list(texts_of(target, "on_delete_columns"));
        if (is_true(constraint, "deferrable")) sql += " DEFERRABLE";
        if (is_true(constraint, "initially_deferred")) sql += " INITIALLY DEFERRED";
        if (is_true(constraint, "not_enforced")) sql += " NOT ENFORCED";
        if (is_true(constraint, "not_valid")) sql += " NOT VALID";
        return sql;
    }

    // (a, PERIOD b)
    static std::string key_columns(std::vector<std::string> columns, const std::string& last) {
        for (std::string& column : columns) column = quote_identifier(column);
        if (!columns.empty()) columns.back().insert(0, last);
        return "(" + joined(columns, ", ") + ")";
    }

    // Settings that children would inherit, were they made earlier.
    void put_columns_late() {
        for (const Json* column : objects_of(structure_, "columns")) {
            if (is_true(*column, "not_null_not_valid"))
                script_.add(Section::checks,
                            alter() + " ADD CONSTRAINT " + quote_identifier(not_null_name(*column)) +
                                " NOT NULL " + quote_identifier(text_of(*column, "name")) +
                                (is_true(*column, "not_null_no_inherit") ? " NO INHERIT" : "") +
                                " NOT VALID;");
            const Object* sequence = own_sequence(*column);
            if (sequence == nullptr) continue;
            const bool unlogged = is_true(facet(*sequence, "structure"), "unlogged");
            if (unlogged != is_true(structure_, "unlogged"))
                script_.add(Section::table_properties, "ALTER SEQUENCE " + sequence->identity + " SET " +
                                                           (unlogged ? "UNLOGGED;" : "LOGGED;"));
        }
        for (const Json* column : objects_of(storage_, "columns")) put_column_storage(*column);
    }

    std::string not_null_name(const Json& column) const {
        if (has(column, "not_null_name")) return text_of(column, "not_null_name");
        const std::vector<std::string> parts = identifier_parts(name_);
        return (parts.empty() ? name_ : parts.back()) + "_" + text_of(column, "name") + "_not_null";
    }

    void put_column_storage(const Json& column) {
        const auto set = [&](const std::string& what) {
            script_.add(Section::table_properties, alter_column(column) + " SET " + what + ";");
        };
        if (has(column, "storage")) set("STORAGE " + text_of(column, "storage"));
        if (has(column, "compression")) set("COMPRESSION " + text_of(column, "compression"));
        const Json* target = member(column, "statistics");
        if (target != nullptr && target->is_number_integer())
            set("STATISTICS " + std::to_string(target->get<std::int64_t>()));
        const std::string options = with_options(texts_of(column, "options"));
        if (!options.empty()) set(options.substr(options.find('(')));
    }

    void put_properties() {
        const auto add = [&](const std::string& what) {
            script_.add(Section::table_properties, alter() + what + ";");
        };
        const Json* identity = member(structure_, "replica_identity");
        // An index of its own is made by then.
        if (identity != nullptr)
            script_.add(
                Section::index_partitions,
                alter() + " REPLICA IDENTITY " +
                    (identity->is_object() ? "USING INDEX " + quote_identifier(text_of(*identity, "index"))
                                           : identity->get<std::string>()) +
                    ";");
        const Json& security = facet(object_, "security");
        if (is_true(security, "row_security")) add(" ENABLE ROW LEVEL SECURITY");
        if (is_true(security, "force_row_security")) add(" FORCE ROW LEVEL SECURITY");
    }

    Script& script_;
    const Object& object_;
    const Json& structure_;
    const Json& storage_;
    const std::string name_;
    const bool is_foreign_;
    const bool is_partition_;
};

}  // namespace

void put_table(Script& script, const Object& object) { TableScript(script, object).put(); }

std::string sequence_options(const Json& structure) {
    std::string sql;
    const auto put = [&](std::string_view property, const char* words) {
        if (has(structure, property)) sql += words + text_of(structure, property);
    };
    put("start", " START WITH ");
    put("increment", " INCREMENT BY ");
    put("minimum", " MINVALUE ");
    put("maximum", " MAXVALUE ");
    put("cache", " CACHE ");
    if (is_true(structure, "cycle")) sql += " CYCLE";
    return sql;
}

void put_sequence(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    put_privileges(script, object);
    if (has(structure, "identity_of")) {  // made with the column, and owned by the table's owner
        const Json& comment = facet(object, "comment");
        if (has(comment, "text"))
            script.add(Section::comments, comment_statement(target_of(object), text_of(comment, "text")));
        return;
    }
    script.define({.rank = Rank::sequence,
                   .sql = std::string("CREATE ") + (is_true(structure, "unlogged") ? "UNLOGGED " : "") +
                          "SEQUENCE " + object.identity + " AS " + text_of(structure, "type") +
                          sequence_options(structure) + ";",
                   .provides = {object.identity},
                   .followers = followers_of(object)});
    if (has(structure, "owned_by"))
        script.add(Section::sequence_owners,
                   "ALTER SEQUENCE " + object.identity + " OWNED BY " + text_of(structure, "owned_by") + ";");
}

}  // namespace schemaver::core::script
