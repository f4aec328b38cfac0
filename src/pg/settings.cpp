// The settings that ruleutils and the output functions of constants read, and the values we read under.
#include "pg/settings.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "parser/parser.h"
#include "pgtime.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/xml.h"
}

namespace schemaver::pg {

namespace {

struct Setting {
    const char* name;
    const char* value;
    bool (*is_set)();  // to that already: mostly so, and far cheaper to ask than to set
};

bool is_text(const char* current, const char* wanted) {
    return current != nullptr && std::strcmp(current, wanted) == 0;
}

// search_path: everything outside pg_catalog comes out qualified. The rest decides how constants print.
constexpr char search_path[] = "pg_catalog, pg_temp";
constexpr std::array<Setting, 12> pinned = {
    {{"search_path", search_path, [] { return is_text(namespace_search_path, search_path); }},
     {"TimeZone", "UTC", [] { return is_text(pg_get_timezone_name(session_timezone), "UTC"); }},
     {"DateStyle", "ISO, MDY", [] { return DateStyle == USE_ISO_DATES && DateOrder == DATEORDER_MDY; }},
     {"IntervalStyle", "postgres", [] { return IntervalStyle == INTSTYLE_POSTGRES; }},
     {"bytea_output", "hex", [] { return bytea_output == BYTEA_OUTPUT_HEX; }},
     {"quote_all_identifiers", "off", [] { return !quote_all_identifiers; }},
     {"standard_conforming_strings", "on", [] { return standard_conforming_strings; }},
     {"extra_float_digits", "1", [] { return extra_float_digits == 1; }},
     {"xmlbinary", "base64", [] { return xmlbinary == XMLBINARY_BASE64; }},
     {"xmloption", "content", [] { return xmloption == XMLOPTION_CONTENT; }},
     // Its variable is declared beside headers of ICU's, which need not be there.
     {"lc_monetary", "C", [] { return is_text(GetConfigOption("lc_monetary", true, false), "C"); }},
     {"array_nulls", "on", [] { return Array_nulls; }}}};

}  // namespace

PinnedSettings::PinnedSettings() : nest_level_(call([] { return NewGUCNestLevel(); })) {
    call([] {
        for (const Setting& setting : pinned) {
            if (setting.is_set()) continue;
            (void)set_config_option(setting.name, setting.value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                                    true, 0, false);
        }
    });
}

void PinnedSettings::restore() {
    const int level = nest_level_;
    call([&] { AtEOXact_GUC(true, level); });
}

}  // namespace schemaver::pg
