// Verdicts, summaries and commands, the main story first: a backup at 018_add_faculty_columns, a database at
// 012_base_tables.
#include "restore_cases.hpp"

namespace schemaver::core {
namespace {

using namespace test;

using Lines = std::vector<std::string>;

const char* const base_columns = "id integer!; name text!";
const char* const faculty_columns =
    "id integer!; name text!; faculty_role character varying(50); performs_procedures boolean! =false; "
    "specialties text[]; "
    "primary_duty character varying(255); min_clinic integer =0; max_clinic integer =4; sports_medicine "
    "boolean =false";

Object alembic_table() { return table("public.alembic_version", "version_num character varying(32)!"); }

Metadata at_018() {
    Metadata metadata = database({alembic_table(), table("public.people", faculty_columns),
                                  table("public.faculty_leave", "id integer!")});
    metadata.migration = {"alembic",
                          {"018_add_faculty_columns"},
                          {"010_start", "012_base_tables", "015_leave", "018_add_faculty_columns"}};
    metadata.fingerprint = "sv1:18";
    metadata.structure_fingerprint = "sv1:s18";
    return metadata;
}

Metadata at_012() {
    Metadata metadata = database({alembic_table(), table("public.people", base_columns)});
    metadata.migration = {"alembic", {"012_base_tables"}, {"010_start", "012_base_tables"}};
    metadata.fingerprint = "sv1:12";
    metadata.structure_fingerprint = "sv1:s12";
    return metadata;
}

const Lines load_commands = {
    "pg_restore --list <backup file> | grep -vF 'TABLE DATA public alembic_version ' > restore.list",
    "pg_restore --data-only --single-transaction --use-list=restore.list --dbname=residency <backup file>"};

TEST(Restore, ADatabaseThatIsBehind) {
    const RestoreReport report = check_restore(at_018(), at_012(), nullptr);
    EXPECT_EQ(report.verdict, "upgrade");
    EXPECT_EQ(report.data, "incompatible");
    EXPECT_EQ(report.errors, 8);
    EXPECT_EQ(report.warnings, 1);
    EXPECT_EQ(report.summary,
              "The database is at 012_base_tables, the backup at 018_add_faculty_columns: 7 columns and 1 "
              "table that "
              "hold data are missing here.");
    EXPECT_EQ(report.revisions_between, (Lines{"015_leave", "018_add_faculty_columns"}));
    Lines commands = {"alembic upgrade 018_add_faculty_columns"};
    commands.insert(commands.end(), load_commands.begin(), load_commands.end());
    EXPECT_EQ(report.next_commands, commands);

    Lines found;
    for (const Finding& finding : report.findings)
        found.push_back(finding.severity + " " + finding.check + " " + finding.identity);
    EXPECT_EQ(found, (Lines{"error missing table public.faculty_leave",
                            "error missing column public.people.faculty_role",
                            "error missing column public.people.performs_procedures",
                            "error missing column public.people.specialties",
                            "error missing column public.people.primary_duty",
                            "error missing column public.people.min_clinic",
                            "error missing column public.people.max_clinic",
                            "error missing column public.people.sports_medicine", "warning revision "}));
    // the migrations are the way, not one ALTER TABLE after another
    EXPECT_EQ(report.findings[1].hint, "alembic upgrade 018_add_faculty_columns");
}

TEST(Restore, ADatabaseThatIsAhead) {
    Metadata target = at_018();
    target.objects->push_back(table("public.required", "id integer!"));
    const Object& people = *find(*target.objects, "table", "public.people");
    const_cast<Object&>(people).definition["structure"]["columns"].push_back(column("badge text!"));
    const RestoreReport report = check_restore(at_012(), target, nullptr);
    EXPECT_EQ(report.verdict, "downgrade");
    EXPECT_EQ(report.data, "incompatible");
    EXPECT_EQ(report.revisions_between, (Lines{"015_leave", "018_add_faculty_columns"}));
    EXPECT_EQ(
        report.next_commands,
        (Lines{
            "createdb residency_restored", "pg_restore --dbname=residency_restored <backup file>",
            "alembic upgrade 018_add_faculty_columns  # with the database URL set to residency_restored"}));
    EXPECT_EQ(
        report.summary,
        "The database is at 018_add_faculty_columns, the backup at 012_base_tables. public.people.badge is "
        "NOT "
        "NULL without a default here, and the backup has no values for it: every row would be refused.");
}

TEST(Restore, ADatabaseThatIsAheadMayTakeTheRowsAllTheSame) {
    const RestoreReport report = check_restore(at_012(), at_018(), nullptr);
    EXPECT_EQ(report.verdict, "compatible");
    EXPECT_EQ(report.data, "compatible");
    EXPECT_EQ(report.next_commands, load_commands);
    EXPECT_EQ(report.summary,
              "The database is at 018_add_faculty_columns, the backup at 012_base_tables: every table and "
              "column of "
              "the backup is here and takes its values. 1 warning to read first.");
}

TEST(Restore, TheSameSchema) {
    const RestoreReport report = check_restore(at_018(), at_018(), nullptr);
    EXPECT_EQ(report.verdict, "match");
    EXPECT_EQ(report.data, "match");
    EXPECT_EQ(report.summary, "Both are at 018_add_faculty_columns: the schemas are equal.");
    EXPECT_EQ(report.next_commands, load_commands);
    EXPECT_TRUE(report.findings.empty());
}

// Their rows are there already: loaded once more they would be refused, and with them everything.
TEST(Restore, TheBooksOfAToolAreNotLoaded) {
    struct Case {
        const char* tool;
        Schema schema;
        const char* patterns;
    };
    const auto tables = [](std::initializer_list<const char*> names) {
        Schema schema = {table("public.people", base_columns)};
        for (const char* name : names) schema.push_back(table(name, "id integer!"));
        return schema;
    };
    Schema knex = tables({"public.knex_migrations", "public.knex_migrations_lock"});
    knex.push_back(
        object("sequence", "public.knex_migrations_id_seq", {{"owned_by", "public.knex_migrations.id"}}));
    knex.push_back(object("sequence", "public.people_id_seq", {{"owned_by", "public.people.id"}}));
    const std::vector<Case> cases = {
        {"rails", tables({"public.schema_migrations", "public.ar_internal_metadata"}),
         "-e 'TABLE DATA public ar_internal_metadata ' -e 'TABLE DATA public schema_migrations '"},
        {"knex", knex,
         "-e 'SEQUENCE SET public knex_migrations_id_seq ' -e 'TABLE DATA public knex_migrations ' "
         "-e 'TABLE DATA public knex_migrations_lock '"},
        {"sqitch", tables({"public.events", "sqitch.changes", "sqitch.events", "sqitch.projects"}),
         "-e 'TABLE DATA sqitch changes ' -e 'TABLE DATA sqitch events ' -e 'TABLE DATA sqitch projects '"},
        {"yoyo",
         tables({"public._yoyo_log", "public._yoyo_migration", "public._yoyo_version", "public.yoyo_lock"}),
         "-e 'TABLE DATA public _yoyo_log ' -e 'TABLE DATA public _yoyo_migration ' "
         "-e 'TABLE DATA public _yoyo_version ' -e 'TABLE DATA public yoyo_lock '"},
        {"dbmate", tables({"public.ar_internal_metadata", "public.schema_migrations"}),
         "'TABLE DATA public schema_migrations '"},
    };
    for (const Case& one : cases) {
        Metadata both = database(one.schema);
        both.migration = {one.tool, {"2"}, {"1", "2"}};
        const Lines commands = check_restore(both, both, nullptr).next_commands;
        ASSERT_EQ(commands.size(), 2U) << one.tool;
        EXPECT_EQ(commands[0], std::string("pg_restore --list <backup file> | grep -vF ") + one.patterns +
                                   " > restore.list");
    }
}

TEST(Restore, TheSameStructure) {
    Metadata target = at_018();
    target.fingerprint = "sv1:other";
    const RestoreReport report = check_restore(at_018(), target, nullptr);
    EXPECT_EQ(report.verdict, "match");
    EXPECT_EQ(
        report.summary,
        "Both are at 018_add_faculty_columns: the structure is equal; only owners, privileges, comments or "
        "storage differ.");
}

TEST(Restore, TheSameSchemaAtAnotherRevision) {
    Metadata target = at_018();
    target.migration.revisions = {"012_base_tables"};
    const RestoreReport report = check_restore(at_018(), target, nullptr);
    EXPECT_EQ(report.verdict, "match");
    EXPECT_EQ(report.warnings, 1);
    EXPECT_EQ(
        report.summary,
        "The database is at 012_base_tables, the backup at 018_add_faculty_columns: the schemas are equal. 1 "
        "warning to read first.");
}

TEST(Restore, AnOlderServerIsNothingThatMigrationsChange) {
    Metadata backup = at_018();
    backup.server_version_num = 170002;
    EXPECT_EQ(check_restore(backup, at_018(), nullptr).verdict, "incompatible");
    EXPECT_EQ(check_restore(backup, at_012(), nullptr).verdict, "incompatible");
    EXPECT_EQ(check_restore(backup, at_018(), nullptr).data, "incompatible");
}

TEST(Restore, NeitherKnowsTheOther) {
    Metadata target = at_012();
    target.migration = {"alembic", {"x"}, {"010_start", "x"}};
    const RestoreReport report = check_restore(at_018(), target, nullptr);
    EXPECT_EQ(report.verdict, "diverged");
    EXPECT_EQ(report.next_commands, Lines{"alembic history --verbose"});
    EXPECT_TRUE(report.revisions_between.empty());
}

TEST(Restore, WithoutAMigrationTool) {
    Metadata backup = at_018();
    Metadata target = at_012();
    backup.migration = target.migration = {};
    const RestoreReport report = check_restore(backup, target, nullptr);
    EXPECT_EQ(report.verdict, "incompatible");
    EXPECT_EQ(report.summary, "7 columns and 1 table that hold data are missing here.");
    EXPECT_EQ(report.next_commands,
              (Lines{"# change the schema as the hints of schemaver.restore_findings() say, then check again",
                     "pg_restore --data-only --single-transaction --dbname=residency <backup file>"}));
    EXPECT_EQ(report.findings[1].hint,
              "ALTER TABLE public.people ADD COLUMN faculty_role character varying(50);");
}

TEST(Restore, OneSideWithoutRevisions) {
    Metadata target = at_012();
    target.migration = {};
    EXPECT_EQ(check_restore(at_018(), target, nullptr).verdict, "incompatible");
    EXPECT_EQ(check_restore(at_018(), target, nullptr).summary,
              "The backup is at 018_add_faculty_columns, the database has no revision: 7 columns and 1 table "
              "that hold data are "
              "missing here.");
}

TEST(Restore, IntoAnEmptyDatabase) {
    Metadata target =
        database({{"schema", "public", "", Json::object()}, {"extension", "citext", "", Json::object()}});
    const RestoreReport report = check_restore(at_018(), target, nullptr);
    EXPECT_EQ(report.verdict, "upgrade");
    EXPECT_EQ(report.data, "incompatible");
    EXPECT_EQ(report.errors, 1);
    EXPECT_EQ(report.next_commands, Lines{"pg_restore --dbname=residency <backup file>"});
    EXPECT_EQ(report.summary,
              "The backup is at 018_add_faculty_columns, the database has no revision. This database has no "
              "tables: "
              "rows alone cannot be loaded, schema and rows together can.");
    // a backup without tables has nothing to lose
    EXPECT_EQ(check_restore(database({}), target, nullptr).verdict, "compatible");
}

TEST(Restore, MetadataWithoutDefinitions) {
    const auto verdict = [](Metadata backup, const Metadata& target) {
        backup.objects.reset();
        const RestoreReport report = check_restore(backup, target, nullptr);
        return report.verdict + ", data " + report.data + ". " + report.summary;
    };
    EXPECT_EQ(verdict(at_018(), at_018()),
              "match, data match. Both are at 018_add_faculty_columns: the schemas are equal.");
    EXPECT_EQ(verdict(at_018(), at_012()),
              "upgrade, data unknown. The database is at 012_base_tables, the backup at "
              "018_add_faculty_columns: the database is behind. 1 warning to read first.");
    EXPECT_EQ(verdict(at_012(), at_018()),
              "downgrade, data unknown. The database is at 018_add_faculty_columns, the backup at "
              "012_base_tables: the database is ahead. 1 warning to read first.");
    Metadata changed = at_018();
    changed.fingerprint = "sv1:x";
    changed.structure_fingerprint = "sv1:y";
    EXPECT_EQ(verdict(at_018(), changed),
              "unknown, data unknown. Both are at 018_add_faculty_columns: the schemas differ, and the "
              "metadata holds no definitions to say where.");
    changed.migration = {};
    Metadata backup = at_018();
    backup.migration = {};
    EXPECT_EQ(
        verdict(backup, changed),
        "unknown, data unknown. The schemas differ, and the metadata holds no definitions to say where.");
}

TEST(Restore, TheOlderTextForm) {
    const auto report = [](const char* revision, const Metadata& target) {
        return check_restore(
            read_metadata(std::string{"backup_file: app.sql.gz\nalembic_version: "} + revision), target,
            nullptr);
    };
    RestoreReport same = report("018_add_faculty_columns", at_018());
    EXPECT_EQ(same.verdict, "unknown");
    EXPECT_EQ(same.data, "unknown");
    EXPECT_EQ(
        same.summary,
        "Both are at 018_add_faculty_columns: the metadata holds no fingerprint, so nothing is known of the "
        "schemas themselves.");
    EXPECT_TRUE(same.next_commands.empty());

    RestoreReport older = report("012_base_tables", at_018());
    EXPECT_EQ(older.verdict, "downgrade");
    EXPECT_EQ(older.revisions_between, (Lines{"015_leave", "018_add_faculty_columns"}));
    EXPECT_EQ(
        older.next_commands,
        (Lines{
            "createdb residency_restored",
            "gunzip --stdout app.sql.gz | psql --set=ON_ERROR_STOP=1 --single-transaction "
            "--dbname=residency_restored",
            "alembic upgrade 018_add_faculty_columns  # with the database URL set to residency_restored"}));

    RestoreReport newer = report("018_add_faculty_columns", at_012());
    EXPECT_EQ(newer.verdict, "diverged");
    EXPECT_EQ(newer.summary,
              "The database is at 012_base_tables, the backup at 018_add_faculty_columns: this database has "
              "never seen "
              "the backup's revision, which is newer or of another line. 1 warning to read first.");

    Metadata stepped_back = at_012();
    stepped_back.migration.history = {"012_base_tables", "018_add_faculty_columns", "012_base_tables"};
    RestoreReport behind = report("018_add_faculty_columns", stepped_back);
    EXPECT_EQ(behind.verdict, "upgrade");
    EXPECT_EQ(behind.next_commands, (Lines{"alembic upgrade 018_add_faculty_columns",
                                           "gunzip --stdout app.sql.gz | psql --set=ON_ERROR_STOP=1 "
                                           "--single-transaction --dbname=residency"}));

    EXPECT_EQ(report("unknown", at_018()).verdict, "unknown");
}

TEST(Restore, Commands) {
    Metadata backup =
        database({table("public.t", "a integer", constraints({foreign_key("f", "a", "public.t")}))});
    Metadata target = backup;
    target.database = "my db";
    backup.backup_file = "it's.dump";
    EXPECT_EQ(check_restore(backup, target, nullptr).next_commands,
              Lines{"pg_restore --data-only --single-transaction --disable-triggers --dbname='my db' "
                    "'it'\\''s.dump'"});
    backup.backup_file = "plain.sql";
    EXPECT_EQ(check_restore(backup, target, nullptr).next_commands,
              Lines{"psql --set=ON_ERROR_STOP=1 --single-transaction --dbname='my db' --file=plain.sql"});
}

TEST(Restore, ErrorsFirstThenWarnings) {
    const RestoreReport report = check_restore(
        database({table("public.a", "a integer", constraints({})), table("public.b", "b integer; c text")}),
        database({table("public.a", "a bigint; x integer"), trigger("g", "public.a", {"insert"}),
                  table("public.b", "b integer")}),
        nullptr);
    Lines order;
    for (const Finding& finding : report.findings) order.push_back(finding.severity);
    EXPECT_EQ(order, (Lines{"error", "warning", "info", "info", "info"}));
}

TEST(Restore, SummaryCountsWhatIsNotMissing) {
    const RestoreReport report =
        check_restore(database({table("public.t", "a bigint; b text; c bigint")}),
                      database({table("public.t", "a integer; c integer")}), nullptr);
    EXPECT_EQ(
        report.summary,
        "1 column that holds data is missing here, and rows would be refused or lost for 2 other reasons.");
    const RestoreReport narrow =
        check_restore(database({table("public.t", "a bigint; c bigint")}),
                      database({table("public.t", "a integer; c integer")}), nullptr);
    EXPECT_EQ(narrow.summary, "Rows would be refused or lost for 2 reasons.");
}

// Ten thousand tables against ten thousand: no rule may look through all the others for each.
TEST(Restore, CostGrowsWithTheSchema) {
    Schema schema;
    for (int i = 0; i < 10'000; ++i) {
        const std::string name = "public.t" + std::to_string(i);
        schema.push_back(table(name, "id integer!; a text; b text; c numeric(10,2)",
                               constraints({unique("p", {"id"}, "primary key")})));
        schema.push_back(unique_index((name + "_a").c_str(), name.c_str(), {{{"column", "a"}}}));
    }
    const Metadata both = database(schema);
    EXPECT_EQ(check_restore(both, both, nullptr).verdict, "compatible");
}

// Nor for each partition through all the others, not even for the one that takes the rest.
TEST(Restore, CostGrowsWithThePartitions) {
    const Json by_list = {
        {"partition_by", {{"strategy", "list"}, {"keys", Json::array({{{"column", "a"}}})}}}};
    Schema schema = {table("public.p", "a integer", by_list),
                     partition("public.rest", "a integer", "public.p", "DEFAULT")};
    for (int i = 0; i < 10'000; ++i)
        schema.push_back(partition(("public.p" + std::to_string(i)).c_str(), "a integer", "public.p",
                                   ("FOR VALUES IN (" + std::to_string(i) + ")").c_str()));
    const Metadata both = database(schema);
    EXPECT_EQ(check_restore(both, both, nullptr).verdict, "compatible");
}

}  // namespace
}  // namespace schemaver::core
