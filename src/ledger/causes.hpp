// Which command of a transaction a change of an object comes from, and whether it named the object.
//
// Example: ALTER TABLE people RENAME TO persons is the first command, and COMMENT ON VIEW everybody the
// second. The table was renamed by the first, which names it. The index people_pkey has another definition as
// a consequence of the first. The view was changed by both; the second one names it, so it counts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "catalog/catalog.hpp"

namespace schemaver::ledger {

struct Cause {
    std::optional<std::int32_t> command;  // nothing: it is not known which of them
    bool is_consequence = false;          // the command is about something else
};

// That a command touched something.
struct CauseNote {
    std::int32_t command;
    bool is_named;
};
using CauseNotes = std::vector<CauseNote>;

void add_note(CauseNotes& notes, CauseNote note);

class Causes {
  public:
    void note(catalog::Address address, CauseNote note) { add_note(notes_[address], note); }
    // The command touched objects that its event does not name: GRANT ... ON ALL TABLES IN SCHEMA.
    void note_unnamed(std::int32_t command) { add_note(unnamed_, {command, true}); }

    // At the end: the commands that no savepoint has undone.
    void keep(std::set<std::int32_t> commands) { commands_ = std::move(commands); }
    // What was left over from an earlier commit has no command in this one.
    void leave_out(const std::set<catalog::Address>& addresses) { earlier_ = addresses; }
    // `to` is looked at because `from` has changed.
    void lead(catalog::Address from, const std::set<catalog::Address>& to);

    // A new object comes from the first command that names it, any other change from the last one.
    Cause of(catalog::Address address, bool is_new) const;
    Cause of(const CauseNotes& notes, bool is_new) const;

  private:
    std::optional<Cause> noted(const CauseNotes& notes, bool is_new) const;
    Cause otherwise() const;

    std::map<catalog::Address, CauseNotes> notes_;
    CauseNotes unnamed_;
    std::set<std::int32_t> commands_;
    std::set<catalog::Address> earlier_;
    std::map<catalog::Address, std::optional<std::int32_t>> led_;
};

}  // namespace schemaver::ledger
