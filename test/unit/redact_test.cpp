// What options, settings and connection strings show, and what they keep to themselves.
#include "core/redact.hpp"

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

// As in a document, but short: "name=value name=value".
std::string in_short(const Json& list) {
    if (list.is_string()) return list.get<std::string>();
    std::string out;
    for (const Json& pair : list) {
        if (!out.empty()) out += ' ';
        out += pair.at("name").get<std::string>() + "=" + pair.at("value").get<std::string>();
    }
    return out;
}

TEST(Redact, OptionsBySecretNames) {
    for (const char* name : {"password",
                             "passfile",
                             "sslpassword",
                             "PASSWORD",
                             "odbc_PWD",
                             "api_token",
                             "secret",
                             "aws_secret_access_key",
                             "sslkey",
                             "credentials",
                             "private_key_id",
                             "jwt",
                             "dsn",
                             "pw",
                             "db-pw",
                             "PIN",
                             "http_auth",
                             "auth",
                             "otp",
                             "otp_seed",
                             "session.cookie",
                             "signature"}) {
        EXPECT_EQ(in_short(options_document({std::string(name) + "=geheim"})),
                  std::string(name) + "=(redacted)");
    }
    for (const char* option :
         {"user=ann", "host=h", "password_required=false", "use_remote_estimate=true", "fetch_size=100",
          "sslcert=/etc/ann.crt", "empty=", "monkeys=7", "author=ann", "oauther=ann", "pinned=true", "pwx=1",
          "spin=1", "cookies=1", "laptop_otps=1"}) {
        EXPECT_EQ(in_short(options_document({option})), option);
    }
}

TEST(Redact, OptionsBySecretValues) {
    EXPECT_EQ(in_short(options_document({"url=https://ann:geheim@example.org/"})), "url=(redacted)");
    EXPECT_EQ(in_short(options_document({"odbc=Driver=x;PWD=geheim"})), "odbc=(redacted)");
    EXPECT_EQ(in_short(options_document({"url=https://example.org/"})), "url=https://example.org/");
}

TEST(Redact, OptionsAreSortedAndKeepEqualsSigns) {
    EXPECT_EQ(in_short(options_document({"b=2", "a=1=1"})), "a=1=1 b=2");
    EXPECT_EQ(in_short(options_document({})), "");
}

TEST(Redact, UserMappingsShowWhatIsKnownToBeHarmless) {
    EXPECT_EQ(in_short(login_document({"user=ann", "sslcert=/etc/ann.crt", "password=geheim", "code=0815",
                                       "password_required=false", "username=bob"})),
              "code=(redacted) password=(redacted) password_required=false sslcert=(redacted) user=ann "
              "username=bob");
    EXPECT_EQ(in_short(login_document({})), "");
}

TEST(Redact, SettingsOfApplicationsOnly) {
    EXPECT_EQ(
        in_short(settings_document({"app.jwt_secret=geheim", "app.tenant=7", "password_encryption=md5"})),
        "app.jwt_secret=(redacted) app.tenant=7 password_encryption=md5");
}

TEST(Redact, SettingsOfTheServer) {
    for (const char* name :
         {"primary_conninfo", "Primary_ConnInfo", "archive_command", "ssl_passphrase_command"})
        EXPECT_TRUE(setting_may_be_secret(name, "geheim")) << name;
    EXPECT_TRUE(setting_may_be_secret("application_name", "host=h password=geheim"));
    EXPECT_TRUE(setting_may_be_secret("App.JWT_Secret", "geheim"));
    for (const char* name : {"password_encryption", "ssl_key_file", "work_mem", "app.tenant"})
        EXPECT_FALSE(setting_may_be_secret(name, "1")) << name;
}

// In the order in which they stand.
TEST(Redact, ListsOfOptionsAndSettings) {
    EXPECT_EQ(redacted_options({"user=ann", "password=geheim", "a"}),
              (std::vector<std::string>{"user=ann", "password=(redacted)", "a"}));
    EXPECT_EQ(redacted_settings({"work_mem=1MB", "app.token=geheim"}),
              (std::vector<std::string>{"work_mem=1MB", "app.token=(redacted)"}));
}

TEST(Redact, ConnectionKeywords) {
    EXPECT_EQ(
        in_short(connection_document("host=h port = 5433\tuser='a n\\'n' password=geheim sslmode=require")),
        "host=h password=(redacted) port=5433 sslmode=require user=a n'n");
    EXPECT_EQ(in_short(connection_document("password='geh eim' options='-c x=geheim' sslkey=geheim host=''")),
              "host= options=(redacted) password=(redacted) sslkey=(redacted)");
    EXPECT_EQ(in_short(connection_document("password=geh\\ eim dbname=x")), "dbname=x password=(redacted)");
    EXPECT_EQ(in_short(connection_document("")), "");
}

TEST(Redact, ConnectionUris) {
    EXPECT_EQ(in_short(connection_document(
                  "postgresql://ann:geheim@h:5433,i/x?sslmode=require&sslpassword=geheim")),
              "dbname=x host=h:5433,i password=(redacted) sslmode=require sslpassword=(redacted) user=ann");
    EXPECT_EQ(in_short(connection_document("postgres://h")), "host=h");
    EXPECT_EQ(in_short(connection_document("postgres:///x")), "dbname=x");
    EXPECT_EQ(in_short(connection_document("postgres://?user=ann&password=geheim")),
              "password=(redacted) user=ann");
}

// Whatever is not understood shows nothing.
TEST(Redact, ConnectionsThatAreNone) {
    for (const char* text : {"geheim", "host=h geheim", "password='geheim", "password geheim"})
        EXPECT_EQ(in_short(connection_document(text)), redacted);
    for (const char* text : {"postgres://ann:ge@heim@h/x", "postgres://ann:ge/heim@h/x",
                             "postgres://ann:ge?heim@h/x", "host=h user=ann:geheim@h",
                             "dbname=postgres://ann:geheim@h/x", "dbname='user=ann password=geheim'"}) {
        const std::string shown = in_short(connection_document(text));
        EXPECT_EQ(shown.find("heim"), std::string::npos) << shown;
    }
}

}  // namespace
}  // namespace schemaver::core
