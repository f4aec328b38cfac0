// Backup metadata as text: written in one form, read in two.
//
// Reading is strict: it says which member of the document is wrong ("server.version_num is missing") before
// anybody acts on half a document. Members that it does not know are allowed, so a later version of this
// format can add some; they count for the digest like all others.
#include "core/metadata.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/metadata_text.hpp"
#include "core/poll.hpp"
#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr char how_to_get_metadata[] =
    "Pass the text that schemaver.stamp_backup() or schemaver.backup_metadata() returned, unchanged.";

constexpr char how_to_get_a_copy[] =
    "Use a whole and undamaged copy: in the database that was stamped, SELECT "
    "schemaver.backup_metadata(label) gives one.";

Json names_and_versions(const std::vector<Extension>& extensions) {
    Json list = Json::array();
    for (const Extension& extension : extensions)
        list.push_back({{"name", extension.name}, {"version", extension.version}});
    return list;
}

Json kinds_and_counts(const std::map<std::string, std::int64_t>& counts) {
    Json list = Json::array();
    for (const auto& [kind, count] : counts) list.push_back({{"kind", kind}, {"count", count}});
    return list;
}

Json facets_in_json(const Metadata& metadata) {
    Json facets = Json::object();
    const auto put = [&](const char* form, const std::map<std::string, std::string>& digests) {
        for (const auto& [facet, digest] : digests) facets[facet][form] = digest;
    };
    put("portable", metadata.portable_facets);
    put("exact", metadata.exact_facets);
    return facets;
}

Json row_counts_in_json(const RowCounts& counts) {
    Json tables = Json::array();
    for (const RowCount& count : counts.tables)
        tables.push_back({{"table", count.table}, {"rows", count.rows}});
    Json uncounted = Json::array();
    for (const Uncounted& table : counts.uncounted)
        uncounted.push_back({{"table", table.table}, {"reason", table.reason}});
    return {{"tables", std::move(tables)}, {"uncounted", std::move(uncounted)}};
}

std::string digest_in_words(const DigestBytes& digest) { return "sha256:" + to_hex(digest); }

// One object of the document, and where it stands there, so that a complaint can name the place.
class Reader {
  public:
    Reader(const Json& value, std::string place) : value_(value), place_(std::move(place)) {
        if (!value.is_object()) throw wrong(place_, "an object", value);
    }

    std::string text(const char* key) const {
        const Json& value = required(key);
        if (!value.is_string()) throw wrong(path(key), "a string", value);
        return value.get<std::string>();
    }

    std::int64_t number(const char* key, std::int64_t largest) const {
        const Json& value = required(key);
        const bool fits =
            value.is_number_unsigned() && value.get<std::uint64_t>() <= static_cast<std::uint64_t>(largest);
        if (!fits) throw wrong(path(key), fmt::format("a whole number from 0 to {}", largest), value);
        return value.get<std::int64_t>();
    }

    std::vector<std::string> texts(const char* key) const {
        std::vector<std::string> result;
        each(key, [&](const Json& element, const std::string& place) {
            if (!element.is_string()) throw wrong(place, "a string", element);
            result.push_back(element.get<std::string>());
        });
        return result;
    }

    Reader object(const char* key) const { return Reader{required(key), path(key)}; }

    std::vector<Reader> objects(const char* key) const {
        std::vector<Reader> result;
        each(key,
             [&](const Json& element, const std::string& place) { result.emplace_back(element, place); });
        return result;
    }

    const Json& required(const char* key) const {
        const Json* value = member(value_, key);
        if (value == nullptr)
            throw Error{sqlstate::invalid_metadata, "the backup metadata is incomplete",
                        fmt::format("The member {} is missing.", path(key)), how_to_get_metadata};
        return *value;
    }

    bool has(const char* key) const { return member(value_, key) != nullptr; }
    std::string path(const std::string& key) const { return place_.empty() ? key : place_ + "." + key; }

    static Error wrong(const std::string& place, const std::string& expected, const Json& found) {
        return Error{sqlstate::invalid_metadata, "the backup metadata is malformed",
                     fmt::format("The member {} must be {}, and is {}.", place, expected,
                                 shortened(canonical(found), 60)),
                     how_to_get_metadata};
    }

  private:
    const Json& value_;
    std::string place_;

    template <typename Visit>
    void each(const char* key, Visit visit) const {
        const Json& list = required(key);
        if (!list.is_array()) throw wrong(path(key), "an array", list);
        for (std::size_t i = 0; i < list.size(); ++i) visit(list[i], fmt::format("{}[{}]", path(key), i));
    }
};

void require_known_format(const Json& document) {
    const Json& format = Reader{document, ""}.required("format");
    if (!format.is_number_unsigned() || format == 0U)
        throw Reader::wrong("format", "a positive number", format);
    if (format.get<std::uint64_t>() > static_cast<std::uint64_t>(metadata_format))
        throw Error{
            sqlstate::metadata_format_too_new,
            fmt::format("backup metadata of format {} cannot be read here", canonical(format)),
            fmt::format("This version of schemaver reads formats up to {}; the backup was stamped by a "
                        "newer one.",
                        metadata_format),
            "Install the newer version of schemaver on this server, then run ALTER EXTENSION schemaver "
            "UPDATE;"};
}

// Whether the text itself, without its digest, has that digest: so it is of what nobody has reformatted, and
// need not be written anew to be hashed.
bool has_digest(std::string_view text, const std::string& stated) {
    const std::string member = "\"digest\":\"" + stated + "\",";
    const auto place = text.find(member);
    if (place == std::string_view::npos) return false;
    Sha256 digest;
    digest.update(text.substr(0, place));
    digest.update(text.substr(place + member.size()));
    return digest_in_words(digest.finish()) == stated;
}

void require_intact(Json& document, std::string_view text) {
    const std::string stated = Reader{document, ""}.text("digest");
    if (has_digest(trimmed(text), stated)) return;
    document.erase("digest");
    const std::string actual = digest_in_words(canonical_digest(document));
    if (stated != actual)
        throw Error{sqlstate::metadata_digest_mismatch,
                    "the backup metadata has been changed or damaged since it was written",
                    fmt::format("It states the digest {}, its content has the digest {}.",
                                shortened(stated, 80), actual),
                    how_to_get_a_copy};
}

// One object of the list, whose definition is moved out: a second copy of 10,000 tables would be noticed.
Object take_object(Json& element, const std::string& place) {
    const Reader entry{element, place};
    const Json& definition = entry.required("definition");
    if (!definition.is_object()) throw Reader::wrong(entry.path("definition"), "an object", definition);
    for (const auto& [facet, properties] : definition.items())
        if (!FacetSet{}.has(facet) || !properties.is_object())
            throw Reader::wrong(entry.path("definition"), "an object of facets", definition);
    Object object{entry.text("kind"), entry.text("identity"), entry.text("schema"), {}};
    object.definition = std::move(*element.find("definition"));
    return object;
}

Schema take_objects(Json& list) {
    if (!list.is_array()) throw Reader::wrong("objects", "an array", list);
    Schema schema;
    schema.reserve(list.size());
    for (Json& element : list) {
        poll();
        schema.push_back(take_object(element, fmt::format("objects[{}]", schema.size())));
        element = nullptr;
    }
    sort(schema);
    const auto twice =
        std::adjacent_find(schema.begin(), schema.end(), [](const Object& left, const Object& right) {
            return left.kind == right.kind && left.identity == right.identity;
        });
    if (twice != schema.end())
        throw Error{
            sqlstate::invalid_metadata, "the backup metadata is malformed",
            fmt::format("It holds {} {} twice.", shortened(twice->kind, 60), shortened(twice->identity, 200)),
            how_to_get_metadata};
    return schema;
}

void read_origin(const Reader& document, Metadata& metadata) {
    metadata.label = document.text("label");
    metadata.created_at = document.text("created_at");
    metadata.created_by = document.text("created_by");
    if (document.has("backup_file")) metadata.backup_file = document.text("backup_file");

    const Reader server = document.object("server");
    metadata.server_version = server.text("version");
    metadata.server_version_num =
        static_cast<int>(server.number("version_num", std::numeric_limits<int>::max()));
    metadata.system_identifier = server.text("system_identifier");

    const Reader database = document.object("database");
    metadata.database = database.text("name");
    metadata.encoding = database.text("encoding");
    metadata.locale_provider = database.text("locale_provider");
    metadata.collate = database.text("collate");
    metadata.ctype = database.text("ctype");
    metadata.collation_version = database.text("collation_version");
    metadata.database_size = database.number("size", std::numeric_limits<std::int64_t>::max());
}

void read_fingerprints(const Reader& fingerprint, Metadata& metadata) {
    metadata.fingerprint = fingerprint.text("portable");
    metadata.structure_fingerprint = fingerprint.text("structure");
    metadata.exact_fingerprint = fingerprint.text("exact");
    const Reader facets = fingerprint.object("facets");
    for (const char* facet : {"structure", "security", "storage", "comment"}) {
        if (!facets.has(facet)) continue;
        const Reader digests = facets.object(facet);
        metadata.portable_facets[facet] = digests.text("portable");
        metadata.exact_facets[facet] = digests.text("exact");
    }
}

RowCounts read_row_counts(const Reader& reader) {
    RowCounts counts;
    for (const Reader& entry : reader.objects("tables"))
        counts.tables.push_back(
            {entry.text("table"), entry.number("rows", std::numeric_limits<std::int64_t>::max())});
    for (const Reader& entry : reader.objects("uncounted"))
        counts.uncounted.push_back({entry.text("table"), entry.text("reason")});
    return counts;
}

void read_content(const Reader& document, Metadata& metadata) {
    constexpr auto largest = std::numeric_limits<std::int64_t>::max();
    for (const Reader& entry : document.objects("extensions"))
        metadata.extensions.push_back({entry.text("name"), entry.text("version")});
    metadata.roles = document.texts("roles");
    metadata.tablespaces = document.texts("tablespaces");

    const Reader migration = document.object("migration");
    metadata.migration = {migration.text("tool"), migration.texts("revisions"), migration.texts("history"),
                          migration.number("count", largest), migration.text("state")};
    read_fingerprints(document.object("fingerprint"), metadata);

    const Reader ledger = document.object("ledger");
    metadata.timeline = ledger.text("timeline");
    metadata.commit = ledger.number("commit", largest);
    metadata.seal = ledger.text("seal");

    for (const Reader& entry : document.objects("counts"))
        metadata.counts[entry.text("kind")] = entry.number("count", largest);
    if (document.has("row_counts")) metadata.row_counts = read_row_counts(document.object("row_counts"));
    if (document.has("left_out")) metadata.left_out = document.texts("left_out");
}

Metadata read_json(std::string_view text) {
    Json document = parse_json(text, "the backup metadata", how_to_get_a_copy);
    require_known_format(document);
    require_intact(document, text);
    Metadata metadata;
    metadata.format = static_cast<int>(document.find("format")->get<std::int64_t>());
    const Reader reader{document, ""};
    read_origin(reader, metadata);
    read_content(reader, metadata);
    if (const auto objects = document.find("objects"); objects != document.end())
        metadata.objects = take_objects(*objects);
    return metadata;
}

// The objects as an array, written one by one.
void append_objects(std::string& out, const Schema& schema) {
    out += '[';
    for (const Object& object : schema) {
        poll();
        out += out.back() == '[' ? "{\"definition\":" : ",{\"definition\":";
        out += canonical(object.definition);
        const auto put = [&](std::string_view key, std::string_view text) {
            out += ",\"";
            out += key;
            out += "\":";
            append_canonical(out, text);
        };
        put("identity", object.identity);
        put("kind", object.kind);
        put("schema", object.schema);
        out += '}';
    }
    out += ']';
}

// The document's canonical text, with the objects in their place among its other members.
std::string text_of_document(const Json& others, const Schema* objects) {
    constexpr std::string_view name_of_objects = "objects";
    std::string text = "{";
    const auto begin = [&](std::string_view key) {
        if (text.size() > 1) text += ',';
        append_canonical(text, key);
        text += ':';
    };
    const auto put_objects = [&] {
        begin(name_of_objects);
        append_objects(text, *objects);
        objects = nullptr;
    };
    for (const auto& [key, value] : others.items()) {
        if (objects != nullptr && key > name_of_objects) put_objects();
        begin(key);
        text += canonical(value);
    }
    if (objects != nullptr) put_objects();
    return text + '}';
}

}  // namespace

std::string write_metadata(const Metadata& metadata) {
    Json document = {
        {"format", metadata_format},
        {"label", metadata.label},
        {"created_at", metadata.created_at},
        {"created_by", metadata.created_by},
        {"server",
         {{"version", metadata.server_version},
          {"version_num", metadata.server_version_num},
          {"system_identifier", metadata.system_identifier}}},
        {"database",
         {{"name", metadata.database},
          {"encoding", metadata.encoding},
          {"locale_provider", metadata.locale_provider},
          {"collate", metadata.collate},
          {"ctype", metadata.ctype},
          {"collation_version", metadata.collation_version},
          {"size", metadata.database_size}}},
        {"extensions", names_and_versions(metadata.extensions)},
        {"roles", metadata.roles},
        {"tablespaces", metadata.tablespaces},
        {"migration",
         {{"tool", metadata.migration.tool},
          {"revisions", metadata.migration.revisions},
          {"history", metadata.migration.history},
          {"count", metadata.migration.count},
          {"state", metadata.migration.state}}},
        {"fingerprint",
         {{"portable", metadata.fingerprint},
          {"structure", metadata.structure_fingerprint},
          {"exact", metadata.exact_fingerprint},
          {"facets", facets_in_json(metadata)}}},
        {"ledger", {{"timeline", metadata.timeline}, {"commit", metadata.commit}, {"seal", metadata.seal}}},
        {"counts", kinds_and_counts(metadata.counts)},
    };
    if (!metadata.backup_file.empty()) document["backup_file"] = metadata.backup_file;
    if (metadata.row_counts) document["row_counts"] = row_counts_in_json(*metadata.row_counts);
    if (!metadata.left_out.empty()) document["left_out"] = metadata.left_out;
    const Schema* objects = metadata.objects ? &*metadata.objects : nullptr;
    document["digest"] = digest_in_words(sha256(text_of_document(document, objects)));
    return text_of_document(document, objects);
}

Json objects_in_json(const Schema& schema) {
    Json list = Json::array();
    for (const Object& object : schema) {
        poll();
        list.push_back({{"kind", object.kind},
                        {"identity", object.identity},
                        {"schema", object.schema},
                        {"definition", object.definition}});
    }
    return list;
}

Schema objects_from_json(Json list) { return take_objects(list); }

Metadata read_metadata(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        throw Error{sqlstate::invalid_metadata, "the backup metadata is empty", "", how_to_get_metadata};
    text.remove_prefix(first);
    if (text.front() == '{') return read_json(text);
    if (auto metadata = read_metadata_text(text)) return *std::move(metadata);
    if (Json::accept(text))
        throw Error{sqlstate::invalid_metadata, "the backup metadata must be a JSON object",
                    fmt::format("This JSON is something else: {}", shortened(text, 60)), how_to_get_metadata};
    throw Error{sqlstate::invalid_metadata,
                "the backup metadata is neither JSON nor the older form of \"key: value\" lines",
                fmt::format("A JSON object begins with \"{{\"; lines would say one of {} at least.",
                            metadata_text_keys),
                how_to_get_metadata};
}

}  // namespace schemaver::core
