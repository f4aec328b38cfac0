// The table of tools, from their own documentation. Names in it are written down here: nothing that is found
// in a database becomes part of a command without quotes.
#include "core/migration_tools.hpp"

#include <algorithm>

namespace schemaver::core {

namespace {

bool is_true_cell(const Cell& cell) { return cell.is_number && cell.number != 0; }

RowState by_success(const MigrationTool& tool, const BookRow& row) {
    return is_true_cell(tool.cell(row, "success")) ? RowState::applied : RowState::failed;
}

// A row without a version is a repeatable migration, which leads to no revision. Undoing one is a row of its
// own, and so is marking one as deleted.
RowState of_flyway(const MigrationTool& tool, const BookRow& row) {
    if (!is_true_cell(tool.cell(row, "success"))) return RowState::failed;
    const std::string type = tool.cell(row, "type").text.value_or("");
    const bool is_step = tool.cell(row, "version").text && !type.starts_with("UNDO") && type != "DELETE";
    return is_step ? RowState::applied : RowState::undone;
}

RowState of_liquibase(const MigrationTool& tool, const BookRow& row) {
    const std::string type = tool.cell(row, "exectype").text.value_or("");
    if (type == "FAILED") return RowState::failed;
    return type == "SKIPPED" ? RowState::undone : RowState::applied;
}

RowState of_prisma(const MigrationTool& tool, const BookRow& row) {
    if (tool.cell(row, "rolled_back_at").text) return RowState::undone;
    return tool.cell(row, "finished_at").text ? RowState::applied : RowState::failed;
}

RowState of_goose(const MigrationTool& tool, const BookRow& row) {
    if (tool.cell(row, "version_id").number == 0) return RowState::undone;  // its beginning
    return is_true_cell(tool.cell(row, "is_applied")) ? RowState::applied : RowState::undone;
}

RowState of_atlas(const MigrationTool& tool, const BookRow& row) {
    const Cell& error = tool.cell(row, "error");
    const bool is_whole = tool.cell(row, "applied").number == tool.cell(row, "total").number;
    return is_whole && error.text.value_or("").empty() ? RowState::applied : RowState::failed;
}

RowState of_golang_migrate(const MigrationTool& tool, const BookRow& row) {
    return is_true_cell(tool.cell(row, "dirty")) ? RowState::failed : RowState::applied;
}

RowState of_pgroll(const MigrationTool& tool, const BookRow& row) {
    return is_true_cell(tool.cell(row, "done")) ? RowState::applied : RowState::failed;
}

constexpr auto every = Keeps::every_migration;
constexpr auto value = Order::by_value;
constexpr auto versioned = Order::by_version;

// clang-format off
// Of tables that are called alike those with the most particular columns come first.
constexpr MigrationTool tools[] = {
    {"alembic", "", "alembic_version", {"version_num"}, {}, "", Keeps::heads, "", {}, value, nullptr, "", "",
     "alembic upgrade {revision}", "alembic downgrade {revision}", "alembic stamp {revision}", "alembic history --verbose",
     "", "", false, {}, {}, "", "", "alembic stamp --purge {revision}"},
    {"flyway", "", "flyway_schema_history", {"version", "installed_rank", "type", "success"}, {}, "", Keeps::every_act, "", {"installed_rank"}, versioned, of_flyway, "", "",
     "flyway migrate -target={revision}", "flyway undo -target={revision}", "flyway baseline -baselineVersion={revision}", "flyway info",
     "installed_on", ""},
    {"liquibase", "", "databasechangelog", {"id", "dateexecuted", "orderexecuted", "exectype"}, {}, "", every, "", {"dateexecuted", "orderexecuted"}, value,
     of_liquibase, "databasechangeloglock", "locked",
     "liquibase update-count --count={count}", "liquibase rollback-count --count={count}", "liquibase changelog-sync", "liquibase history",
     "dateexecuted", "lockgranted"},
    {"knex", "", "knex_migrations", {"name", "id", "batch"}, {}, "", every, "", {"id"}, value, nullptr, "knex_migrations_lock", "is_locked",
     "npx knex migrate:up {step}", "npx knex migrate:down {step}", "", "npx knex migrate:list",
     "migration_time", ""},
    {"django", "", "django_migrations", {"name", "id", "app"}, {}, "", every, "app", {"id"}, value, nullptr, "", "",
     "python manage.py migrate {group} {name}", "python manage.py migrate {group} {name}", "python manage.py migrate --fake {group} {name}",
     "python manage.py showmigrations",
     "applied", ""},
    {"rails", "", "schema_migrations", {"version"}, {"dirty", "inserted_at"}, "ar_internal_metadata", every, "", {}, versioned, nullptr, "", "",
     "bin/rails db:migrate VERSION={revision}", "bin/rails db:migrate VERSION={revision}", "", "bin/rails db:migrate:status"},
    {"golang-migrate", "", "schema_migrations", {"version", "dirty"}, {}, "", Keeps::heads, "", {}, versioned, of_golang_migrate, "", "",
     "migrate -path migrations -database \"$DATABASE_URL\" goto {revision}", "migrate -path migrations -database \"$DATABASE_URL\" goto {revision}",
     "migrate -path migrations -database \"$DATABASE_URL\" force {revision}", "migrate -path migrations -database \"$DATABASE_URL\" version"},
    {"ecto", "", "schema_migrations", {"version", "inserted_at"}, {}, "", every, "", {}, versioned, nullptr, "", "",
     "mix ecto.migrate --to {revision}", "mix ecto.rollback --to-exclusive {revision}", "", "mix ecto.migrations",
     "inserted_at", "", true},
    {"dbmate", "", "schema_migrations", {"version"}, {"dirty", "inserted_at"}, "", every, "", {}, versioned, nullptr, "", "",
     "dbmate migrate", "dbmate rollback", "", "dbmate status"},
    {"sqitch", "sqitch", "changes", {"change", "project", "committed_at"}, {}, "events", every, "project", {"committed_at"}, value, nullptr, "", "",
     "sqitch deploy --to-change {name}", "sqitch revert --to-change {name}", "sqitch deploy --log-only --to-change {name}", "sqitch log",
     "committed_at", "", false, {}, {"events", "event", "fail", "change", "committed_at"}},
    {"prisma", "", "_prisma_migrations", {"migration_name", "started_at", "finished_at", "rolled_back_at"}, {}, "", every, "", {"started_at"}, value, of_prisma,
     "", "", "npx prisma migrate deploy", "", "npx prisma migrate resolve --applied {revision}", "npx prisma migrate status",
     "started_at", ""},
    {"ef-core", "", "__EFMigrationsHistory", {"MigrationId", "ProductVersion"}, {}, "", every, "", {}, value, nullptr, "", "",
     "dotnet ef database update {revision}", "dotnet ef database update {revision}", "", "dotnet ef migrations list"},
    {"goose", "", "goose_db_version", {"version_id", "id", "is_applied"}, {}, "", Keeps::every_act, "", {"id"}, value, of_goose, "", "",
     "goose up-to {revision}", "goose down-to {revision}", "", "goose status",
     "tstamp", "", false, {}, {}, {}, {}, "", {}, "", true},
    {"typeorm", "", "migrations", {"name", "id", "timestamp"}, {}, "", every, "", {"id"}, value, nullptr, "", "",
     "npx typeorm migration:run --dataSource data-source.js", "npx typeorm migration:revert --dataSource data-source.js",
     "npx typeorm migration:run --dataSource data-source.js --fake", "npx typeorm migration:show --dataSource data-source.js"},
    {"laravel", "", "migrations", {"migration", "id", "batch"}, {}, "", every, "", {"batch", "id"}, value, nullptr, "", "",
     "php artisan migrate", "php artisan migrate:rollback --step={count}", "", "php artisan migrate:status"},
    {"db-migrate", "", "migrations", {"name", "id", "run_on"}, {"timestamp"}, "", every, "", {"run_on", "name"}, value, nullptr, "", "",
     "db-migrate up {revision}", "db-migrate down --count {count}", "", "db-migrate check",
     "run_on", ""},
    {"sequelize", "", "SequelizeMeta", {"name"}, {}, "", every, "", {}, value, nullptr, "", "",
     "npx sequelize-cli db:migrate --to {revision}", "npx sequelize-cli db:migrate:undo:all --to {revision}", "", "npx sequelize-cli db:migrate:status"},
    {"drizzle", "drizzle", "__drizzle_migrations", {"hash", "created_at"}, {}, "", every, "", {"created_at"}, value, nullptr, "", "",
     "npx drizzle-kit migrate", "", "", ""},
    {"atlas", "", "atlas_schema_revisions", {"version", "applied", "total", "error"}, {}, "", every, "", {}, versioned, of_atlas, "", "",
     "atlas migrate apply --to-version {revision}", "atlas migrate down --to-version {revision}", "atlas migrate set {revision}", "atlas migrate status",
     "executed_at", ""},
    {"phinx", "", "phinxlog", {"version", "migration_name"}, {}, "", every, "", {}, versioned, nullptr, "", "",
     "vendor/bin/phinx migrate --target={revision}", "vendor/bin/phinx rollback --target={revision}", "vendor/bin/phinx migrate --fake --target={revision}",
     "vendor/bin/phinx status",
     "end_time", ""},
    {"doctrine", "", "doctrine_migration_versions", {"version", "executed_at"}, {}, "", every, "", {"executed_at"}, value, nullptr, "", "",
     "vendor/bin/doctrine-migrations migrate {revision}", "vendor/bin/doctrine-migrations migrate {revision}",
     "vendor/bin/doctrine-migrations version --add {revision}", "vendor/bin/doctrine-migrations list",
     "executed_at", ""},
    {"node-pg-migrate", "", "pgmigrations", {"name", "id", "run_on"}, {}, "", every, "", {"run_on", "id"}, value, nullptr, "", "",
     "npx node-pg-migrate up {count}", "npx node-pg-migrate down {count}", "npx node-pg-migrate up {count} --fake", "",
     "run_on", ""},
    {"diesel", "", "__diesel_schema_migrations", {"version", "run_on"}, {}, "", every, "", {}, versioned, nullptr, "", "",
     "diesel migration run", "diesel migration revert --number {count}", "", "diesel migration list",
     "run_on", "", true},
    {"sqlx", "", "_sqlx_migrations", {"version", "success"}, {}, "", every, "", {}, versioned, by_success, "", "",
     "sqlx migrate run --target-version {revision}", "sqlx migrate revert --target-version {revision}", "", "sqlx migrate info",
     "installed_on", ""},
    {"refinery", "", "refinery_schema_history", {"version", "applied_on"}, {}, "", every, "", {}, versioned, nullptr, "", "",
     "refinery migrate", "", "", "",
     "applied_on", ""},
    {"graphile-migrate", "graphile_migrate", "migrations", {"filename", "hash", "previous_hash"}, {}, "", every, "", {}, value, nullptr, "", "",
     "graphile-migrate migrate", "", "", "graphile-migrate status",
     "date", "", false, {"hash", "previous_hash"}},
    {"yoyo", "", "_yoyo_migration", {"migration_id", "applied_at_utc"}, {}, "", every, "", {"applied_at_utc"}, value, nullptr, "yoyo_lock", "locked",
     "yoyo apply --revision {revision}", "yoyo rollback --revision {step}", "yoyo mark --revision {revision}", "yoyo list",
     "applied_at_utc", "ctime", true, {}, {}, "", "", "", {"_yoyo_log", "_yoyo_version"}},
    {"kysely", "", "kysely_migration", {"name", "timestamp"}, {}, "", every, "", {}, value, nullptr, "kysely_migration_lock", "is_locked",
     "npx kysely migrate:up {step}", "npx kysely migrate:down {step}", "", "npx kysely migrate:list",
     "timestamp", ""},
    {"pgroll", "pgroll", "migrations", {"name", "schema", "created_at", "done", "parent"}, {}, "", every, "schema", {"created_at"}, value, of_pgroll, "", "",
     "pgroll migrate migrations --complete", "pgroll rollback", "", "pgroll status",
     "created_at", "", false, {}, {}, {}, {}, "", {}, "parent"},
};
// clang-format on

}  // namespace

const Cell& MigrationTool::cell(const BookRow& row, std::string_view column) const {
    static constexpr std::size_t none = 0;
    const auto place = std::find(columns.begin(), columns.end(), column);
    const auto index = place == columns.end() ? none : static_cast<std::size_t>(place - columns.begin());
    return row.at(index);
}

std::vector<const MigrationTool*> migration_tools() {
    std::vector<const MigrationTool*> list;
    for (const MigrationTool& tool : tools) list.push_back(&tool);
    return list;
}

const MigrationTool* find_migration_tool(std::string_view name) {
    const auto* place =
        std::find_if(std::begin(tools), std::end(tools), [&](const auto& tool) { return tool.name == name; });
    return place == std::end(tools) ? nullptr : place;
}

}  // namespace schemaver::core
