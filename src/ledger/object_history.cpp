// By index: the kinds and schemas that there are, the changes of a name, those of an address, and so on until
// no name and no address is new. Only a name that is not found in this way, such as a function's without its
// arguments, is looked for among all names.
#include "ledger/object_history.hpp"

#include <algorithm>

#include "core/names.hpp"
#include "core/nearest.hpp"
#include "core/summary.hpp"
#include "core/text.hpp"
#include "ledger/checkpoints.hpp"
#include "ledger/columns.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace schemaver::ledger {

namespace {

constexpr std::size_t most_meanings = 20;  // that are looked into, and listed
constexpr std::size_t most_commands = 3;   // that are named

core::RecordedChange recorded_change(const pg::Row& row) {
    const auto bytes = [&](AttrNumber column) {
        const auto value = row.datum(column);
        return value ? pg::bytes_from_datum(*value) : std::string();
    };
    core::RecordedChange change;
    change.commit = DatumGetInt64(*row.datum(change_commit));
    change.number = DatumGetInt32(*row.datum(change_number));
    change.change = row.text(change_change);
    change.kind = row.text(change_kind);
    change.identity = row.text(change_identity);
    change.former_identity = row.text(change_former_identity);
    change.address = {row.oid(change_catalog), row.oid(change_object)};
    change.digest_before = bytes(change_digest_before);
    change.digest_after = bytes(change_digest_after);
    if (const auto command = row.datum(change_command)) change.command = DatumGetInt32(*command);
    if (const auto consequence = row.datum(change_consequence))
        change.is_consequence = DatumGetBool(*consequence);
    return change;
}

// Whether a command's list of objects has this one or a part of it.
bool names_object(const std::vector<std::string>& objects, const core::RecordedChange& change) {
    return std::any_of(objects.begin(), objects.end(), [&](const std::string& object) {
        return object == change.kind + " " + change.identity ||
               object.starts_with(change.kind + " column " + change.identity + ".") ||
               (object.starts_with(change.kind + " constraint ") &&
                object.ends_with(" on " + change.identity));
    });
}

std::string list_of(const std::vector<std::string>& words) {
    const std::size_t shown = std::min(words.size(), most_commands);
    std::string list =
        core::joined({words.begin(), words.begin() + static_cast<std::ptrdiff_t>(shown)}, ", ");
    if (words.size() > shown) list += fmt::format(", {} more", words.size() - shown);
    return list;
}

}  // namespace

HistoryReader::HistoryReader() {
    snapshot_ = pg::call([] { return GetActiveSnapshot(); });
    stretches_ = lineage(snapshot_).stretches;
}

HistoryReader::HistoryReader(std::vector<Stretch> stretches) : stretches_(std::move(stretches)) {
    snapshot_ = pg::call([] { return GetActiveSnapshot(); });
}

// Keys without the timeline, which comes first in every index.
template <typename Visit>
void HistoryReader::for_each_change(const char* index, const std::vector<pg::Key>& keys, Visit&& visit) {
    for (const Stretch& stretch : stretches_) {
        std::vector<pg::Key> all = {{change_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)}};
        all.insert(all.end(), keys.begin(), keys.end());
        pg::scan(pg::our_relation("change"), pg::our_relation(index), all, snapshot_,
                 [&](const pg::Row& row) {
                     if (DatumGetInt64(*row.datum(change_commit)) > stretch.until) return true;
                     return visit(row);
                 });
    }
}

// From one to the next, without reading what lies between.
std::vector<std::string> HistoryReader::kinds() {
    std::vector<std::string> found;
    for (std::string last;;) {
        std::string next;
        for_each_change("change_identity",
                        {{change_kind, F_TEXT_GT, pg::text_datum(last), BTGreaterStrategyNumber}},
                        [&](const pg::Row& row) {
                            const std::string kind = row.text(change_kind);
                            if (next.empty() || kind < next) next = kind;
                            return false;
                        });
        if (next.empty()) return found;
        found.push_back(next);
        last = next;
    }
}

std::set<std::string> HistoryReader::schemas() {
    std::set<std::string> found;
    for_each_change("change_identity", {{change_kind, F_TEXTEQ, pg::text_datum("schema")}},
                    [&](const pg::Row& row) {
                        found.insert(row.text(change_identity));
                        return true;
                    });
    return found;
}

bool HistoryReader::is_name(const Named& name) {
    bool found = false;
    for_each_change("change_identity",
                    {{change_kind, F_TEXTEQ, pg::text_datum(name.kind)},
                     {change_identity, F_TEXTEQ, pg::text_datum(name.identity)}},
                    [&](const pg::Row&) {
                        found = true;
                        return false;
                    });
    return found;
}

std::set<HistoryReader::Named> HistoryReader::all_names() {
    std::set<Named> names;
    for_each_change("change_key", {}, [&](const pg::Row& row) {
        names.insert({row.text(change_kind), row.text(change_identity)});
        return true;
    });
    return names;
}

std::vector<HistoryReader::Named> HistoryReader::objects_named(const std::string& written,
                                                               const std::optional<std::string>& kind) {
    std::set<std::string> spellings = {written, core::as_identity(written)};
    if (core::is_unqualified(written)) {
        for (const std::string& schema : schemas())
            spellings.insert(schema + "." + core::as_identity(written));
    }
    std::vector<Named> found;
    for (const std::string& one_kind : kind ? std::vector<std::string>{*kind} : kinds()) {
        for (const std::string& identity : spellings) {
            if (is_name({one_kind, identity})) found.push_back({one_kind, identity});
        }
    }
    if (!found.empty()) return found;
    for (const Named& name : all_names()) {
        if ((!kind || *kind == name.kind) && core::may_mean(written, name.identity)) found.push_back(name);
    }
    return found;
}

HistoryReader::Story HistoryReader::story_of(const Named& name) {
    Story all;
    std::set<std::string> identities = {""};  // most changes have no former one
    std::set<std::pair<std::uint32_t, std::uint32_t>> addresses;
    const pg::Key kind{change_kind, F_TEXTEQ, pg::text_datum(name.kind)};
    std::vector<std::string> to_read = {name.identity};
    while (!to_read.empty()) {
        const std::string identity = to_read.back();
        to_read.pop_back();
        if (!identities.insert(identity).second) continue;
        Story named;
        for_each_change("change_identity", {kind, {change_identity, F_TEXTEQ, pg::text_datum(identity)}},
                        [&](const pg::Row& row) {
                            named.push_back(recorded_change(row));
                            return true;
                        });
        for (const core::RecordedChange& change : named) {
            if (!addresses.insert(change.address).second) continue;
            for_each_change("change_object",
                            {{change_catalog, F_OIDEQ, ObjectIdGetDatum(change.address.first)},
                             {change_object, F_OIDEQ, ObjectIdGetDatum(change.address.second)}},
                            [&](const pg::Row& row) {
                                if (row.text(change_kind) != name.kind) return true;
                                all.push_back(recorded_change(row));
                                to_read.push_back(all.back().identity);
                                to_read.push_back(all.back().former_identity);
                                return true;
                            });
        }
    }
    core::put_in_order(all);
    Story story;
    for (const std::size_t place : core::follow(all, name.identity)) story.push_back(all[place]);
    return story;
}

std::vector<core::RecordedChange> HistoryReader::changes_of(const std::string& written,
                                                            const std::optional<std::string>& kind) {
    const std::vector<Named> names = objects_named(written, kind);
    if (names.empty()) throw unknown(written, kind);
    // Two names of one object are one story.
    std::map<std::pair<std::int64_t, std::int32_t>, Story> stories;
    for (const Named& name : names) {
        if (stories.size() > most_meanings) break;
        Story story = story_of(name);
        stories.emplace(std::pair(story.back().commit, story.back().number), std::move(story));
    }
    std::vector<std::string> meanings;
    std::vector<const Story*> living;
    for (const auto& [end, story] : stories) {
        const core::RecordedChange& last = story.back();
        meanings.push_back(last.kind + " " + last.identity);
        const bool is_called_that = core::may_mean(written, last.identity);
        if (last.change != "removed" && is_called_that) living.push_back(&story);
    }
    if (stories.size() == 1) return stories.begin()->second;
    if (living.size() == 1) return *living.front();
    throw core::Error(core::sqlstate::unknown_object, fmt::format("\"{}\" may mean several objects", written),
                      "They are or were " + core::in_a_sentence(meanings) +
                          (meanings.size() > most_meanings ? ", and more." : "."),
                      "Write the name with its schema, or say which kind you mean: kind => 'table'.");
}

core::Error HistoryReader::unknown(const std::string& written, const std::optional<std::string>& kind) {
    std::map<std::string, std::set<std::string>> by_spelling;
    for (const Named& name : all_names()) {
        if (kind && *kind != name.kind) continue;
        by_spelling[name.identity].insert(name.kind + " " + name.identity);
        by_spelling[core::bare_name(name.identity)].insert(name.kind + " " + name.identity);
    }
    std::vector<std::string> spellings;
    for (const auto& [spelling, objects] : by_spelling) spellings.push_back(spelling);
    std::vector<std::string> like_it;
    for (const std::string& spelling : core::nearest(written, spellings)) {
        for (const std::string& object : by_spelling[spelling]) {
            if (!core::contains(like_it, object) && like_it.size() < most_commands) like_it.push_back(object);
        }
    }
    return {core::sqlstate::unknown_object,
            fmt::format("the ledger has no {} \"{}\"", kind.value_or("object"), written),
            like_it.empty() ? "" : "Names like it: " + core::in_a_sentence(like_it) + ".",
            "SELECT DISTINCT kind, identity FROM schemaver.changes lists the names."};
}

const CommitFacts& HistoryReader::commit(std::int64_t id) {
    if (commits_.count(id) == 0) read_commit(id);
    return commits_[id];
}

const std::vector<CommandFacts>& HistoryReader::commands(std::int64_t commit) {
    if (commits_.count(commit) == 0) read_commit(commit);
    return commands_[commit];
}

void HistoryReader::read_commit(std::int64_t id) {
    CommitFacts& facts = commits_[id];
    std::vector<CommandFacts>& commands = commands_[id];
    for (const Stretch& stretch : stretches_) {
        if (id > stretch.until) continue;
        std::optional<Datum> transaction;
        const Datum timeline = pg::uuid_datum(stretch.timeline);
        pg::scan(pg::our_relation("commit"), pg::our_relation("commit_key"),
                 {{commit_timeline, F_UUID_EQ, timeline}, {commit_id, F_INT8EQ, Int64GetDatum(id)}},
                 snapshot_, [&](const pg::Row& row) {
                     facts = {
                         DatumGetInt64(*row.datum(commit_at)), row.text(commit_user), row.text(commit_source),
                         core::from_to(row.text(commit_revision_before), row.text(commit_revision_after)),
                         row.text(commit_message)};
                     transaction = row.datum(commit_transaction);
                     return false;
                 });
        if (!transaction) continue;
        if (facts.source != "ddl") return;
        std::map<std::int32_t, CommandFacts> by_number;  // a dump that was loaded twice has each twice
        pg::scan(pg::our_relation("command"), pg::our_relation("command_key"),
                 {{command_timeline, F_UUID_EQ, timeline}, {command_transaction, F_XID8EQ, *transaction}},
                 snapshot_, [&](const pg::Row& row) {
                     const std::int32_t number = DatumGetInt32(*row.datum(command_number));
                     by_number[number] = {number, row.text(command_tag), row.text_array(command_objects)};
                 });
        for (auto& [number, command] : by_number) commands.push_back(std::move(command));
        return;
    }
}

// The one that the ledger names, and those that name the object. A consequence of no command that is known
// was left over from an earlier commit.
std::string HistoryReader::made_by(const core::RecordedChange& change) {
    const std::string& source = commit(change.commit).source;
    if (source == "install") return "the schema as it was";
    if (source == "copy") return "the schema as it was copied";
    if (source == "uncaptured") return "changed past the ledger";
    if (source == checkpoint_source) return "before a checkpoint";
    const auto& all = commands(change.commit);
    std::vector<std::string> words;
    for (const CommandFacts& command : all) {
        const bool is_it = change.command == command.number || names_object(command.objects, change);
        const std::string text = core::command_in_words(command.tag, command.objects);
        if (is_it && !core::contains(words, text)) words.push_back(text);
    }
    return list_of(words);
}

core::Json HistoryReader::definition(const std::string& digest) {
    if (digest.empty()) return nullptr;
    auto place = definitions_.find(digest);
    if (place == definitions_.end())
        place = definitions_.emplace(digest, load_definition(stretches_, digest, snapshot_)).first;
    return place->second;
}

}  // namespace schemaver::ledger
