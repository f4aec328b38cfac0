// The settings that ruleutils and the output functions of constants read, and the values we read under.
#include "pg/settings.hpp"

namespace schemaver::pg {

namespace {

struct Setting {
    const char* name;
    const char* value;
};

// search_path: everything outside pg_catalog comes out qualified. The rest decides how constants print.
constexpr std::array<Setting, 12> pinned = {{{"search_path", "pg_catalog, pg_temp"},
                                             {"TimeZone", "UTC"},
                                             {"DateStyle", "ISO, MDY"},
                                             {"IntervalStyle", "postgres"},
                                             {"bytea_output", "hex"},
                                             {"quote_all_identifiers", "off"},
                                             {"standard_conforming_strings", "on"},
                                             {"extra_float_digits", "1"},
                                             {"xmlbinary", "base64"},
                                             {"xmloption", "content"},
                                             {"lc_monetary", "C"},
                                             {"array_nulls", "on"}}};

}  // namespace

PinnedSettings::PinnedSettings() : nest_level_(call([] { return NewGUCNestLevel(); })) {
    call([] {
        for (const Setting& setting : pinned) {
            const char* current = GetConfigOption(setting.name, true, false);
            if (current != nullptr && std::strcmp(current, setting.value) == 0) continue;
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
