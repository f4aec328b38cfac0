// The module: what happens when the server loads the library.
#include "books/session_books.hpp"
#include "drift/board.hpp"
#include "drift/settings.hpp"
#include "drift/workers.hpp"
#include "guard/acts.hpp"
#include "guard/guard.hpp"
#include "ledger/ledger.hpp"
#include "ledger/settings.hpp"
#include "ledger/utility.hpp"
#include "lint/facts.hpp"
#include "migration/declared.hpp"
#include "migration/record.hpp"
#include "migration/sealed.hpp"
#include "pg/boundary.hpp"
#include "remote/settings.hpp"
#include "trial/watch.hpp"
#include "version/kept.hpp"

extern "C" {
#include "utils/guc.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
}

namespace schemaver {

namespace {

const config_enum_entry on_capture_error_options[] = {{"abort", ledger::on_capture_error_abort, false},
                                                      {"warn", ledger::on_capture_error_warn, false},
                                                      {nullptr, 0, false}};

const config_enum_entry query_text_options[] = {{"redacted", ledger::query_text_redacted, false},
                                                {"off", ledger::query_text_off, false},
                                                {nullptr, 0, false}};

void define_settings() {
    // Whether DDL is recorded. For superusers: what happens while it is off is not in the ledger, and shows
    // as a difference between 'head' and 'live' that nobody can be named for.
    DefineCustomBoolVariable("schemaver.capture", "Records DDL commands in the ledger.", nullptr,
                             &ledger::settings.capture, true, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    // What happens to a DDL command that could not be recorded: it fails, or it goes through with a warning.
    DefineCustomEnumVariable("schemaver.on_capture_error", "What to do when a command cannot be recorded.",
                             nullptr, &ledger::settings.on_capture_error, ledger::on_capture_error_abort,
                             on_capture_error_options, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    // A message for the commits of this session or transaction, as git commit -m: SET LOCAL
    // schemaver.message.
    DefineCustomStringVariable("schemaver.message", "Message of the next commits.", nullptr,
                               &ledger::settings.message, "", PGC_USERSET, 0, nullptr, nullptr, nullptr);
    // Whether the texts of commands are kept. Passwords and the like are taken out of them in any case.
    DefineCustomEnumVariable("schemaver.query_text", "Which texts of commands are kept.", nullptr,
                             &ledger::settings.query_text, ledger::query_text_redacted, query_text_options,
                             PGC_SUSET, 0, nullptr, nullptr, nullptr);
    // Whether REFRESH MATERIALIZED VIEW, REINDEX, CLUSTER, VACUUM and ANALYZE are recorded, which change no
    // definition. For superusers, as the ledger's size is theirs to decide.
    DefineCustomBoolVariable("schemaver.record_maintenance", "Records maintenance commands in the ledger.",
                             nullptr, &ledger::settings.record_maintenance, false, PGC_SUSET, 0, nullptr,
                             nullptr, nullptr);
    // Whether the server's log says which DDL commands failed or were denied: who, which, SQLSTATE.
    DefineCustomBoolVariable("schemaver.log_failed_commands", "Logs DDL commands that fail.", nullptr,
                             &ledger::settings.log_failed_commands, false, PGC_SUSET, 0, nullptr, nullptr,
                             nullptr);
    // Which databases the launcher serves; empty: all that accept connections. For the server's
    // configuration.
    DefineCustomStringVariable("schemaver.databases", "Databases whose jobs are done, separated by commas.",
                               nullptr, &drift::settings.databases, "", PGC_SIGHUP, GUC_LIST_INPUT,
                               drift::check_databases, nullptr, nullptr);
    // How often the launcher looks which databases there are, and a launcher of one database what is due
    // there.
    DefineCustomIntVariable("schemaver.naptime", "Time between two looks of the launcher.", nullptr,
                            &drift::settings.naptime, 60, 1, 86400, PGC_SIGHUP, GUC_UNIT_S, nullptr, nullptr,
                            nullptr);
    // How large a table may be whose rows tag() keeps with a version: rows, and kilobytes of values. For
    // superusers, as the ledger's size is theirs to decide.
    DefineCustomIntVariable("schemaver.kept_rows", "Most rows of a table that are kept with a version.",
                            nullptr, &version::kept_limits.rows, 10000, 0, 1000000, PGC_SUSET, 0, nullptr,
                            nullptr, nullptr);
    DefineCustomIntVariable(
        "schemaver.kept_size", "Most kilobytes of a table's rows that are kept with a version.", nullptr,
        &version::kept_limits.kilobytes, 1024, 0, 102400, PGC_SUSET, GUC_UNIT_KB, nullptr, nullptr, nullptr);
    // How long another server may take to let us connect, and to answer each question.
    DefineCustomIntVariable("schemaver.remote_timeout", "Longest time to wait for another server.", nullptr,
                            &remote::settings.timeout, 30000, 100, 3600000, PGC_USERSET, GUC_UNIT_MS, nullptr,
                            nullptr, nullptr);
    // Which policies count: those for this environment; empty: none. For the server's configuration, so that
    // nobody lifts the guard by SET.
    DefineCustomStringVariable("schemaver.environment", "The environment whose policies count here.", nullptr,
                               &guard::settings.environment, "", PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    // Up to which size a table is small, so that what lint() finds about it is a notice: rows, and kilobytes
    // with its indexes. And whether a script runs in one transaction, as most migration tools have it.
    DefineCustomIntVariable("schemaver.lint_small_rows", "Most rows of a table that lint() calls small.",
                            nullptr, &lint::settings.small_rows, 10000, 0, INT_MAX, PGC_USERSET, 0, nullptr,
                            nullptr, nullptr);
    DefineCustomIntVariable("schemaver.lint_small_size", "Most kilobytes of a table that lint() calls small.",
                            nullptr, &lint::settings.small_size, 10240, 0, INT_MAX, PGC_USERSET, GUC_UNIT_KB,
                            nullptr, nullptr, nullptr);
    DefineCustomBoolVariable(
        "schemaver.lint_in_transaction", "Whether a script that lint() looks at runs in one transaction.",
        nullptr, &lint::settings.in_transaction, false, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("schemaver");
}

std::vector<ledger::RowBeside> acts(Snapshot snapshot) {
    std::vector<ledger::RowBeside> rows = guard::sealed_acts(snapshot);
    for (ledger::RowBeside& row : migration::sealed_acts(snapshot)) rows.push_back(std::move(row));
    return rows;
}

}  // namespace

}  // namespace schemaver

void _PG_init(void) {
    using namespace schemaver;
    pg::initialize_boundary();
    const pg::Decision decision = pg::guard([] {
        pg::call([] { define_settings(); });
        pg::call([] { ledger::register_transaction_callback(); });
        ledger::install_utility_hook();
        trial::install_hooks();
        guard::install_guard_hook();
        pg::call([] { drift::register_notes(); });
        books::register_invalidation();
        migration::register_declared();
        ledger::beside_commit = migration::record;
        ledger::on_commit_written = drift::note_commit;
        ledger::rows_of_commits = migration::sealed_rows;
        ledger::rows_of_no_commit = acts;
        if (process_shared_preload_libraries_in_progress) drift::register_launcher();
    });
    pg::raise_if(decision);
}
