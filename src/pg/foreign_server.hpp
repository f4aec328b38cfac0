// Foreign servers of our own wrapper, and user mappings on them, as the catalogs have them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pg/server.hpp"

namespace schemaver::pg {

// InvalidOid: the extension is not in this database, or is of a version that had none.
Oid our_wrapper();

struct ForeignServerRow {
    Oid oid = InvalidOid;
    std::string name;
    bool is_owner_superuser = false;
    bool may_use = false;              // whoever asks
    std::vector<std::string> options;  // "name=value"
};

// By name. Of our wrapper only.
std::vector<ForeignServerRow> our_servers();

// The options of the mapping for whoever asks, or that for everybody; nothing: there is none.
std::optional<std::vector<std::string>> user_mapping_options(Oid server);

}  // namespace schemaver::pg
