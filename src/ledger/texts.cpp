// A statement's text is stored with its command. A script's is stored at commit, when all of it has run: a
// statement that a DO block has put together may turn out to hold a password, which then stands in the block
// too.
//
// Until then commands refer to the script by its digest, and the digest of a text that holds a password would
// give the password away to whoever tries them all. So a script is hashed behind a random salt, which is
// stored with the text.
#include "ledger/texts.hpp"

#include "core/digest.hpp"
#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"
#include "ledger/settings.hpp"
#include "pg/limits.hpp"
#include "pg/redact_statement.hpp"
#include "pg/subtransaction.hpp"
#include "pg/text.hpp"

extern "C" {
#include "access/xact.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
}

namespace schemaver::ledger {

namespace {

struct Script {
    std::string text;
    std::string salt;
    std::string digest;
};

// What the client has sent, as far as it is known.
struct ClientString {
    const char* text = nullptr;
    TimestampTz sent = 0;
    bool unseen_part = false;    // some of it ran before the library was loaded
    bool nested_secret = false;  // a statement that it led to had a secret
    std::vector<std::string> secrets;
    bool parsed = false;
    pg::RedactedScript redacted;
    std::optional<Script> script;
    bool used = false;  // by a command of this transaction
    int end_of_transaction = -1;
};

RunningStatement* innermost = nullptr;
ClientString* client = nullptr;
std::vector<Script>* finished = nullptr;  // of earlier strings, for this transaction

bool may_be_kept(const ClientString& sent) {
    if (!sent.script || sent.nested_secret || sent.unseen_part) return false;
    for (const std::string& secret : sent.secrets) {
        if (!secret.empty() && sent.script->text.find(secret) != std::string::npos) return false;
    }
    return true;
}

// nullptr: there is no client, as in a worker.
ClientString* client_string() {
    if (debug_query_string == nullptr) return nullptr;
    const TimestampTz sent = GetCurrentStatementStartTimestamp();
    if (client != nullptr && client->text == debug_query_string && client->sent == sent) return client;
    if (client == nullptr) client = new ClientString;
    if (client->used && may_be_kept(*client)) {
        if (finished == nullptr) finished = new std::vector<Script>;
        finished->push_back(*std::move(client->script));
    }
    *client = ClientString();
    client->text = debug_query_string;
    client->sent = sent;
    return client;
}

const pg::RedactedScript& parsed(ClientString& sent) {
    if (sent.parsed) return sent.redacted;
    sent.parsed = true;
    // What was sent may not parse any more: an earlier statement of the same string may have changed
    // standard_conforming_strings. That is no reason for the command to fail.
    (void)pg::subtransaction([&] { sent.redacted = pg::redacted_script(sent.text); });
    const auto& secrets = sent.redacted.redacted.secrets;
    sent.secrets.insert(sent.secrets.end(), secrets.begin(), secrets.end());
    return sent.redacted;
}

void store_text(const Uuid& timeline, const std::string& digest, const std::string& text,
                const std::string& salt) {
    bool known = false;
    pg::scan(pg::our_relation("statement"), pg::our_relation("statement_digest"),
             {{statement_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
              {statement_digest, F_BYTEAEQ, pg::bytes_datum(digest)}},
             pg::latest_committed(), [&](const pg::Row&) { known = true; });
    if (known) return;
    if (!pg::is_storable(text))
        throw pg::too_large("the text of a command", text,
                            "A superuser can SET schemaver.query_text = off, so that commands are recorded "
                            "without their texts.");
    pg::insert_row("statement", {pg::uuid_datum(timeline), pg::bytes_datum(digest), pg::text_datum(text),
                                 salt.empty() ? pg::Value() : pg::bytes_datum(salt)});
}

pg::Value stored_statement(const Uuid& timeline, const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    const std::string digest(bytes_of(core::sha256(*text)));
    store_text(timeline, digest, *text, "");
    return pg::bytes_datum(digest);
}

pg::Value script_digest(ClientString* sent) {
    if (sent == nullptr || sent->nested_secret || sent->unseen_part) return std::nullopt;
    if (!sent->script) {
        const auto& text = parsed(*sent).redacted.text;
        if (!text) return std::nullopt;
        Script script{*text, std::string(16, '\0'), ""};
        if (!pg_strong_random(script.salt.data(), script.salt.size())) return std::nullopt;
        script.digest = bytes_of(core::sha256(script.salt + script.text));
        sent->script = std::move(script);
    }
    sent->used = true;
    return pg::bytes_datum(sent->script->digest);
}

bool is_blank(const char* text) { return text[std::strspn(text, " \t\r\n\f\v;")] == '\0'; }

// Whether the client sent this statement and nothing else.
bool is_all_that_was_sent(const pg::Utility& utility) {
    const PlannedStmt& statement = *utility.statement;
    if (utility.context != PROCESS_UTILITY_TOPLEVEL || statement.stmt_location > 0) return false;
    return statement.stmt_len == 0 || is_blank(utility.query_text + statement.stmt_len);
}

// Whether all of what the client sent has run when the transaction commits now.
bool has_run(const ClientString& sent) {
    if (ActivePortal != nullptr) return false;  // a COMMIT inside a procedure or a DO block
    return sent.end_of_transaction < 0 || is_blank(sent.text + sent.end_of_transaction);
}

}  // namespace

RunningStatement* innermost_statement() { return innermost; }

void set_innermost_statement(RunningStatement* statement) { innermost = statement; }

void note_secrets(RunningStatement& running) {
    const PlannedStmt& statement = *running.utility->statement;
    if (!pg::may_hold_secret(statement.utilityStmt)) return;
    running.is_redacted = true;
    pg::RedactedText redacted;
    const auto error = pg::subtransaction([&] {
        redacted = pg::redacted_statement(statement.utilityStmt, running.utility->query_text,
                                          statement.stmt_location, statement.stmt_len);
    });
    if (!error && redacted.text) {
        const char* text = redacted.text->c_str();
        running.text = pg::call([=] { return pstrdup(text); });
    }
    if (ClientString* sent = client_string()) {
        if (running.utility->context != PROCESS_UTILITY_TOPLEVEL || error) sent->nested_secret = true;
        sent->secrets.insert(sent->secrets.end(), redacted.secrets.begin(), redacted.secrets.end());
    }
}

void note_end_of_transaction(const pg::Utility& utility) {
    // Only where commands have been recorded from this very string does it matter.
    if (client == nullptr || client->text != utility.query_text) return;
    const PlannedStmt& statement = *utility.statement;
    const auto kind = reinterpret_cast<const TransactionStmt*>(statement.utilityStmt)->kind;
    if (kind != TRANS_STMT_COMMIT && kind != TRANS_STMT_PREPARE) return;
    client->end_of_transaction =
        statement.stmt_len == 0 ? -1 : std::max(statement.stmt_location, 0) + statement.stmt_len;
}

void note_late_start() {
    if (ClientString* sent = client_string()) sent->unseen_part = true;
}

CommandTexts texts_of_command(const Uuid& timeline, const std::string& tag) {
    if (settings.query_text == query_text_off) return {};
    const RunningStatement* running = innermost;
    if (running != nullptr &&
        tag == pg::call([=] {
            return GetCommandTagName(CreateCommandTag(running->utility->statement->utilityStmt));
        })) {
        const pg::Utility& utility = *running->utility;
        std::optional<std::string> text;
        if (!running->is_redacted) {
            text = pg::statement_part(utility.query_text, utility.statement->stmt_location,
                                      utility.statement->stmt_len);
        } else if (running->text != nullptr) {
            text = running->text;
        }
        return {stored_statement(timeline, text),
                is_all_that_was_sent(utility) ? pg::Value() : script_digest(client_string())};
    }
    // The first command of a session without the library preloaded: it ran before there was a hook.
    ClientString* sent = client_string();
    if (sent == nullptr) return {};
    const pg::RedactedScript& script = parsed(*sent);
    if (script.only_tag && *script.only_tag == tag) {
        auto text = script.redacted.text;
        if (text) text->erase(text->find_last_not_of(" \t\r\n;") + 1);
        return {stored_statement(timeline, text), {}};
    }
    return {std::nullopt, script_digest(sent)};
}

void store_scripts(const Uuid& timeline) {
    ClientString* sent = client_string();
    if (finished != nullptr) {
        for (const Script& script : *finished) store_text(timeline, script.digest, script.text, script.salt);
    }
    if (sent != nullptr && sent->used && has_run(*sent) && may_be_kept(*sent))
        store_text(timeline, sent->script->digest, sent->script->text, sent->script->salt);
}

void forget_scripts() {
    delete finished;
    finished = nullptr;
    if (client != nullptr) {
        client->used = false;
        client->end_of_transaction = -1;
    }
}

}  // namespace schemaver::ledger
