// Finds the secrets of a statement in its raw parse tree.
#include "pg/redact_statement.hpp"

#include <algorithm>
#include <iterator>

#include "core/redact.hpp"
#include "core/redact_text.hpp"
#include "pg/report.hpp"
#include "pg/scratch.hpp"
#include "pg/text.hpp"
#include "pg/tokens.hpp"

extern "C" {
#include "nodes/value.h"
#include "parser/parser.h"
#include "tcop/utility.h"
}

namespace schemaver::pg {

namespace {

struct TreeSecret {
    core::SecretPlace place;
    int location;  // in the query string; -1: the tree does not say, and then no text is kept
    std::string value;
};

// CONNECTION has no location of its own in the tree.
struct TreeSecrets {
    std::vector<TreeSecret> located;
    const char* connection = nullptr;
};

template <typename Visit>
void for_each_node(const List* list, Visit visit) {
    for (int i = 0; i < list_length(list); ++i) visit(static_cast<const Node*>(list_nth(list, i)));
}

std::string text_of_constant(const A_Const& constant) {
    switch (nodeTag(&constant.val)) {
        case T_String:
            return constant.val.sval.sval;
        case T_Float:
            return constant.val.fval.fval;
        case T_Integer:
            return std::to_string(constant.val.ival.ival);
        default:
            return "";
    }
}

void find_in_option(const Node* node, TreeSecrets& secrets) {
    const auto& option = *castNode(DefElem, const_cast<Node*>(node));
    if (option.arg == nullptr || !IsA(option.arg, String)) return;
    const char* value = strVal(option.arg);
    if (core::may_be_secret(option.defname, value))
        secrets.located.push_back({core::SecretPlace::string_from, option.location, value});
}

void find_in_options(const List* options, TreeSecrets& secrets) {
    for_each_node(options, [&](const Node* option) { find_in_option(option, secrets); });
}

void find_password(const List* options, TreeSecrets& secrets) {
    for_each_node(options, [&](const Node* node) {
        const auto& option = *castNode(DefElem, const_cast<Node*>(node));
        if (std::strcmp(option.defname, "password") == 0) find_in_option(node, secrets);
    });
}

void find_in_setting(const VariableSetStmt* setting, TreeSecrets& secrets) {
    if (setting == nullptr || setting->kind != VAR_SET_VALUE || setting->name == nullptr) return;
    for_each_node(setting->args, [&](const Node* node) {
        if (!IsA(node, A_Const)) return;
        const auto& constant = *reinterpret_cast<const A_Const*>(node);
        const std::string value = text_of_constant(constant);
        if (core::setting_may_be_secret(setting->name, value))
            secrets.located.push_back({core::SecretPlace::at, constant.location, value});
    });
}

// CREATE FUNCTION ... SET app.secret = 'x'
void find_in_function_options(const List* options, TreeSecrets& secrets) {
    for_each_node(options, [&](const Node* node) {
        const auto& option = *castNode(DefElem, const_cast<Node*>(node));
        if (option.arg != nullptr && IsA(option.arg, VariableSetStmt))
            find_in_setting(castNode(VariableSetStmt, option.arg), secrets);
    });
}

void find_in_columns(const List* elements, TreeSecrets& secrets) {
    for_each_node(elements, [&](const Node* element) {
        if (IsA(element, ColumnDef))
            find_in_options(reinterpret_cast<const ColumnDef*>(element)->fdwoptions, secrets);
    });
}

void find_in_alter_table(const AlterTableStmt& statement, TreeSecrets& secrets) {
    for_each_node(statement.cmds, [&](const Node* node) {
        const auto& command = *reinterpret_cast<const AlterTableCmd*>(node);
        switch (command.subtype) {
            case AT_GenericOptions:
            case AT_AlterColumnGenericOptions:
                find_in_options(reinterpret_cast<const List*>(command.def), secrets);
                break;
            case AT_AddColumn:
            case AT_AlterColumnType:
                if (command.def != nullptr && IsA(command.def, ColumnDef))
                    find_in_options(castNode(ColumnDef, command.def)->fdwoptions, secrets);
                break;
            default:
                break;
        }
    });
}

// Whether the kind of statement is one that is looked through.
bool find_secrets(const Node* statement, TreeSecrets& secrets) {
    switch (nodeTag(statement)) {
        case T_CreateRoleStmt:
            find_password(reinterpret_cast<const CreateRoleStmt*>(statement)->options, secrets);
            return true;
        case T_AlterRoleStmt:
            find_password(reinterpret_cast<const AlterRoleStmt*>(statement)->options, secrets);
            return true;
        case T_VariableSetStmt:
            find_in_setting(reinterpret_cast<const VariableSetStmt*>(statement), secrets);
            return true;
        case T_AlterRoleSetStmt:
            find_in_setting(reinterpret_cast<const AlterRoleSetStmt*>(statement)->setstmt, secrets);
            return true;
        case T_AlterDatabaseSetStmt:
            find_in_setting(reinterpret_cast<const AlterDatabaseSetStmt*>(statement)->setstmt, secrets);
            return true;
        case T_AlterSystemStmt:
            find_in_setting(reinterpret_cast<const AlterSystemStmt*>(statement)->setstmt, secrets);
            return true;
        case T_CreateFunctionStmt:
            find_in_function_options(reinterpret_cast<const CreateFunctionStmt*>(statement)->options,
                                     secrets);
            return true;
        case T_AlterFunctionStmt:
            find_in_function_options(reinterpret_cast<const AlterFunctionStmt*>(statement)->actions, secrets);
            return true;
        case T_CreateFdwStmt:
            find_in_options(reinterpret_cast<const CreateFdwStmt*>(statement)->options, secrets);
            return true;
        case T_AlterFdwStmt:
            find_in_options(reinterpret_cast<const AlterFdwStmt*>(statement)->options, secrets);
            return true;
        case T_CreateForeignServerStmt:
            find_in_options(reinterpret_cast<const CreateForeignServerStmt*>(statement)->options, secrets);
            return true;
        case T_AlterForeignServerStmt:
            find_in_options(reinterpret_cast<const AlterForeignServerStmt*>(statement)->options, secrets);
            return true;
        case T_CreateUserMappingStmt:
            find_in_options(reinterpret_cast<const CreateUserMappingStmt*>(statement)->options, secrets);
            return true;
        case T_AlterUserMappingStmt:
            find_in_options(reinterpret_cast<const AlterUserMappingStmt*>(statement)->options, secrets);
            return true;
        case T_ImportForeignSchemaStmt:
            find_in_options(reinterpret_cast<const ImportForeignSchemaStmt*>(statement)->options, secrets);
            return true;
        case T_CreateForeignTableStmt: {
            const auto* table = reinterpret_cast<const CreateForeignTableStmt*>(statement);
            find_in_options(table->options, secrets);
            find_in_columns(table->base.tableElts, secrets);
            return true;
        }
        case T_AlterTableStmt:
            find_in_alter_table(*reinterpret_cast<const AlterTableStmt*>(statement), secrets);
            return !secrets.located.empty();
        case T_CreateSubscriptionStmt:
            secrets.connection = reinterpret_cast<const CreateSubscriptionStmt*>(statement)->conninfo;
            return true;
        case T_AlterSubscriptionStmt:
            secrets.connection = reinterpret_cast<const AlterSubscriptionStmt*>(statement)->conninfo;
            return true;
        default:
            return false;
    }
}

std::size_t length_of(const char* query, int location, int length) {
    return length > 0 ? static_cast<std::size_t>(length) : std::strlen(query + std::max(location, 0));
}

// From locations in the query string to such in `text`, which begins at `offset` of it. nullopt: the tree
// does not say where.
std::optional<std::vector<core::Secret>> located(const TreeSecrets& found, const std::string& text,
                                                 std::size_t offset, const std::vector<core::Token>& tokens) {
    std::vector<core::Secret> secrets;
    for (const TreeSecret& secret : found.located) {
        if (secret.location < 0 || static_cast<std::size_t>(secret.location) < offset ||
            static_cast<std::size_t>(secret.location) - offset >= text.size()) {
            return std::nullopt;
        }
        secrets.push_back({secret.place, static_cast<std::size_t>(secret.location) - offset, secret.value});
    }
    if (found.connection == nullptr) return secrets;
    for (const core::Token& token : tokens) {
        if (token.kind == core::TokenKind::word && token.value == "connection") {
            secrets.push_back({core::SecretPlace::string_from, token.start, found.connection});
            return secrets;
        }
    }
    return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

void note_values(const TreeSecrets& found, std::vector<std::string>& values) {
    for (const TreeSecret& secret : found.located) values.push_back(secret.value);
    if (found.connection != nullptr) values.emplace_back(found.connection);
}

std::optional<std::string> to_utf8_or_nothing(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    const std::string_view kept = trimmed(*text);
    return to_utf8(kept.data(), kept.size());
}

}  // namespace

bool may_hold_secret(const Node* statement) {
    TreeSecrets secrets;
    return find_secrets(statement, secrets) && (!secrets.located.empty() || secrets.connection != nullptr);
}

std::string statement_part(const char* query, int location, int length) {
    const std::string_view text =
        trimmed({query + std::max(location, 0), length_of(query, location, length)});
    return to_utf8(text.data(), text.size());
}

RedactedText redacted_statement(const Node* statement, const char* query, int location, int length) {
    RedactedText redacted;
    TreeSecrets found;
    find_secrets(statement, found);
    note_values(found, redacted.secrets);
    const std::size_t offset = static_cast<std::size_t>(std::max(location, 0));
    const std::string text(query + offset, length_of(query, location, length));
    if (redacted.secrets.empty()) {
        redacted.text = to_utf8_or_nothing(text);
        return redacted;
    }
    const std::vector<core::Token> tokens = tokens_of(text);
    if (const auto secrets = located(found, text, offset, tokens))
        redacted.text = to_utf8_or_nothing(core::without_secrets(text, tokens, *secrets));
    return redacted;
}

RedactedScript redacted_script(const char* query) {
    const Scratch scratch;
    const Quiet quiet;
    RedactedScript script;
    const List* statements = call([=] { return raw_parser(query, RAW_PARSE_DEFAULT); });
    const std::string text = query;
    std::optional<std::vector<core::Token>> tokens;
    std::vector<core::Secret> secrets;
    bool certain = true;
    for_each_node(statements, [&](const Node* node) {
        const auto& statement = *reinterpret_cast<const RawStmt*>(node);
        if (list_length(statements) == 1)
            script.only_tag = call([&] { return GetCommandTagName(CreateCommandTag(statement.stmt)); });
        TreeSecrets found;
        find_secrets(statement.stmt, found);
        if (found.located.empty() && found.connection == nullptr) return;
        note_values(found, script.redacted.secrets);
        if (!tokens) tokens = tokens_of(text);
        std::vector<core::Token> own;
        const auto start = static_cast<std::size_t>(std::max(statement.stmt_location, 0));
        const std::size_t end = start + length_of(query, statement.stmt_location, statement.stmt_len);
        std::copy_if(tokens->begin(), tokens->end(), std::back_inserter(own),
                     [=](const core::Token& token) { return token.start >= start && token.end <= end; });
        const auto more = located(found, text, 0, own);
        if (more) secrets.insert(secrets.end(), more->begin(), more->end());
        certain &= more.has_value();
    });
    if (!certain) return script;
    if (secrets.empty()) {
        script.redacted.text = to_utf8_or_nothing(text);
    } else {
        script.redacted.text = to_utf8_or_nothing(core::without_secrets(text, *tokens, secrets));
    }
    return script;
}

}  // namespace schemaver::pg
