// Text search parsers, templates, dictionaries and configurations. A configuration maps the parser's token
// types to the dictionaries that are asked in turn:
//
//     {"token": "asciiword", "dictionaries": ["public.ispell", "pg_catalog.simple"]}
#include "catalog/described.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_config_map.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "commands/defrem.h"
#include "nodes/parsenodes.h"
#include "tsearch/ts_cache.h"
#include "tsearch/ts_public.h"
#include "utils/syscache.h"
}

namespace schemaver::catalog {

namespace {

// The options' order means nothing, so they are sorted by name.
Json dictionary_options(const pg::Row& row) {
    std::map<std::string, std::string> sorted;
    if (const auto stored = row.datum(Anum_pg_ts_dict_dictinitoption)) {
        const Datum text = *stored;
        const List* options = pg::call([=] { return deserialize_deflist(text); });
        for (int i = 0; i < list_length(options); ++i) {
            auto* option = static_cast<DefElem*>(list_nth(options, i));
            sorted[pg::to_utf8(option->defname)] =
                pg::to_utf8(pg::call([=] { return defGetString(option); }));
        }
    }
    Json list = Json::array();
    for (const auto& [name, value] : sorted) list.push_back({{"name", name}, {"value", value}});
    return list;
}

// The names of a parser's token types, which the parser itself says.
std::map<int, std::string> token_names(Oid parser) {
    std::map<int, std::string> names;
    const LexDescr* tokens = pg::call([=]() -> const LexDescr* {
        if (!SearchSysCacheExists1(TSPARSEROID, ObjectIdGetDatum(parser))) return nullptr;
        const TSParserCacheEntry* entry = lookup_ts_parser_cache(parser);
        if (!OidIsValid(entry->lextypeOid)) return nullptr;
        return reinterpret_cast<const LexDescr*>(
            DatumGetPointer(OidFunctionCall1(entry->lextypeOid, Int32GetDatum(0))));
    });
    for (; tokens != nullptr && tokens->lexid != 0; ++tokens) {
        names[tokens->lexid] = pg::to_utf8(tokens->alias);
    }
    return names;
}

Json configuration_mappings(Reading& reading, Oid configuration, Oid parser) {
    std::map<int, std::map<int, Oid>> dictionaries;
    pg::scan(TSConfigMapRelationId, TSConfigMapIndexId,
             {{Anum_pg_ts_config_map_mapcfg, F_OIDEQ, ObjectIdGetDatum(configuration)}}, reading.snapshot(),
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_ts_config_map>();
                 dictionaries[form.maptokentype][form.mapseqno] = form.mapdict;
             });
    if (dictionaries.empty()) return Json::array();
    const std::map<int, std::string> names = token_names(parser);
    std::map<std::string, Json> mappings;
    for (const auto& [token, in_turn] : dictionaries) {
        Json list = Json::array();
        for (const auto& [number, dictionary] : in_turn) {
            list.push_back(reading.identity(TSDictionaryRelationId, dictionary));
        }
        const auto name = names.find(token);
        mappings[name == names.end() ? std::to_string(token) : name->second] = std::move(list);
    }
    Json sorted = Json::array();
    for (auto& [token, list] : mappings) {
        sorted.push_back({{"token", token}, {"dictionaries", std::move(list)}});
    }
    return sorted;
}

}  // namespace

void read_text_search_parsers(Reading& reading) {
    for_each(reading, reading.selection(TSParserRelationId), TSParserRelationId, Anum_pg_ts_parser_oid,
             TSParserOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_ts_parser>();
                 if (!reading.is_wanted(TSParserRelationId, form.oid, form.prsnamespace)) return;
                 Json structure = Json::object();
                 put_function(reading, structure, "start", form.prsstart);
                 put_function(reading, structure, "get_token", form.prstoken);
                 put_function(reading, structure, "end", form.prsend);
                 put_function(reading, structure, "headline", form.prsheadline);
                 put_function(reading, structure, "token_types", form.prslextype);
                 add_object(reading,
                            {{TSParserRelationId, form.oid},
                             "text search parser",
                             reading.qualified(form.prsnamespace, pg::to_utf8(NameStr(form.prsname))),
                             form.prsnamespace,
                             InvalidOid},
                            std::move(structure));
             });
}

void read_text_search_templates(Reading& reading) {
    for_each(reading, reading.selection(TSTemplateRelationId), TSTemplateRelationId, Anum_pg_ts_template_oid,
             TSTemplateOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_ts_template>();
                 if (!reading.is_wanted(TSTemplateRelationId, form.oid, form.tmplnamespace)) return;
                 Json structure = Json::object();
                 put_function(reading, structure, "init", form.tmplinit);
                 put_function(reading, structure, "lexize", form.tmpllexize);
                 add_object(reading,
                            {{TSTemplateRelationId, form.oid},
                             "text search template",
                             reading.qualified(form.tmplnamespace, pg::to_utf8(NameStr(form.tmplname))),
                             form.tmplnamespace,
                             InvalidOid},
                            std::move(structure));
             });
}

void read_text_search_dictionaries(Reading& reading) {
    for_each(reading, reading.selection(TSDictionaryRelationId), TSDictionaryRelationId, Anum_pg_ts_dict_oid,
             TSDictionaryOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_ts_dict>();
                 if (!reading.is_wanted(TSDictionaryRelationId, form.oid, form.dictnamespace)) return;
                 Json structure = {{"template", reading.identity(TSTemplateRelationId, form.dicttemplate)}};
                 if (Json options = dictionary_options(row); !options.empty()) {
                     structure["options"] = std::move(options);
                 }
                 add_object(reading,
                            {{TSDictionaryRelationId, form.oid},
                             "text search dictionary",
                             reading.qualified(form.dictnamespace, pg::to_utf8(NameStr(form.dictname))),
                             form.dictnamespace,
                             form.dictowner},
                            std::move(structure));
             });
}

void read_text_search_configurations(Reading& reading) {
    for_each(reading, reading.selection(TSConfigRelationId), TSConfigRelationId, Anum_pg_ts_config_oid,
             TSConfigOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_ts_config>();
                 if (!reading.is_wanted(TSConfigRelationId, form.oid, form.cfgnamespace)) return;
                 Json structure = {{"parser", reading.identity(TSParserRelationId, form.cfgparser)}};
                 if (Json mappings = configuration_mappings(reading, form.oid, form.cfgparser);
                     !mappings.empty()) {
                     structure["mappings"] = std::move(mappings);
                 }
                 add_object(reading,
                            {{TSConfigRelationId, form.oid},
                             "text search configuration",
                             reading.qualified(form.cfgnamespace, pg::to_utf8(NameStr(form.cfgname))),
                             form.cfgnamespace,
                             form.cfgowner},
                            std::move(structure));
             });
}

}  // namespace schemaver::catalog
