// Another database that has schemaver, asked over one connection in one read-only transaction, so that all it
// answers is of one moment. The connection ends with the last copy of whoever holds it.
//
//     Database staging("staging");
//     staging.fingerprint();                 // as fingerprint() there says
//     staging.definitions({{"table", "public.people"}});
#pragma once

#include "remote/session.hpp"

namespace schemaver::remote {

class Database {
  public:
    using Key = std::pair<std::string, std::string>;  // kind, identity

    // Connects. Throws Error; see docs/errors.md, SV040 to SV047.
    explicit Database(const std::string& server);

    // The arguments of schemaver.fingerprint() and objects(), as they are to be passed on.
    std::string fingerprint(const std::optional<std::string>& scope = {},
                            const std::optional<std::vector<std::string>>& facets = {}, bool exact = false);
    std::vector<core::ListedObject> objects(const std::optional<std::string>& scope);
    // The same of everything, asked for once.
    const std::vector<core::ListedObject>& listing();
    core::Schema everything();
    // Those of these that are there. Each is asked for once.
    core::Schema definitions(const std::vector<Key>& keys);
    std::optional<core::Json> definition(const std::string& kind, const std::string& identity);

  private:
    Session session_;
    std::optional<std::vector<core::ListedObject>> listing_;
    std::map<Key, std::optional<core::Object>> known_;
};

// What each connection is asked first: a transaction, settings, and which schemaver there is, the answer for
// core::require_schemaver(). For servers asked by the dozen, which go through the same steps at once.
std::string opening_question(int timeout);
extern const char fingerprint_question[];
std::vector<std::optional<std::string>> fingerprint_arguments(
    const std::optional<std::string>& scope, const std::optional<std::vector<std::string>>& facets,
    bool exact);

}  // namespace schemaver::remote
