// Chooses among the tools.
#include "books/revision.hpp"

#include "core/text.hpp"

namespace schemaver::books {

namespace {

std::vector<std::string> heads_of(const ToolBooks& books) {
    if (books.tool->group.empty()) return books.books.revisions;
    if (books.books.applied.empty()) return {};
    return {books.books.applied.back()};
}

Revision revision_from(const std::vector<const ToolBooks*>& all) {
    Revision revision;
    const ToolBooks* found = main_books(all);
    if (found == nullptr) return revision;
    revision.tool = found->tool->name;
    revision.schema = found->schema;
    revision.heads = heads_of(*found);
    revision.locked = found->locked;
    return revision;
}

}  // namespace

std::string Revision::text() const { return core::joined(heads, ", "); }

const ToolBooks* main_books(const std::vector<const ToolBooks*>& all) {
    for (const ToolBooks* one : all)
        if (one->locked || !one->books.revisions.empty() || !one->books.failed.empty()) return one;
    return all.empty() ? nullptr : all.front();
}

std::string revision_text(const ToolBooks& books) { return core::joined(heads_of(books), ", "); }

Revision current_revision(Snapshot snapshot) {
    const std::vector<ToolBooks> all = read_all_books(snapshot);
    std::vector<const ToolBooks*> list;
    for (const ToolBooks& one : all) list.push_back(&one);
    return revision_from(list);
}

Revision current_revision(const SessionBooks& books) {
    std::vector<const ToolBooks*> list;
    for (const auto& one : books) list.push_back(one.get());
    return revision_from(list);
}

}  // namespace schemaver::books
