// The restore rules on the database as a whole.
#include <functional>

#include "restore_cases.hpp"

namespace schemaver::core {
namespace {

using namespace test;

struct DatabaseCase {
    const char* name;
    std::function<void(Metadata& backup, Metadata& target)> change;
    std::vector<std::string> findings;  // "severity: check: identity"
};

TEST(RestoreDatabaseRules, Findings) {
    const auto encodings = [](const char* from, const char* to) {
        return [=](Metadata& backup, Metadata& target) {
            backup.encoding = from;
            target.encoding = to;
        };
    };
    const auto versions = [](int from, int to) {
        return [=](Metadata& backup, Metadata& target) {
            backup.server_version_num = from;
            target.server_version_num = to;
        };
    };
    const auto revisions = [](const std::vector<std::string>& from, const std::vector<std::string>& to) {
        return [=](Metadata& backup, Metadata& target) {
            backup.migration = {"alembic", from, {"1", "2", "3"}};
            target.migration = {"alembic", to, {}};
        };
    };
    const std::vector<DatabaseCase> cases = {
        {"nothing differs", [](Metadata&, Metadata&) {}, {}},
        {"another database",
         [](Metadata& backup, Metadata&) { backup.database = "shop"; },
         {"info: database: "}},
        {"a database that is not known", [](Metadata& backup, Metadata&) { backup.database = ""; }, {}},
        {"an older server", versions(170002, 150018), {"error: server version: "}},
        {"a newer server", versions(150018, 170002), {}},
        {"an older minor version", versions(150018, 150001), {}},
        {"old numbering", versions(90624, 90501), {"error: server version: "}},
        {"old numbering, minor", versions(90624, 90601), {}},
        {"from the old numbering to the new", versions(90624, 100001), {}},
        {"from the new numbering to the old", versions(100001, 90624), {"error: server version: "}},
        {"version not known", versions(0, 150018), {}},
        {"the same encoding", encodings("LATIN1", "LATIN1"), {}},
        {"to UTF8", encodings("LATIN1", "UTF8"), {}},
        {"from UTF8", encodings("UTF8", "LATIN1"), {"error: encoding: "}},
        {"from SQL_ASCII", encodings("SQL_ASCII", "UTF8"), {"error: encoding: "}},
        {"to SQL_ASCII", encodings("UTF8", "SQL_ASCII"), {"warning: encoding: "}},
        {"without a conversion", encodings("LATIN1", "EUC_JP"), {"error: encoding: "}},
        {"with a conversion", encodings("KOI8R", "WIN1251"), {"error: encoding: "}},
        {"encoding not known", encodings("", "LATIN1"), {}},
        {"another provider",
         [](Metadata& backup, Metadata& target) {
             backup.locale_provider = "libc";
             target.locale_provider = "icu";
         },
         {"warning: locale: "}},
        {"another collation and character type",
         [](Metadata& backup, Metadata& target) {
             backup.collate = backup.ctype = "C";
             target.collate = target.ctype = "de_DE.UTF-8";
             backup.collation_version = "1";
             target.collation_version = "2";
         },
         {"warning: locale: ", "warning: locale: "}},
        {"another version of the collation",
         [](Metadata& backup, Metadata& target) {
             backup.collate = target.collate = "de_DE.UTF-8";
             backup.collation_version = "2.31";
             target.collation_version = "2.36";
         },
         {"warning: collation version: "}},
        {"an extension missing",
         [](Metadata& backup, Metadata& target) {
             backup.extensions = {{"citext", "1.6"}, {"plpgsql", "1.0"}};
             target.extensions = {{"plpgsql", "1.0"}, {"postgis", "3"}};
         },
         {"warning: extension: citext"}},
        {"an extension of another version",
         [](Metadata& backup, Metadata& target) {
             backup.extensions = {{"citext", "1.6"}};
             target.extensions = {{"citext", "1.5"}};
         },
         {"info: extension: citext"}},
        {"roles and tablespaces missing",
         [](Metadata& backup, Metadata& target) {
             backup.roles = {"alice", "App"};
             target.roles = {"alice"};
             backup.tablespaces = {"fast"};
         },
         {"warning: role: \"App\"", "warning: tablespace: fast"}},
        {"the same revision", revisions({"3"}, {"3"}), {}},
        {"behind", revisions({"3"}, {"1"}), {"warning: revision: "}},
        {"unrelated", revisions({"3"}, {"x"}), {"warning: revision: "}},
        {"no revision here", revisions({"3"}, {}), {"warning: revision: "}},
        {"no revision there", revisions({}, {"3"}), {"warning: revision: "}},
        {"several heads there",
         revisions({"2", "3"}, {"3"}),
         {"warning: several heads: ", "warning: revision: "}},
        {"several heads on both",
         revisions({"2", "3"}, {"3", "2"}),
         {"warning: several heads: ", "warning: several heads: "}},
    };
    for (const DatabaseCase& one : cases) {
        Metadata backup = database({});
        Metadata target = database({});
        one.change(backup, target);
        std::vector<std::string> found;
        for (const Finding& finding : check_restore(backup, target, nullptr).findings)
            found.push_back(finding.severity + ": " + finding.check + ": " + finding.identity);
        EXPECT_EQ(found, one.findings) << one.name;
    }
}

TEST(RestoreDatabaseRules, Wording) {
    Metadata backup = database({});
    Metadata target = database({});
    backup.server_version_num = 180001;
    backup.extensions = {{"uuid-ossp", "1.1"}};
    backup.roles = {"App user"};
    const RestoreReport report = check_restore(backup, target, nullptr);
    ASSERT_EQ(report.findings.size(), 3U);
    EXPECT_EQ(report.findings[0].detail,
              "The backup was taken from PostgreSQL 18, this server is 15: dumps are not made to be "
              "loaded into an older major version.");
    EXPECT_EQ(report.findings[0].hint, "Restore on a server of version 18 or later.");
    EXPECT_EQ(report.findings[1].hint, "CREATE EXTENSION \"uuid-ossp\";");
    EXPECT_EQ(report.findings[2].hint, "CREATE ROLE \"App user\";");
    EXPECT_EQ(report.verdict, "incompatible");
    EXPECT_EQ(report.summary, report.findings[0].detail);
}

// Whether a missing extension is to be had here.
TEST(RestoreDatabaseRules, AvailableExtensions) {
    const auto said = [](const std::vector<Extension>& here, const std::vector<Extension>& available) {
        Metadata backup = database({});
        Metadata target = database({});
        backup.extensions = {{"uuid-ossp", "1.1"}};
        target.extensions = here;
        target.available_extensions = available;
        const RestoreReport report = check_restore(backup, target, nullptr);
        return report.findings.at(0).severity + ": " + report.findings[0].detail + " -> " +
               report.findings[0].hint;
    };
    const std::string missing =
        "warning: The backup has extension uuid-ossp 1.1, this database has it not. Tables that need it are "
        "reported on their own.";
    EXPECT_EQ(said({}, {{"uuid-ossp", "1.0"}, {"uuid-ossp", "1.1"}}),
              missing + " -> CREATE EXTENSION \"uuid-ossp\" VERSION '1.1';");
    EXPECT_EQ(said({}, {{"uuid-ossp", "1.0"}, {"uuid-ossp", "1.2"}}),
              missing + " This server offers it in 1.0 and 1.2. -> CREATE EXTENSION \"uuid-ossp\";");
    EXPECT_EQ(said({}, {{"citext", "1.1"}}),
              missing +
                  " This server does not offer it. -> Install the package that has it on this server, "
                  "then: CREATE EXTENSION \"uuid-ossp\";");
    const std::string other = "info: Extension uuid-ossp is at version 1.1 in the backup and 1.0 here";
    EXPECT_EQ(said({{"uuid-ossp", "1.0"}}, {{"uuid-ossp", "1.1"}}), other + ". -> ");
    EXPECT_EQ(said({{"uuid-ossp", "1.0"}}, {{"uuid-ossp", "1.0"}}),
              other + ", and this server does not offer that of the backup. -> ");
}

}  // namespace
}  // namespace schemaver::core
