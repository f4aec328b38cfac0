// A point in a schema's history, found by the name that core/point.hpp takes apart.
#pragma once

#include <optional>

#include "core/model.hpp"
#include "ledger/ledger.hpp"
#include "remote/database.hpp"
#include "version/refs.hpp"

namespace schemaver::version {

struct Point {
    std::string name;                          // as it was written
    bool live = false;                         // what the catalogs hold now
    bool own = true;                           // part of this database's own history
    ledger::Position position;                 // of a commit, and where live, of the head
    std::string snapshot;                      // of a commit: the pg_snapshot under which it counts
    std::optional<core::Schema> schema;        // of a backup: what its stamp says
    std::shared_ptr<remote::Database> server;  // of another database: to be asked

    bool is_commit() const { return !live && !schema && !server; }
};

// Throws Error (unknown_point) that says what there is.
Point resolve(const std::string& text);

// What a version or baseline names, of whichever history it is.
Point point_of(const Ref& ref);

// The commit before this one in these stretches, which may be of another history; nothing: there is none.
std::optional<Point> before_commit(const std::vector<ledger::Stretch>& stretches, std::int64_t commit);

// The schema at the point, sorted. In one schema only, unless `scope` is empty: the objects that live there.
core::Schema schema_at(const Point& point, const std::optional<std::string>& scope = {});

// One object at the point; nothing: it is not there.
std::optional<core::Json> definition_at(const Point& point, const std::string& kind,
                                        const std::string& identity);

// Those of these objects, by kind and identity, that are there; read at once, and without the others.
core::Schema definitions_at(const Point& point, const std::vector<std::pair<std::string, std::string>>& keys);

}  // namespace schemaver::version
