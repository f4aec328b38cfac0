// Statement by statement; CREATE TABLE and ALTER TABLE are in describe_table.cpp.
#include "pg/describe_script.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/lint_text.hpp"
#include "pg/describe_parts.hpp"
#include "pg/report.hpp"
#include "pg/scratch.hpp"
#include "pg/text.hpp"
#include "pg/tokens.hpp"

extern "C" {
#include "commands/defrem.h"
#include "nodes/value.h"
#include "parser/parser.h"
#include "storage/lock.h"
}

namespace schemaver::pg {

namespace {

using core::LintKind;
using core::LintStatement;

std::string words_of(ObjectType type) {
    switch (type) {
        case OBJECT_TABLE:
            return "table";
        case OBJECT_INDEX:
            return "index";
        case OBJECT_VIEW:
            return "view";
        case OBJECT_MATVIEW:
            return "materialized view";
        case OBJECT_SEQUENCE:
            return "sequence";
        case OBJECT_FOREIGN_TABLE:
            return "foreign table";
        case OBJECT_SCHEMA:
            return "schema";
        case OBJECT_TYPE:
            return "type";
        case OBJECT_DOMAIN:
            return "domain";
        case OBJECT_FUNCTION:
        case OBJECT_ROUTINE:
            return "function";
        case OBJECT_PROCEDURE:
            return "procedure";
        case OBJECT_COLUMN:
            return "column";
        case OBJECT_TABCONSTRAINT:
            return "constraint";
        case OBJECT_TRIGGER:
            return "trigger";
        case OBJECT_DATABASE:
            return "database";
        case OBJECT_EXTENSION:
            return "extension";
        default:
            return "object";
    }
}

// What stands in lists of DROP and its like: a list of names, a type's name, a function with its arguments.
core::LintName name_in_list(Node* node) {
    if (IsA(node, List)) return described_name(reinterpret_cast<const List*>(node));
    if (IsA(node, TypeName)) return described_name(reinterpret_cast<const TypeName*>(node)->names);
    if (IsA(node, RangeVar)) return described_name(reinterpret_cast<const RangeVar*>(node));
    if (IsA(node, ObjectWithArgs))
        return described_name(reinterpret_cast<const ObjectWithArgs*>(node)->objname);
    if (IsA(node, String)) return {"", to_utf8(strVal(node))};
    return {};
}

std::vector<core::LintName> names_in_list(const List* list) {
    std::vector<core::LintName> names;
    for_each_in(list, [&](Node* node) { names.push_back(name_in_list(node)); });
    return names;
}

bool has_option(const List* options, const char* name) {
    bool found = false;
    for_each_in(options, [&](Node* node) {
        const auto* option = castNode(DefElem, node);
        if (std::strcmp(option->defname, name) != 0) return;
        DefElem* asked = const_cast<DefElem*>(option);
        found = call([=] { return defGetBoolean(asked); });
    });
    return found;
}

void describe(const DropStmt* drop, LintStatement& statement) {
    statement.kind = LintKind::drop;
    statement.object_kind = words_of(drop->removeType);
    statement.if_exists = drop->missing_ok;
    statement.concurrently = drop->concurrent;
    statement.cascade = drop->behavior == DROP_CASCADE;
    statement.objects = names_in_list(drop->objects);
}

void describe(const RenameStmt* rename, LintStatement& statement) {
    statement.kind = LintKind::rename;
    statement.object_kind = words_of(rename->renameType);
    statement.if_exists = rename->missing_ok;
    statement.new_name = to_utf8(rename->newname);
    statement.element = to_utf8(rename->subname);
    if (rename->relation != nullptr) {
        statement.objects = {described_name(rename->relation)};
    } else if (rename->object != nullptr) {
        statement.objects = {name_in_list(rename->object)};
    } else {
        statement.objects = {{"", statement.element}};
    }
}

void describe(const AlterObjectSchemaStmt* move, LintStatement& statement) {
    statement.kind = LintKind::set_schema;
    statement.object_kind = words_of(move->objectType);
    statement.if_exists = move->missing_ok;
    statement.new_name = to_utf8(move->newschema);
    if (move->relation != nullptr) {
        statement.objects = {described_name(move->relation)};
    } else if (move->object != nullptr) {
        statement.objects = {name_in_list(move->object)};
    }
}

void describe(const TransactionStmt* transaction, LintStatement& statement) {
    statement.is_chained = transaction->chain;
    switch (transaction->kind) {
        case TRANS_STMT_BEGIN:
        case TRANS_STMT_START:
            statement.kind = LintKind::begin;
            break;
        case TRANS_STMT_COMMIT:
        case TRANS_STMT_PREPARE:
            statement.kind = LintKind::commit;
            break;
        case TRANS_STMT_ROLLBACK:
            statement.kind = LintKind::rollback;
            break;
        case TRANS_STMT_SAVEPOINT:
        case TRANS_STMT_ROLLBACK_TO:
            statement.kind =
                transaction->kind == TRANS_STMT_SAVEPOINT ? LintKind::savepoint : LintKind::rollback_to;
            statement.element = to_utf8(transaction->savepoint_name);
            break;
        default:
            break;
    }
}

void describe(const VariableSetStmt* setting, LintStatement& statement) {
    statement.kind = LintKind::set;
    statement.element = to_utf8(setting->name);
    statement.is_local = setting->is_local;
    if (setting->kind != VAR_SET_VALUE) return;
    for_each_in(setting->args, [&](Node* node) {
        if (!IsA(node, A_Const)) return;
        const auto* constant = reinterpret_cast<const A_Const*>(node);
        if (IsA(&constant->val, Integer)) {
            statement.values.push_back(std::to_string(constant->val.ival.ival));
        } else if (IsA(&constant->val, String)) {
            statement.values.push_back(to_utf8(constant->val.sval.sval));
        }
    });
}

void describe(const VacuumStmt* vacuum, LintStatement& statement) {
    statement.kind = vacuum->is_vacuumcmd ? LintKind::vacuum : LintKind::analyze;
    statement.object_kind = "table";
    statement.is_full = vacuum->is_vacuumcmd && has_option(vacuum->options, "full");
    for_each_in(vacuum->rels, [&](Node* node) {
        statement.objects.push_back(described_name(reinterpret_cast<const VacuumRelation*>(node)->relation));
    });
}

void describe(const ReindexStmt* reindex, LintStatement& statement) {
    statement.kind = LintKind::reindex;
    statement.object_kind = reindex->kind == REINDEX_OBJECT_INDEX   ? "index"
                            : reindex->kind == REINDEX_OBJECT_TABLE ? "table"
                                                                    : "schema";
    statement.concurrently = has_option(reindex->params, "concurrently");
    if (reindex->relation != nullptr) statement.objects = {described_name(reindex->relation)};
}

void describe(const LockStmt* lock, LintStatement& statement) {
    statement.kind = LintKind::lock_table;
    statement.object_kind = "table";
    statement.objects = names_in_list(lock->relations);
    const int mode = lock->mode;
    statement.method = to_utf8(call([=] { return GetLockmodeName(DEFAULT_LOCKMETHOD, mode); }));
}

void describe(const AlterEnumStmt* change, LintStatement& statement) {
    statement.kind = change->oldVal == nullptr ? LintKind::add_enum_value : LintKind::rename_enum_value;
    statement.object_kind = "type";
    statement.objects = {described_name(change->typeName)};
    statement.element = to_utf8(change->oldVal);
    statement.new_name = to_utf8(change->newVal);
    statement.if_exists = change->skipIfNewValExists;
}

void describe(const AlterDomainStmt* change, StatementText& text, LintStatement& statement) {
    statement.kind = LintKind::alter_domain;
    statement.object_kind = "domain";
    statement.objects = {described_name(change->typeName)};
    core::LintAction action;
    if (change->subtype == 'C') {
        const auto* constraint = castNode(Constraint, change->def);
        action.kind = core::LintActionKind::add_constraint;
        action.constraint = described_constraint(constraint, text);
        action.name = action.constraint.name;
        action.offset = text.offset(constraint->location);
    } else if (change->subtype == 'O') {
        action.kind = core::LintActionKind::set_not_null;
    }
    statement.actions = {action};
}

void describe(const GrantStmt* grant, LintStatement& statement) {
    if (!grant->is_grant) return;
    statement.kind = LintKind::grant;
    statement.object_kind = words_of(grant->objtype);
    if (grant->targtype == ACL_TARGET_OBJECT) statement.objects = names_in_list(grant->objects);
    for_each_in(grant->grantees, [&](Node* node) {
        statement.to_public |= castNode(RoleSpec, node)->roletype == ROLESPEC_PUBLIC;
    });
    for_each_in(grant->privileges, [&](Node* node) {
        statement.values.push_back(to_utf8(castNode(AccessPriv, node)->priv_name));
    });
}

bool describe_change(const Node* node, StatementText& text, LintStatement& statement) {
    switch (nodeTag(node)) {
        case T_AlterTableStmt:
            describe_alter_table(as<AlterTableStmt>(node), text, statement);
            return true;
        case T_AlterDomainStmt:
            describe(as<AlterDomainStmt>(node), text, statement);
            return true;
        case T_AlterEnumStmt:
            describe(as<AlterEnumStmt>(node), statement);
            return true;
        case T_DropStmt:
            describe(as<DropStmt>(node), statement);
            return true;
        case T_RenameStmt:
            describe(as<RenameStmt>(node), statement);
            return true;
        case T_AlterObjectSchemaStmt:
            describe(as<AlterObjectSchemaStmt>(node), statement);
            return true;
        case T_GrantStmt:
            describe(as<GrantStmt>(node), statement);
            return true;
        case T_AlterSystemStmt:
            statement.kind = LintKind::alter_system;
            return true;
        case T_DropOwnedStmt:
            statement.kind = LintKind::drop_owned;
            return true;
        case T_CreatedbStmt:
        case T_CreateTableSpaceStmt:
        case T_DropTableSpaceStmt:
            statement.kind = LintKind::database;
            return true;
        case T_DropdbStmt:
            statement.kind = LintKind::database;
            statement.object_kind = "database";
            statement.objects = {{"", to_utf8(as<DropdbStmt>(node)->dbname)}};
            return true;
        default:
            return false;
    }
}

// In the list of results, and alone in FROM.
std::vector<core::LintName> functions_called(const SelectStmt* select) {
    std::vector<core::LintName> functions;
    const auto add = [&](Node* expression) {
        for (core::LintName& name : described_expression(expression).functions)
            functions.push_back(std::move(name));
    };
    for_each_in(select->targetList, [&](Node* node) { add(castNode(ResTarget, node)->val); });
    for_each_in(select->fromClause, [&](Node* node) {
        if (!IsA(node, RangeFunction)) return;
        for_each_in(reinterpret_cast<const RangeFunction*>(node)->functions,
                    [&](Node* pair) { add(static_cast<Node*>(linitial(reinterpret_cast<List*>(pair)))); });
    });
    return functions;
}

// The body of a function or DO block, by its options; nullptr: nobody looks into that language.
core::LintBody described_source(const List* options, std::string language) {
    std::vector<std::string> source;
    for_each_in(options, [&](Node* node) {
        const auto* option = castNode(DefElem, node);
        const std::string_view name = option->defname;
        if (name == "language") language = to_utf8(strVal(option->arg));
        if (name != "as") return;
        source = IsA(option->arg, List) ? described_strings(reinterpret_cast<const List*>(option->arg))
                                        : std::vector<std::string>{to_utf8(strVal(option->arg))};
    });
    if (source.size() != 1) return nullptr;
    return language == "sql"       ? describe_body(source.front())
           : language == "plpgsql" ? describe_plpgsql(source.front())
                                   : nullptr;
}

void describe_other(const Node* node, LintStatement& statement) {
    switch (nodeTag(node)) {
        case T_TransactionStmt:
            return describe(as<TransactionStmt>(node), statement);
        case T_VariableSetStmt:
            return describe(as<VariableSetStmt>(node), statement);
        case T_VacuumStmt:
            return describe(as<VacuumStmt>(node), statement);
        case T_ReindexStmt:
            return describe(as<ReindexStmt>(node), statement);
        case T_LockStmt:
            return describe(as<LockStmt>(node), statement);
        case T_ClusterStmt:
            on_tables(statement, LintKind::cluster, {});
            if (as<ClusterStmt>(node)->relation != nullptr)
                statement.objects = {described_name(as<ClusterStmt>(node)->relation)};
            return;
        case T_RefreshMatViewStmt:
            created(statement, LintKind::refresh, "materialized view",
                    described_name(as<RefreshMatViewStmt>(node)->relation));
            statement.concurrently = as<RefreshMatViewStmt>(node)->concurrent;
            return;
        case T_TruncateStmt:
            on_tables(statement, LintKind::truncate, names_in_list(as<TruncateStmt>(node)->relations));
            statement.cascade = as<TruncateStmt>(node)->behavior == DROP_CASCADE;
            return;
        case T_InsertStmt:
            return on_tables(statement, LintKind::insert, {described_name(as<InsertStmt>(node)->relation)});
        case T_UpdateStmt:
            on_tables(statement, LintKind::update, {described_name(as<UpdateStmt>(node)->relation)});
            statement.has_where = as<UpdateStmt>(node)->whereClause != nullptr;
            return;
        case T_DeleteStmt:
            on_tables(statement, LintKind::remove, {described_name(as<DeleteStmt>(node)->relation)});
            statement.has_where = as<DeleteStmt>(node)->whereClause != nullptr;
            return;
        case T_SelectStmt:
            statement.kind = LintKind::select;
            statement.calls = functions_called(as<SelectStmt>(node));
            return;
        case T_CallStmt:
            statement.kind = LintKind::call;
            statement.calls = {described_name(as<CallStmt>(node)->funccall->funcname)};
            return;
        case T_DoStmt:
            statement.kind = LintKind::do_block;
            statement.body = described_source(as<DoStmt>(node)->args, "plpgsql");
            return;
        default:
            return;
    }
}

// Identifiers that the server will cut, as they were written; the scanner has cut their values already.
std::vector<std::string> long_names_in(const std::string& text) {
    std::vector<std::string> names;
    if (!core::has_long_word(text, NAMEDATALEN)) return names;
    for (const core::Token& token : tokens_of(text)) {
        if (token.kind != core::TokenKind::word || token.end - token.start < NAMEDATALEN) continue;
        const std::size_t quotes = text[token.start] == '"' ? 2 : 0;
        if (token.end - token.start - quotes >= NAMEDATALEN)
            names.push_back(to_utf8(text.c_str() + token.start, token.end - token.start));
    }
    return names;
}

void describe_any(const Node* node, StatementText& text, LintStatement& statement) {
    if (!describe_creation(node, text, statement) && !describe_change(node, text, statement))
        describe_other(node, statement);
}

// BEGIN ATOMIC ... END is a list of a list; RETURN is an expression, which changes nothing by itself.
core::LintBody described_atomic(Node* body, StatementText& text, const std::string& shown) {
    std::vector<LintStatement> statements;
    if (IsA(body, List)) {
        for_each_in(static_cast<const List*>(linitial(reinterpret_cast<List*>(body))), [&](Node* node) {
            LintStatement& statement = statements.emplace_back();
            statement.text = shown;
            describe_any(node, text, statement);
        });
    }
    return std::make_shared<const std::vector<LintStatement>>(std::move(statements));
}

core::LintBody described_function(const CreateFunctionStmt* function, StatementText& text,
                                  const std::string& shown) {
    if (function->sql_body != nullptr) return described_atomic(function->sql_body, text, shown);
    return described_source(function->options, "");
}

LintStatement described(const RawStmt* raw, const char* query, std::size_t length, core::TextPlace& place) {
    const std::size_t from = static_cast<std::size_t>(std::max(raw->stmt_location, 0));
    const std::size_t until = raw->stmt_len > 0 ? from + static_cast<std::size_t>(raw->stmt_len) : length;
    const std::size_t start = core::first_word({query, until}, from);
    std::size_t end = until;
    while (end > start && std::strchr(" \t\r\n\f\v;", query[end - 1]) != nullptr) --end;
    StatementText text(query, start, end - start);
    LintStatement statement;
    statement.text = to_utf8(query + start, end - start);
    statement.long_names = long_names_in(text.text());
    place.go_on(to_utf8(query + place.bytes, start - place.bytes));
    place.bytes = start;
    statement.line = place.line;
    statement.column = place.column;
    statement.position = place.position;
    describe_any(raw->stmt, text, statement);
    if (IsA(raw->stmt, CreateFunctionStmt))
        statement.body = described_function(as<CreateFunctionStmt>(raw->stmt), text, statement.text);
    return statement;
}

std::vector<LintStatement> described_all(const List* statements, const std::string& query) {
    std::vector<LintStatement> script;
    core::TextPlace place;
    for_each_in(statements, [&](Node* node) {
        check_for_interrupts();
        script.push_back(described(castNode(RawStmt, node), query.c_str(), query.size(), place));
    });
    return script;
}

[[noreturn]] void refuse(const Error& error, const std::string& query) {
    const ErrorData& data = error.data();
    const int cursor = data.cursorpos > 0 ? data.cursorpos : data.internalpos;
    core::TextPlace place;
    if (cursor > 0) place.go_on(core::first_characters(to_utf8(query.c_str(), query.size()), cursor - 1));
    throw core::Error(
        core::sqlstate::script_does_not_parse,
        fmt::format("the script does not parse: {}", to_utf8(data.message)),
        cursor > 0 ? fmt::format("Line {}, position {} in it; character {} of the script.", place.line,
                                 place.column, place.position)
                   : std::string(),
        "lint() reads SQL as the server does, statement by statement: psql's own commands, such as "
        "\\connect, are not SQL, nor are placeholders such as :name or %s.");
}

const List* parsed(const std::string& query) {
    const char* text = query.c_str();
    try {
        return call([=] { return raw_parser(text, RAW_PARSE_DEFAULT); });
    } catch (const Error& error) {
        if (error.is_cancel() || error.sqlstate().substr(0, 2) != "42") throw;
        refuse(error, query);
    }
}

}  // namespace

std::vector<LintStatement> describe_script(std::string_view sql) {
    const Scratch scratch;
    const Quiet quiet;
    const std::string query = from_utf8(sql);
    return described_all(parsed(query), query);
}

core::LintBody describe_body(std::string_view sql) {
    const Scratch scratch;
    const Quiet quiet;
    const std::string query = from_utf8(sql);
    try {
        return std::make_shared<const std::vector<LintStatement>>(described_all(parsed(query), query));
    } catch (const core::Error&) {
        return nullptr;
    }
}

}  // namespace schemaver::pg
