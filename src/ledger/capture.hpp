// What recording a command takes, whoever noticed it: an event trigger (capture.cpp) or the utility hook
// (utility.cpp).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/pending.hpp"

namespace schemaver::ledger {

// Not on a standby, in a parallel worker, in single-user mode, during pg_upgrade, or where a setting says no.
bool is_capturing();

// This transaction's record, begun now if it has none.
Pending& recording();

// A row in schemaver.command.
void insert_command(Pending& pending, const std::string& tag, const std::vector<std::string>& objects);

// Whether a command that cannot be recorded may fail for it.
enum class Failure { as_set, only_warn };

// Runs `record`, with a snapshot, and does with an error what schemaver.on_capture_error says; only_warn: the
// command has done what no rollback undoes.
void record_or_complain(const std::string& tag, Failure failure, const std::function<void()>& record);

}  // namespace schemaver::ledger
