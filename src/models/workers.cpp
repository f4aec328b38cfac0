// The workers' side: the keeper makes and drops the database, the builder works in it.
#include "models/workers.hpp"

#include <csignal>

#include "catalog/catalog.hpp"
#include "catalog/cluster.hpp"
#include "core/metadata.hpp"
#include "core/text.hpp"
#include "pg/compat.hpp"
#include "pg/exchange.hpp"
#include "pg/script.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "mb/pg_wchar.h"
#include "postmaster/bgworker.h"
#include "storage/procarray.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/syscache.h"
}

namespace schemaver::models {

namespace {

// It works for the role that asked, as a session of that role's, but for what would keep it waiting, or keep
// it from writing.
void connect(Oid database, Oid role, const char* what) {
    pg::call([=] {
        BackgroundWorkerInitializeConnectionByOid(database, role, pg::any_role);
        constexpr std::array<std::array<const char*, 2>, 4> settings = {
            {{"lock_timeout", "10s"},
             {"default_transaction_read_only", "off"},
             {"default_transaction_isolation", "read committed"},
             {"default_transaction_deferrable", "off"}}};
        for (const auto& [name, value] : settings) SetConfigOption(name, value, PGC_USERSET, PGC_S_SESSION);
        SetConfigOption("application_name", what, PGC_USERSET, PGC_S_SESSION);
        // That a scratch database came and went is no history.
        SetConfigOption("schemaver.capture", "off", PGC_SUSET, PGC_S_SESSION);
    });
}

core::Json in_json(const pg::Error& error, int statement) {
    const ErrorData& data = error.data();
    const auto text = [](const char* bytes) { return pg::to_utf8(bytes); };
    return {{"error",
             {{"sqlstate", error.sqlstate()},
              {"message", text(data.message)},
              {"detail", text(data.detail)},
              {"hint", text(data.hint)},
              {"statement", statement}}}};
}

// An answer in any case, an error among them.
core::Json answer_of(const std::function<core::Json(int&)>& body) {
    int statement = 0;
    try {
        return body(statement);
    } catch (...) {
        return in_json(pg::current_error(), statement);
    }
}

void must(const std::optional<pg::Error>& error) {
    if (error) throw *error;
}

// Encoding and locale of the database that the question came from: types of columns say whether their
// collation is the database's.
std::string create_database(const std::string& name, Oid like) {
    std::string sql = fmt::format("CREATE DATABASE {} TEMPLATE template0", pg::quote_identifier(name));
    const auto option = [&](const char* key, const std::string& value) {
        if (!value.empty()) sql += fmt::format(" {} {}", key, core::quote_literal(value));
    };
    pg::scan(DatabaseRelationId, DatabaseOidIndexId,
             {{Anum_pg_database_oid, F_OIDEQ, ObjectIdGetDatum(like)}}, nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_database>();
                 const char provider = form.datlocprovider;
                 std::string locale;
                 for (const char* column : {"daticulocale", "datlocale"}) {
                     if (const auto value = pg::column_if_any(row, DatabaseRelationId, column))
                         locale = pg::text_from_datum(*value);
                 }
                 option("ENCODING", pg_encoding_to_char(form.encoding));
                 option("LOCALE_PROVIDER", provider == 'i' ? "icu" : provider == 'b' ? "builtin" : "libc");
                 option("LC_COLLATE", row.text(Anum_pg_database_datcollate));
                 option("LC_CTYPE", row.text(Anum_pg_database_datctype));
                 option(provider == 'b' ? "BUILTIN_LOCALE" : "ICU_LOCALE", locale);
             });
    return sql;
}

void drop_database(const std::string& name) {
    int statement = 0;
    pg::run_script(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", pg::quote_identifier(name)),
                   statement);
}

// Those of keepers that died with the server, as far as they are this role's.
void drop_left_behind(Oid role) {
    std::vector<std::string> names;
    must(pg::transaction([&] {
        pg::scan(DatabaseRelationId, {}, nullptr, [&](const pg::Row& row) {
            const auto& form = row.form<FormData_pg_database>();
            const std::string name = NameStr(form.datname);
            const auto keeper = catalog::scratch_database_keeper(name);
            if (form.datdba != role || !keeper) return;
            const int pid = *keeper;
            if (pid == MyProcPid || pg::call([=] { return BackendPidGetProc(pid) == nullptr; }))
                names.push_back(name);
        });
    }));
    for (const std::string& name : names) drop_database(name);
}

Oid database_named(const std::string& name) {
    const char* text = name.c_str();
    Oid database = InvalidOid;
    must(pg::transaction([&] { database = pg::call([=] { return get_database_oid(text, false); }); }));
    return database;
}

void keep(pg::ExchangePart& part) {
    const std::string name = fmt::format("{}{}", catalog::scratch_database_prefix, MyProcPid);
    const core::Json made = answer_of([&](int&) -> core::Json {
        connect(part.database(), part.role(), "schemaver scratch keeper");
        drop_left_behind(part.role());
        std::string sql;
        must(pg::transaction([&] { sql = create_database(name, part.database()); }));
        int statement = 0;
        pg::run_script(sql, statement);
        return {{"database", database_named(name)}};
    });
    part.send(keeper_queue, made.dump());
    if (made.contains("error")) return;
    part.wake_when_finished();
    while (!part.is_finished() && !pg::is_told_to_stop()) pg::nap(1000);
    drop_database(name);
}

void build(pg::ExchangePart& part) {
    const core::Json built = answer_of([&](int& statement) -> core::Json {
        connect(pg::planned_database(), part.role(), "schemaver scratch builder");
        pg::run_script(part.question(), statement);
        statement = 0;
        core::Json objects;
        must(pg::transaction([&] { objects = core::objects_in_json(catalog::read_schema()); }));
        return {{"objects", std::move(objects)}};
    });
    part.send(builder_queue, built.dump());
}

}  // namespace

SCHEMAVER_WORKER(schemaver_scratch_keeper)(Datum argument) {
    pg::handle_signals_of_launcher();
    pg::ExchangePart part(DatumGetInt32(argument));
    keep(part);
}

SCHEMAVER_WORKER(schemaver_scratch_builder)(Datum argument) {
    pg::ExchangePart part(DatumGetInt32(argument));
    build(part);
}

}  // namespace schemaver::models
