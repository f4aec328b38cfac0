// Notes are made while commands run, and read when the commit is written.
#include "ledger/causes.hpp"

namespace schemaver::ledger {

void add_note(CauseNotes& notes, CauseNote note) {
    if (notes.empty() || notes.back().command != note.command) {
        notes.push_back(note);
    } else {
        notes.back().is_named |= note.is_named;
    }
}

void Causes::lead(catalog::Address from, const std::set<catalog::Address>& to) {
    if (to.empty()) return;
    const Cause cause = of(from, false);
    for (const catalog::Address& address : to) led_.try_emplace(address, cause.command);
}

std::optional<Cause> Causes::noted(const CauseNotes& notes, bool is_new) const {
    const CauseNote* found = nullptr;
    for (const CauseNote& note : notes) {
        if (commands_.count(note.command) == 0) continue;
        const bool is_better = found == nullptr || (note.is_named && !found->is_named);
        const bool is_later = found != nullptr && note.is_named == found->is_named && !is_new;
        if (is_better || is_later) found = &note;
    }
    if (found == nullptr) return std::nullopt;
    return Cause{found->command, !found->is_named};
}

// What no command has touched by name: of a command that names nothing, or of the only one that there was.
Cause Causes::otherwise() const {
    CauseNotes left;
    for (const CauseNote& note : unnamed_) {
        if (commands_.count(note.command) > 0) left.push_back(note);
    }
    if (left.size() == 1) return {left.front().command, false};
    if (left.empty() && commands_.size() == 1) return {*commands_.begin(), true};
    return {std::nullopt, left.empty()};
}

Cause Causes::of(catalog::Address address, bool is_new) const {
    if (const auto notes = notes_.find(address); notes != notes_.end()) {
        if (const auto cause = noted(notes->second, is_new)) return *cause;
    }
    if (earlier_.count(address) > 0) return {std::nullopt, true};
    if (const auto led = led_.find(address); led != led_.end()) return {led->second, true};
    return otherwise();
}

Cause Causes::of(const CauseNotes& notes, bool is_new) const {
    const auto cause = noted(notes, is_new);
    return cause ? *cause : otherwise();
}

}  // namespace schemaver::ledger
