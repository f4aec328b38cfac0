// Options, settings and connection strings without their secrets.
#include "core/redact.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace schemaver::core {

namespace {

using OptionPairs = std::vector<std::pair<std::string, std::string>>;

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

bool has_part(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// Short words, which stand in others too (author, pinned): only between what is no letter and no digit.
bool has_word(std::string_view text, std::string_view word) {
    const auto is_within = [&](std::size_t at) {
        return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
    };
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        if ((at == 0 || !is_within(at - 1)) && !is_within(at + word.size())) return true;
    }
    return false;
}

Json pairs_document(OptionPairs pairs) {
    std::sort(pairs.begin(), pairs.end());
    Json list = Json::array();
    for (auto& [name, value] : pairs)
        list.push_back({{"name", std::move(name)}, {"value", std::move(value)}});
    return list;
}

std::pair<std::string, std::string> split_option(const std::string& option) {
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos) return {option, ""};
    return {option.substr(0, equals), option.substr(equals + 1)};
}

bool separates_keywords(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// name = value 'quoted \'value', as libpq's conninfo_parse reads it; nullopt: it is none.
std::optional<OptionPairs> parse_connection_keywords(std::string_view text) {
    OptionPairs pairs;
    std::size_t at = 0;
    const auto skip_space = [&] {
        while (at < text.size() && separates_keywords(text[at])) ++at;
    };
    for (skip_space(); at < text.size(); skip_space()) {
        const std::size_t start = at;
        while (at < text.size() && text[at] != '=' && !separates_keywords(text[at])) ++at;
        std::string name(text.substr(start, at - start));
        skip_space();
        if (at >= text.size() || text[at] != '=') return std::nullopt;
        ++at;
        skip_space();
        const bool quoted = at < text.size() && text[at] == '\'';
        if (quoted) ++at;
        std::string value;
        while (at < text.size() && (quoted ? text[at] != '\'' : !separates_keywords(text[at]))) {
            if (text[at] == '\\' && at + 1 < text.size()) ++at;
            value += text[at++];
        }
        if (quoted && at++ >= text.size()) return std::nullopt;
        pairs.emplace_back(std::move(name), std::move(value));
    }
    return pairs;
}

// What stands before the separator; `text` is left with the rest.
std::string_view take_until(std::string_view& text, std::string_view separators) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end);
    return taken;
}

// postgresql://user:password@host:port,host:port/dbname?keyword=value&keyword=value
std::optional<OptionPairs> parse_connection_uri(std::string_view text) {
    OptionPairs pairs;
    const auto add = [&](const char* name, std::string_view value) {
        if (!value.empty()) pairs.emplace_back(name, value);
    };
    text.remove_prefix(text.find("://") + 3);
    std::string_view authority = take_until(text, "/?");
    // A password that holds a separator itself, unescaped: no telling what is what.
    if (has_part(text, "@")) return std::nullopt;
    if (const std::size_t sign = authority.rfind('@'); sign != std::string_view::npos) {
        std::string_view user = authority.substr(0, sign);
        authority.remove_prefix(sign + 1);
        add("user", take_until(user, ":"));
        add("password", user);
    }
    add("host", authority);  // with its port, as there may be several
    if (!text.empty() && text.front() == '/') {
        text.remove_prefix(1);
        add("dbname", take_until(text, "?"));
    }
    while (!text.empty()) {
        text.remove_prefix(1);
        pairs.push_back(split_option(std::string(take_until(text, "&"))));
    }
    return pairs;
}

bool is_harmless_keyword(std::string_view keyword) {
    constexpr std::array<std::string_view, 12> keywords = {
        "application_name", "channel_binding",           "connect_timeout",
        "dbname",           "fallback_application_name", "host",
        "hostaddr",         "load_balance_hosts",        "port",
        "sslmode",          "target_session_attrs",      "user"};
    return std::find(keywords.begin(), keywords.end(), keyword) != keywords.end();
}

}  // namespace

bool may_be_secret(std::string_view name, std::string_view value) {
    const std::string known = lower_case(name);
    // postgres_fdw's: whether a password has to be given
    if (known == "password_required") return false;
    for (const char* part : {"pass", "pwd", "secret", "token", "credential", "private", "authorization",
                             "bearer", "jwt", "conninfo", "connection_string", "connstr", "dsn"}) {
        if (has_part(known, part)) return true;
    }
    for (const char* word : {"pw", "pin", "auth", "otp", "cookie", "signature"}) {
        if (has_word(known, word)) return true;
    }
    if (known.ends_with("key")) return true;
    const std::string text = lower_case(value);
    if (has_part(text, "password=") || has_part(text, "pwd=")) return true;
    const std::size_t scheme = text.find("://");
    return scheme != std::string::npos && text.find('@', scheme) != std::string::npos;
}

bool setting_may_be_secret(std::string_view name, std::string_view value) {
    if (has_part(name, ".")) return may_be_secret(name, value);
    const std::string known = lower_case(name);
    // Commands, which the server gives to a shell, hold what the shell's command needs to log in.
    return known.ends_with("_command") || known == "primary_conninfo" || may_be_secret("", value);
}

std::vector<std::string> redacted_options(std::vector<std::string> options) {
    for (std::string& option : options) {
        const auto [name, value] = split_option(option);
        if (may_be_secret(name, value)) option = name + "=" + redacted;
    }
    return options;
}

std::vector<std::string> redacted_settings(std::vector<std::string> settings) {
    for (std::string& setting : settings) {
        const auto [name, value] = split_option(setting);
        if (setting_may_be_secret(name, value)) setting = name + "=" + redacted;
    }
    return settings;
}

Json options_document(const std::vector<std::string>& options) {
    OptionPairs pairs;
    for (const std::string& option : redacted_options(options)) pairs.push_back(split_option(option));
    return pairs_document(std::move(pairs));
}

Json login_document(const std::vector<std::string>& options) {
    OptionPairs pairs;
    for (const std::string& option : options) {
        auto [name, value] = split_option(option);
        const std::string known = lower_case(name);
        const bool is_shown =
            is_harmless_keyword(known) || known == "username" || known == "password_required";
        if (!is_shown || may_be_secret(name, value)) value = redacted;
        pairs.emplace_back(std::move(name), std::move(value));
    }
    return pairs_document(std::move(pairs));
}

Json settings_document(const std::vector<std::string>& settings) {
    OptionPairs pairs;
    for (const std::string& setting : redacted_settings(settings)) pairs.push_back(split_option(setting));
    return pairs_document(std::move(pairs));
}

Json connection_document(const std::string& connection) {
    const bool is_uri = connection.rfind("postgresql://", 0) == 0 || connection.rfind("postgres://", 0) == 0;
    std::optional<OptionPairs> pairs =
        is_uri ? parse_connection_uri(connection) : parse_connection_keywords(connection);
    if (!pairs) return redacted;
    for (auto& [name, value] : *pairs) {
        if (!is_harmless_keyword(name) || has_part(value, "@") || may_be_secret(name, value))
            value = redacted;
    }
    return pairs_document(*std::move(pairs));
}

}  // namespace schemaver::core
