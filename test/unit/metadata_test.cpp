// Backup metadata: what is written is read again, and nothing damaged is ever read.
#include "core/metadata.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/digest.hpp"
#include "core/error.hpp"

namespace schemaver::core {
namespace {

Metadata sample() {
    Metadata metadata;
    metadata.label = "nightly \"é\"\n";
    metadata.created_at = "2026-01-02T03:04:05Z";
    metadata.created_by = "alice";
    metadata.database = "residency";
    metadata.server_version = "15.18 (Debian 15.18-0+deb12u1)";
    metadata.server_version_num = 150018;
    metadata.system_identifier = "7512345678901234567";
    metadata.encoding = "UTF8";
    metadata.locale_provider = "libc";
    metadata.collate = "C.UTF-8";
    metadata.ctype = "C.UTF-8";
    metadata.extensions = {{"plpgsql", "1.0"}};
    metadata.roles = {"alice", "app"};
    metadata.tablespaces = {"fast"};
    metadata.migration = {
        "alembic", {"018_add_faculty_columns"}, {"012_base_tables", "018_add_faculty_columns"}, 2, "ok"};
    metadata.fingerprint = "sv1:aa";
    metadata.structure_fingerprint = "sv1:bb";
    metadata.exact_fingerprint = "sv1:cc";
    metadata.portable_facets = {{"structure", "sv1:bb"}, {"security", "sv1:dd"}};
    metadata.exact_facets = {{"structure", "sv1:ee"}, {"security", "sv1:ff"}};
    metadata.timeline = "6f1c1c9e-0000-4000-8000-000000000001";
    metadata.seal = "svs1:6f1c1c9e-0000-4000-8000-000000000001:7:ab";
    metadata.database_size = 8716067;
    metadata.row_counts = RowCounts{{{"public.people", 42}}, {{"public.salaries", "permission denied"}}};
    metadata.commit = 42;
    metadata.counts = {{"table", 2}, {"index", 1}};
    metadata.objects = Schema{{"table",
                               "public.people",
                               "public",
                               {{"structure", {{"columns", {{{"name", "id"}, {"type", "integer"}}}}}}}}};
    return metadata;
}

Error refusal(const std::string& text) {
    try {
        read_metadata(text);
    } catch (const Error& error) {
        return error;
    }
    return Error{"00000", "it was read"};
}

// The document with one change, and a digest that fits it.
template <typename Change>
std::string changed(Change change) {
    Json document = Json::parse(write_metadata(sample()));
    change(document);
    document.erase("digest");
    document["digest"] = "sha256:" + sha256_hex(canonical(document));
    return canonical(document);
}

TEST(Metadata, WhatIsWrittenIsRead) {
    const Metadata metadata = read_metadata(write_metadata(sample()));
    EXPECT_FALSE(metadata.from_text_file);
    EXPECT_EQ(metadata.format, 1);
    EXPECT_EQ(metadata.label, sample().label);
    EXPECT_EQ(metadata.server_version_num, 150018);
    EXPECT_EQ(metadata.extensions.at(0).version, "1.0");
    EXPECT_EQ(metadata.migration.history, sample().migration.history);
    EXPECT_EQ(metadata.commit, 42);
    EXPECT_EQ(metadata.counts, sample().counts);
    EXPECT_EQ(metadata.seal, sample().seal);
    EXPECT_EQ(metadata.exact_facets, sample().exact_facets);
    EXPECT_EQ(metadata.database_size, 8716067);
    EXPECT_EQ(metadata.migration.count, 2);
    ASSERT_TRUE(metadata.row_counts);
    EXPECT_EQ(metadata.row_counts->tables.at(0).rows, 42);
    EXPECT_EQ(metadata.row_counts->uncounted.at(0).reason, "permission denied");
    ASSERT_TRUE(metadata.objects);
    EXPECT_EQ(metadata.objects->at(0).definition, sample().objects->at(0).definition);
    // the objects are written past the other members, and yet stand where they belong
    EXPECT_EQ(canonical(Json::parse(write_metadata(metadata))), write_metadata(metadata));
    // every member survives: the second writing is the first, byte for byte
    EXPECT_EQ(write_metadata(metadata), write_metadata(sample()));
}

TEST(Metadata, WithoutDefinitions) {
    Metadata compact = sample();
    compact.objects.reset();
    EXPECT_FALSE(read_metadata(write_metadata(compact)).objects);
    compact.objects = Schema{};
    EXPECT_TRUE(read_metadata(write_metadata(compact)).objects);
    compact = Metadata{};
    EXPECT_EQ(write_metadata(read_metadata(write_metadata(compact))), write_metadata(compact));
}

TEST(Metadata, ExactText) {
    Metadata metadata;
    metadata.label = "x";
    metadata.counts = {{"table", 1}};
    const std::string text = write_metadata(metadata);
    const std::string body =
        R"("extensions":[],"fingerprint":{"exact":"","facets":{},"portable":"","structure":""},"format":1,"label":"x",)"
        R"("ledger":{"commit":0,"seal":"","timeline":""},"migration":{"count":0,"history":[],"revisions":[],"state":"",)"
        R"("tool":""},"roles":[],)"
        R"("server":{"system_identifier":"","version":"","version_num":0},"tablespaces":[]})";
    const std::string head =
        R"({"counts":[{"count":1,"kind":"table"}],"created_at":"","created_by":"","database":{"collate":"",)"
        R"("collation_version":"","ctype":"","encoding":"","locale_provider":"","name":"","size":0},)";
    EXPECT_EQ(text, head + R"("digest":"sha256:)" + sha256_hex(head + body) + "\"," + body);
}

TEST(Metadata, WhiteSpaceAndOrderDoNotMatter) {
    const std::string pretty = Json::parse(write_metadata(sample())).dump(4);
    EXPECT_EQ(write_metadata(read_metadata("\xEF\xBB\xBF\r\n" + pretty + "\n")), write_metadata(sample()));
}

// The digest is of the document, wherever else in it another one stands.
TEST(Metadata, OtherDigestsInTheDocument) {
    Metadata metadata = sample();
    metadata.label = "\"digest\":\"sha256:00\",";
    EXPECT_EQ(read_metadata(write_metadata(metadata)).label, metadata.label);
    Json document = Json::parse(write_metadata(metadata));
    document["before"] = {{"digest", document["digest"]}, {"more", 1}};
    EXPECT_EQ(refusal(canonical(document)).sqlstate, "SV004");
}

TEST(Metadata, UnknownMembersAreAllowedAndCount) {
    EXPECT_EQ(read_metadata(changed([](Json& document) { document["weather"] = "fine"; })).label,
              sample().label);
}

// Every single bit of the text: whatever it hits, the document is refused.
TEST(Metadata, AFlippedBitIsNeverRead) {
    Metadata small = sample();
    small.label = "nightly";
    const std::string text = write_metadata(small);
    int mismatches = 0;
    for (std::size_t byte = 0; byte < text.size(); ++byte)
        for (int bit = 0; bit < 8; ++bit) {
            std::string damaged = text;
            damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
            const std::string state = refusal(damaged).sqlstate;
            ASSERT_TRUE(state == "SV002" || state == "SV003" || state == "SV004")
                << byte << " " << bit << " " << state;
            mismatches += state == "SV004" ? 1 : 0;
        }
    EXPECT_GT(mismatches, 1000);
}

TEST(Metadata, ATruncatedTextIsNeverRead) {
    const std::string text = write_metadata(sample());
    for (std::size_t length = 0; length < text.size(); ++length) {
        const Error error = refusal(text.substr(0, length));
        ASSERT_EQ(error.sqlstate, "SV002") << length;
        ASSERT_NE(error.hint, "") << length;
    }
}

TEST(Metadata, TheDigestErrorNamesBothDigests) {
    std::string text = write_metadata(sample());
    text.replace(text.find("alice"), 5, "malice");
    const Error error = refusal(text);
    EXPECT_EQ(error.sqlstate, "SV004");
    EXPECT_EQ(error.message, "the backup metadata has been changed or damaged since it was written");
    const std::string stated = Json::parse(text)["digest"];
    Json document = Json::parse(text);
    document.erase("digest");
    EXPECT_EQ(error.detail, "It states the digest " + stated + ", its content has the digest sha256:" +
                                sha256_hex(canonical(document)) + ".");
    EXPECT_FALSE(error.hint.empty());
}

TEST(Metadata, AFormatFromTheFuture) {
    const Error error = refusal(R"({"format":2,"everything":"else is different"})");
    EXPECT_EQ(error.sqlstate, "SV003");
    EXPECT_EQ(error.message, "backup metadata of format 2 cannot be read here");
    EXPECT_NE(error.hint.find("ALTER EXTENSION schemaver UPDATE"), std::string::npos);
    EXPECT_EQ(refusal(R"({"format":18446744073709551615})").sqlstate, "SV003");
}

TEST(Metadata, NoDocumentAtAll) {
    struct Case {
        std::string text;
        const char* message;
    };
    const std::vector<Case> cases = {
        {"", "the backup metadata is empty"},
        {" \n\t\r\n", "the backup metadata is empty"},
        {"\xEF\xBB\xBF", "the backup metadata is empty"},
        {"[]", "the backup metadata must be a JSON object"},
        {"[{\"format\":1}]", "the backup metadata must be a JSON object"},
        {"null", "the backup metadata must be a JSON object"},
        {"true", "the backup metadata must be a JSON object"},
        {"42", "the backup metadata must be a JSON object"},
        {"\"text\"", "the backup metadata must be a JSON object"},
        {"{", "the backup metadata is not acceptable JSON"},
        {"{}", "the backup metadata is incomplete"},
        {"{\"format\":1}", "the backup metadata is incomplete"},
        {std::string{"{\"format\":1}\0", 13}, "the backup metadata is not acceptable JSON"},
        {std::string{"\0", 1}, "the backup metadata holds bytes that are not UTF-8 text"},
        {"\xFF\xFE", "the backup metadata holds bytes that are not UTF-8 text"},
        {"PGDMP", "the backup metadata is neither JSON nor the older form of \"key: value\" lines"},
        {"nothing: known", "the backup metadata is neither JSON nor the older form of \"key: value\" lines"},
        {"timestamp: 1\nthis is prose",
         "the backup metadata is neither JSON nor the older form of \"key: value\" lines"},
    };
    for (const Case& one : cases) {
        const Error error = refusal(one.text);
        EXPECT_EQ(error.sqlstate, "SV002") << one.text;
        EXPECT_EQ(error.message, one.message) << one.text;
        EXPECT_FALSE(error.detail.empty() && error.hint.empty()) << one.text;
    }
}

TEST(Metadata, EveryMissingMemberIsNamed) {
    const std::vector<std::string> paths = {"format",
                                            "label",
                                            "created_at",
                                            "created_by",
                                            "server",
                                            "server.version",
                                            "server.version_num",
                                            "server.system_identifier",
                                            "database",
                                            "database.name",
                                            "database.encoding",
                                            "database.locale_provider",
                                            "database.collate",
                                            "database.ctype",
                                            "database.collation_version",
                                            "database.size",
                                            "extensions",
                                            "roles",
                                            "tablespaces",
                                            "migration",
                                            "migration.tool",
                                            "migration.revisions",
                                            "migration.history",
                                            "migration.count",
                                            "migration.state",
                                            "fingerprint",
                                            "fingerprint.portable",
                                            "fingerprint.structure",
                                            "fingerprint.exact",
                                            "fingerprint.facets",
                                            "ledger",
                                            "ledger.timeline",
                                            "ledger.commit",
                                            "ledger.seal",
                                            "counts"};
    for (const std::string& path : paths) {
        const auto dot = path.find('.');
        const Error error = refusal(changed([&](Json& document) {
            if (dot == std::string::npos)
                document.erase(path);
            else
                document[path.substr(0, dot)].erase(path.substr(dot + 1));
        }));
        EXPECT_EQ(error.sqlstate, "SV002") << path;
        EXPECT_EQ(error.message, "the backup metadata is incomplete") << path;
        EXPECT_EQ(error.detail, "The member " + path + " is missing.");
    }
    Json document = Json::parse(write_metadata(sample()));
    document.erase("digest");
    EXPECT_EQ(refusal(canonical(document)).detail, "The member digest is missing.");
}

TEST(Metadata, EveryWrongTypeIsNamed) {
    struct Case {
        const char* pointer;
        Json value;
        const char* detail;
    };
    const std::vector<Case> cases = {
        {"/format", "1", "The member format must be a positive number, and is \"1\"."},
        {"/format", 0, "The member format must be a positive number, and is 0."},
        {"/format", -1, "The member format must be a positive number, and is -1."},
        {"/label", nullptr, "The member label must be a string, and is null."},
        {"/server", Json::array(), "The member server must be an object, and is []."},
        {"/server/version_num", "150018",
         "The member server.version_num must be a whole number from 0 to 2147483647, "
         "and is \"150018\"."},
        {"/server/version_num", 2147483648,
         "The member server.version_num must be a whole number from 0 to "
         "2147483647, and is 2147483648."},
        {"/ledger/commit", -1,
         "The member ledger.commit must be a whole number from 0 to 9223372036854775807, and "
         "is -1."},
        {"/extensions", "plpgsql", "The member extensions must be an array, and is \"plpgsql\"."},
        {"/extensions/0", "plpgsql", "The member extensions[0] must be an object, and is \"plpgsql\"."},
        {"/extensions/0/version", 1, "The member extensions[0].version must be a string, and is 1."},
        {"/roles/1", false, "The member roles[1] must be a string, and is false."},
        {"/migration/history/0", 12, "The member migration.history[0] must be a string, and is 12."},
        {"/counts/0/count", "2",
         "The member counts[0].count must be a whole number from 0 to 9223372036854775807, "
         "and is \"2\"."},
        {"/objects", Json::object(), "The member objects must be an array, and is {}."},
        {"/objects/0/kind", 1, "The member objects[0].kind must be a string, and is 1."},
        {"/objects/0/definition", "x", "The member objects[0].definition must be an object, and is \"x\"."},
        {"/objects/0/definition",
         {{"structure", 1}},
         "The member objects[0].definition must be an object of facets, "
         "and is {\"structure\":1}."},
        {"/objects/0/definition",
         {{"colour", Json::object()}},
         "The member objects[0].definition must be an object "
         "of facets, and is {\"colour\":{}}."},
    };
    for (const Case& one : cases) {
        const Error error =
            refusal(changed([&](Json& document) { document[Json::json_pointer{one.pointer}] = one.value; }));
        EXPECT_EQ(error.sqlstate, "SV002") << one.pointer;
        EXPECT_EQ(error.message, "the backup metadata is malformed") << one.pointer;
        EXPECT_EQ(error.detail, one.detail) << one.pointer;
    }
}

TEST(Metadata, AnObjectTwice) {
    const Error error = refusal(changed([](Json& document) {
        const Json first = document["objects"][0];
        document["objects"].push_back(first);
    }));
    EXPECT_EQ(error.detail, "It holds table public.people twice.");
}

TEST(Metadata, ObjectsAreSortedOnReading) {
    const Metadata metadata = read_metadata(changed([](Json& document) {
        document["objects"].push_back({{"kind", "index"},
                                       {"identity", "public.i"},
                                       {"schema", "public"},
                                       {"definition", Json::object()}});
    }));
    EXPECT_EQ(metadata.objects->at(0).kind, "index");
}

TEST(Metadata, FiftyMegabytesAreReadOrRefused) {
    Metadata large = sample();
    large.objects = Schema{};
    for (int i = 0; i < 150'000; ++i)
        large.objects->push_back({"table",
                                  "public.t" + std::to_string(1'000'000 + i),
                                  "public",
                                  {{"comment", {{"text", std::string(250, 'x')}}}}});
    std::string text = write_metadata(large);
    EXPECT_GT(text.size(), 50'000'000U);
    EXPECT_EQ(read_metadata(text).objects->size(), 150'000U);
    text[text.size() / 2] ^= 1;
    EXPECT_EQ(refusal(text).sqlstate, "SV004");
    EXPECT_EQ(refusal(std::string(50'000'000, 'a')).sqlstate, "SV002");
    EXPECT_EQ(refusal(std::string(50'000'000, '[')).sqlstate, "SV002");
    EXPECT_EQ(refusal("{\"a\":" + std::string(50'000'000, '[')).sqlstate, "SV002");
}

// The examples of docs/metadata.md are what they say they are. CTest runs this in the project's folder.
TEST(MetadataDocumentation, ExamplesAreRead) {
    std::ifstream file{"docs/metadata.md"};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    const auto block = [&](const std::string& start, const std::string& first) {
        const auto place = page.find(start + first);
        EXPECT_NE(place, std::string::npos) << first;
        const auto begin = place + start.size();
        return page.substr(begin, page.find("```", begin) - begin);
    };
    const Metadata json = read_metadata(block("```json\n", "{"));
    EXPECT_EQ(json.label, "nightly-2026-01-02");
    EXPECT_EQ(json.objects->at(0).identity, "public.people");
    const Metadata text = read_metadata(block("```\n", "# Residency"));
    EXPECT_EQ(text.migration.revisions, std::vector<std::string>{"018_add_faculty_columns"});
    // every member that is written has its row
    const Json document = Json::parse(write_metadata(sample()));
    for (const auto& [key, value] : document.items())
        EXPECT_NE(page.find("`" + key), std::string::npos) << key;
}

TEST(MetadataText, TheOlderForm) {
    const Metadata metadata = read_metadata(
        "# Residency Scheduler Backup Metadata\r\n"
        "timestamp: 20251225_143022\r\n"
        "alembic_version: 20251225_schema_ver\r\n"
        "\r\n"
        "database: residency_scheduler\r\n"
        "git-commit: abc\r\n"
        "backup_file:residency: scheduler.sql");
    EXPECT_TRUE(metadata.from_text_file);
    EXPECT_EQ(metadata.created_at, "20251225_143022");
    EXPECT_EQ(metadata.migration.tool, "alembic");
    EXPECT_EQ(metadata.migration.revisions, std::vector<std::string>{"20251225_schema_ver"});
    EXPECT_TRUE(metadata.migration.history.empty());
    EXPECT_EQ(metadata.database, "residency_scheduler");
    EXPECT_EQ(metadata.backup_file, "residency: scheduler.sql");
    EXPECT_TRUE(metadata.fingerprint.empty());
    EXPECT_FALSE(metadata.objects);
}

TEST(MetadataText, Revisions) {
    struct Case {
        const char* value;
        std::vector<std::string> revisions;
    };
    const std::vector<Case> cases = {
        {"018", {"018"}},
        {"018 (head)", {"018"}},
        {"a1, b2", {"a1", "b2"}},
        {"a1 (head) b2 (head)", {"a1", "b2"}},
        {"unknown", {}},
        {"None", {}},
        {"", {}},
        {"  ", {}},
    };
    for (const Case& one : cases) {
        const Migration migration = read_metadata(std::string{"alembic_version: "} + one.value).migration;
        EXPECT_EQ(migration.revisions, one.revisions) << one.value;
        EXPECT_EQ(migration.tool, one.revisions.empty() ? "" : "alembic") << one.value;
    }
}

TEST(MetadataText, AKeyTwice) {
    EXPECT_EQ(refusal("database: a\ndatabase: b").message, "the backup metadata says \"database\" twice");
}

// Whatever the schema, it fits, says what is missing, and can be read.
TEST(Metadata, CompactFits) {
    Metadata metadata = sample();
    EXPECT_EQ(read_metadata(write_compact_metadata(metadata)).left_out, std::vector<std::string>{});
    EXPECT_FALSE(read_metadata(write_compact_metadata(metadata)).objects);

    // a long history alone: its newest part stays
    for (int i = 0; i < 1000; ++i) metadata.migration.history.push_back("revision " + std::to_string(i));
    std::string text = write_compact_metadata(metadata);
    EXPECT_LE(text.size(), compact_limit);
    EXPECT_EQ(read_metadata(text).left_out, std::vector<std::string>{"migration.history"});
    EXPECT_EQ(read_metadata(text).migration.history.back(), "revision 999");
    EXPECT_EQ(read_metadata(text).roles, metadata.roles);

    // everything long, and each character of six bytes in JSON
    const std::string longest(63, '\x01');
    metadata.label = std::string(200, '\x01');
    metadata.created_by = metadata.database = longest;
    for (int i = 0; i < 500; ++i) {
        const std::string name = std::to_string(i) + longest;
        metadata.roles.push_back(name);
        metadata.tablespaces.push_back(name);
        metadata.extensions.push_back({name, "1"});
        metadata.migration.revisions.push_back(name);
        metadata.counts[name] = i;
        metadata.row_counts->tables.push_back({name, i});
    }
    const std::string digest(64, 'a');
    metadata.fingerprint = metadata.structure_fingerprint = metadata.exact_fingerprint = "sv1:" + digest;
    for (const char* facet : {"structure", "security", "storage", "comment"})
        metadata.portable_facets[facet] = metadata.exact_facets[facet] = "sv1:" + digest;
    metadata.seal = "svs1:6f1c1c9e-0000-4000-8000-000000000001:9223372036854775807:" + digest;
    text = write_compact_metadata(metadata);
    EXPECT_LE(text.size(), compact_limit);
    const Metadata read = read_metadata(text);
    EXPECT_EQ(read.left_out,
              (std::vector<std::string>{"migration.history", "row_counts", "counts", "tablespaces", "roles",
                                        "extensions", "migration.revisions"}));
    EXPECT_EQ(read.label, metadata.label);
    EXPECT_EQ(read.fingerprint, metadata.fingerprint);

    metadata.migration.tool = std::string(5000, 'x');  // as a user may call a tool
    text = write_compact_metadata(metadata);
    EXPECT_LE(text.size(), compact_limit);
    EXPECT_EQ(read_metadata(text).left_out.back(), "migration.tool");
}

}  // namespace
}  // namespace schemaver::core
