// history(), blame(), command_in_words().
#include "catalog/normalise.hpp"
#include "core/summary.hpp"
#include "core/text.hpp"
#include "ledger/object_history.hpp"
#include "pg/result_set.hpp"

namespace schemaver::ledger {

namespace {

// What the change did to the definition; of a new object, what it is.
std::string what_changed(const core::RecordedChange& change, HistoryReader& reader,
                         const core::Normalise& normalise) {
    const core::Json after = reader.definition(change.digest_after);
    if (after.is_null()) return "";
    const core::Json before = reader.definition(change.digest_before);
    if (before.is_null()) return core::on_one_line(after);
    return core::change_in_words({change.kind, change.identity, "", before},
                                 {change.kind, change.identity, "", after}, normalise);
}

std::set<std::string> names_given(HistoryReader& reader, std::int64_t commit) {
    std::set<std::string> names;
    for (const CommandFacts& command : reader.commands(commit))
        names.merge(core::names_given_by(command.tag, command.objects));
    return names;
}

}  // namespace

// history(identity text, kind text)
SCHEMAVER_FUNCTION(schemaver_history)(pg::Arguments arguments) {
    const std::string identity = arguments.required_text(0, "identity");
    HistoryReader reader;
    catalog::Normaliser normaliser;
    const core::Normalise normalise = [&](const std::string& sql) { return normaliser(sql); };
    const auto changes = reader.changes_of(identity, arguments.optional_text(1));
    pg::ResultSet rows(arguments);
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
        pg::check_for_interrupts();
        const CommitFacts& commit = reader.commit(change->commit);
        rows.add({Int64GetDatum(change->commit), TimestampTzGetDatum(commit.at), pg::text_datum(commit.who),
                  pg::text_datum(change->change), pg::text_datum(change->kind + " " + change->identity),
                  pg::text_or_null(change->former_identity), pg::text_or_null(reader.made_by(*change)),
                  BoolGetDatum(change->is_consequence),
                  pg::text_or_null(what_changed(*change, reader, normalise)),
                  pg::text_or_null(commit.revision), pg::text_or_null(commit.message)});
    }
    return rows.done();
}

// blame(identity text, kind text)
SCHEMAVER_FUNCTION(schemaver_blame)(pg::Arguments arguments) {
    const std::string identity = arguments.required_text(0, "identity");
    HistoryReader reader;
    catalog::Normaliser normaliser;
    const auto changes = reader.changes_of(identity, arguments.optional_text(1));
    const core::RecordedChange& last = changes.back();
    if (last.change == "removed") {
        throw core::Error(core::sqlstate::unknown_object,
                          fmt::format("there is no {} {} any more", last.kind, last.identity),
                          fmt::format("Commit {} removed it.", last.commit),
                          fmt::format("SELECT * FROM schemaver.history({}) shows what it was.",
                                      core::quote_literal(identity)));
    }
    std::vector<core::Version> versions;
    for (const core::RecordedChange& change : changes)
        versions.push_back({reader.definition(change.digest_after), names_given(reader, change.commit)});
    pg::ResultSet rows(arguments);
    for (const core::Blamed& blamed :
         core::blame(versions, [&](const std::string& sql) { return normaliser(sql); })) {
        const core::RecordedChange& change = changes[blamed.changed];
        const CommitFacts& commit = reader.commit(change.commit);
        rows.add({pg::text_datum(blamed.element.words), pg::text_datum(core::in_words(blamed.element)),
                  Int64GetDatum(change.commit), TimestampTzGetDatum(commit.at), pg::text_datum(commit.who),
                  pg::text_datum(blamed.former.empty() ? blamed.change : "renamed from " + blamed.former),
                  Int64GetDatum(changes[blamed.since].commit), pg::text_or_null(reader.made_by(change)),
                  pg::text_or_null(commit.revision), pg::text_or_null(commit.message)});
    }
    return rows.done();
}

// command_in_words(tag text, objects text[])
SCHEMAVER_FUNCTION(schemaver_command_in_words)(pg::Arguments arguments) {
    const auto objects = arguments.text_array(1);
    return {pg::text_datum(core::command_in_words(arguments.required_text(0, "tag"),
                                                  objects.value_or(std::vector<std::string>())))};
}

}  // namespace schemaver::ledger
