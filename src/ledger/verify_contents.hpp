// What commits refer to: the commands of their transaction, texts, definitions.
#pragma once

#include "ledger/findings.hpp"

namespace schemaver::ledger {

// The commands, or the changes, of one commit, as the bytes that its digest covers.
class Rows {
  public:
    // In the order of their numbers. False: this row was there already, and equal ones count once.
    bool add(std::int32_t number, std::string bytes);
    std::int32_t count() const { return count_; }
    bool differing() const { return differing_; }
    const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
    std::string last_;
    std::int32_t last_number_ = 0;
    std::int32_t count_ = 0;
    bool differing_ = false;
};

class ContentCheck {
  public:
    ContentCheck(Findings& findings, std::vector<Stretch> own, Snapshot snapshot);

    // The commands of a commit's transaction; checks their texts.
    Rows commands_of(const Uuid& timeline, std::uint64_t transaction, std::int64_t commit);
    // The definition that a row of change refers to.
    void check_definition(const pg::Row& change);
    // At the end: commands that no commit has.
    void check_stray_commands();

  private:
    void check_text(const Uuid& timeline, std::int64_t commit, const std::string& digest, bool needed);
    const std::vector<Stretch>& ancestors(const Uuid& timeline);
    bool is_own(const Uuid& timeline) const;
    std::vector<std::uint64_t> transactions_of_commits(const Uuid& timeline);
    void report_stray_commands(const Uuid& timeline);

    Findings& findings_;
    std::vector<Stretch> own_;
    Snapshot snapshot_;
    std::map<Uuid, std::int64_t> commands_;  // how many the commits of each timeline have
    std::map<Uuid, std::vector<Stretch>> ancestors_;
    // Digests that have been looked up and are right, the last few thousand: many objects are alike.
    std::set<std::pair<Uuid, std::string>> right_;
};

}  // namespace schemaver::ledger
