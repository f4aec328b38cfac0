// The changes of one object, found by whatever name it ever had, and who made them.
#pragma once

#include "core/blame.hpp"
#include "core/follow.hpp"
#include "ledger/ledger.hpp"

namespace schemaver::ledger {

// What the ledger knows of a commit, for the reader of a list.
struct CommitFacts {
    std::int64_t at = 0;  // TimestampTz
    std::string who;
    std::string source;
    std::string revision;  // in words: "001 -> 002"
    std::string message;
};

// A command of a commit.
struct CommandFacts {
    std::int32_t number = 0;
    std::string tag;
    std::vector<std::string> objects;
};

// Reads the ledger of this database, or of one that a dump has brought, as one snapshot sees it.
class HistoryReader {
  public:
    HistoryReader();
    explicit HistoryReader(std::vector<Stretch> stretches);

    // The changes of the object that was called this last, oldest first. `written` is a name as people write
    // it (core/names.hpp), `kind` may be left out. Throws Error (unknown_object) with the names like it, or
    // with the objects that it may mean.
    std::vector<core::RecordedChange> changes_of(const std::string& written,
                                                 const std::optional<std::string>& kind);

    const CommitFacts& commit(std::int64_t id);
    const std::vector<CommandFacts>& commands(std::int64_t commit);

    // The commands of the change's commit that made it, as far as the ledger tells, in words.
    std::string made_by(const core::RecordedChange& change);

    // The definition after the change, and the one before; null where there is none.
    core::Json definition(const std::string& digest);

  private:
    struct Named {
        std::string kind;
        std::string identity;
        auto operator<=>(const Named&) const = default;
    };
    using Story = std::vector<core::RecordedChange>;

    std::vector<Named> objects_named(const std::string& written, const std::optional<std::string>& kind);
    std::vector<std::string> kinds();
    std::set<std::string> schemas();
    bool is_name(const Named& name);
    std::set<Named> all_names();
    Story story_of(const Named& name);
    core::Error unknown(const std::string& written, const std::optional<std::string>& kind);

    template <typename Visit>
    void for_each_change(const char* index, const std::vector<pg::Key>& keys, Visit&& visit);
    void read_commit(std::int64_t id);

    Snapshot snapshot_;
    std::vector<Stretch> stretches_;
    std::map<std::int64_t, CommitFacts> commits_;
    std::map<std::int64_t, std::vector<CommandFacts>> commands_;
    std::map<std::string, core::Json> definitions_;
};

}  // namespace schemaver::ledger
