// The schema as it is when a statement of the script begins: the live one, and what the script has done to
// it.
//
//     CREATE TABLE a (); ALTER TABLE a ADD COLUMN b int NOT NULL;      the second finds a: new, so empty
//
// And the session as it is then: in a transaction or not, with which timeouts, which locks taken.
#pragma once

#include "core/lint_facts.hpp"

namespace schemaver::core {

// In the server's order: a later one keeps out more.
enum class LintLockMode {
    access_share,
    row_share,
    row_exclusive,
    share_update_exclusive,
    share,
    share_row_exclusive,
    exclusive,
    access_exclusive
};
std::string_view to_text(LintLockMode mode);  // AccessShareLock, ...
bool conflicts(LintLockMode mode, std::string_view held);

// What the script has done in the transaction that is running, or, outside of one, in this statement.
struct LintTransaction {
    bool is_open = false;
    bool is_explicit = false;  // by BEGIN
    std::size_t begun_at = 0;  // the statement
    bool has_changed_schema = false;
    bool has_changed_data = false;
    std::map<LintName, std::size_t> exclusive;  // tables that were there: the statement that locked them
    std::map<LintName, std::size_t> large_exclusive;         // those of them that are not small
    std::set<std::pair<LintName, std::string>> not_valid;    // constraints added as NOT VALID
    std::set<std::pair<LintName, std::string>> enum_values;  // added to types that were there
    bool has_local_lock_timeout = false;
    bool has_local_statement_timeout = false;
    std::optional<std::vector<std::string>> path_afterwards;  // where SET LOCAL has changed it
};

// What has become of the facts, and of the session.
struct LintState {
    std::vector<std::string> search_path;
    std::map<LintName, std::optional<LintTable>> tables;  // nothing: it is gone
    std::map<LintName, std::optional<LintTypeFact>> types;
    std::map<LintName, char> functions;  // new ones
    std::map<LintName, LintBody> routines;
    std::set<std::string> dropped_functions;  // names alone
    std::map<std::string, bool> schemas;
    std::set<std::string> uncertain;  // names that a statement was about which may have run or not
    LintTransaction transaction;
    bool lock_timeout = false;
    bool statement_timeout = false;
};

class LintWorld {
  public:
    // To go back to what was before, at ROLLBACK, costs a copy at each BEGIN and SAVEPOINT.
    explicit LintWorld(const LintFacts& facts, bool may_roll_back = false);

    const LintFacts& facts() const { return facts_; }
    const LintTransaction& transaction() const { return now_.transaction; }
    // The one before; nullptr: there is none.
    const LintStatement* last_statement() const { return last_; }
    bool has_lock_timeout() const { return now_.lock_timeout || transaction().has_local_lock_timeout; }
    bool has_statement_timeout() const {
        return now_.statement_timeout || transaction().has_local_statement_timeout;
    }

    // A table, or anything else with a row in pg_class; nullptr: not there.
    const LintTable* find(const LintName& name) const;
    const LintTypeFact* find_type(const LintName& name) const;
    // The name with its schema: where it is, or else where it would be made.
    LintName full_name(const LintName& name) const;
    // Where an object of that name, written without a schema, is made.
    LintName creation_name(const std::string& name) const;
    LintName full_type_name(const LintName& name) const;
    // Whether the script has taken away what used a table: the view, the function, the foreign key.
    bool is_gone(const LintDependant& user) const;
    bool is_gone(const LintReference& reference) const;
    std::optional<char> volatility(const LintName& function) const;
    // Nothing: there is none, or it is the server's or an extension's, or changes nothing.
    std::optional<LintBody> routine(const LintName& name) const;
    bool has_schema(const std::string& name) const;

    // Whether it is about something that may be there or not.
    bool is_uncertain(const LintStatement& statement) const;

    // After the rules have looked at it. `number` counts from 1; the statement has to live on.
    void apply(const LintStatement& statement, std::size_t number);
    // The same where it may run or not: what it makes may be there, what it drops may be there still.
    void apply_perhaps(const LintStatement& statement, std::size_t number);
    // What a function or DO block runs is one transaction, if none is open. false: one is.
    bool begin_body(std::size_t number);
    void end_body();

  private:
    bool is_dropped(const LintName& name) const;
    const LintTable* lookup(const LintName& name) const;
    LintTable* change(const LintName& name);
    void create_table(const LintStatement& statement);
    void create_index(const LintStatement& statement);
    void alter_table(const LintStatement& statement);
    void drop(const LintStatement& statement);
    void rename(const LintStatement& statement);
    void move(const LintName& from, const LintName& to);
    void set(const LintStatement& statement);
    void note_in_transaction(const LintStatement& statement, std::size_t number);
    void begin(bool is_explicit, std::size_t number);
    void end_transaction(const LintStatement& statement, std::size_t number);
    void roll_back_to(const std::string& savepoint);

    const LintFacts& facts_;
    const bool may_roll_back_;
    LintState now_;
    LintState before_;  // the transaction
    std::vector<std::pair<std::string, LintState>> savepoints_;
    const LintStatement* last_ = nullptr;
};

struct LintLock {
    const LintTable* table;
    LintLockMode mode;
};
// The locks that the statement takes on tables that were there before the script.
std::vector<LintLock> lint_locks(const LintStatement& statement, const LintWorld& world);
LintLockMode lint_lock_of(const LintAction& action);

// Its name, or the one that the server gives it.
std::string constraint_name(const LintTable& table, const LintConstraint& constraint);
// What the action leaves of the table.
void apply_action(LintTable& table, const LintAction& action);

bool is_ddl(const LintStatement& statement);
bool is_data_change(const LintStatement& statement);

// public.people, quoted where need be.
std::string identity_of(const LintTable& table);
std::string identity_of(const LintName& name);
LintName name_of(const LintTable& table);
const LintColumn* find_column(const LintTable& table, std::string_view name);
const LintIndex* find_index(const LintTable& table, std::string_view name);
const LintConstraint* find_constraint(const LintTable& table, std::string_view name);

}  // namespace schemaver::core
