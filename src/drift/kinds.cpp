// What workers can do.
#include "drift/kinds.hpp"

#include <algorithm>

#include "catalog/live.hpp"
#include "core/text.hpp"
#include "drift/check.hpp"
#include "drift/steps.hpp"
#include "ledger/seals.hpp"
#include "pg/query.hpp"
#include "pg/worker.hpp"

extern "C" {
#include "storage/lmgr.h"
}

namespace schemaver::drift {

namespace {

std::optional<std::string> single_value_in_a_step(const char* sql,
                                                  const std::vector<std::optional<std::string>>& arguments) {
    std::optional<std::string> value;
    step([&] { value = pg::single_value(sql, arguments); });
    return value;
}

std::optional<ledger::LastSeal> last_seal() {
    return ledger::last_seal(ledger::lineage(pg::latest_committed()).stretches, pg::latest_committed());
}

// Somebody else is sealing, or the table is being vacuumed: what there is to seal then waits for the next
// run.
std::optional<std::string> seal(const core::Json&, const core::Every&) {
    std::optional<ledger::LastSeal> made;
    step([&] {
        const Oid seals = pg::our_relation("seal");
        made.reset();
        if (!pg::call([=] { return ConditionalLockRelationOid(seals, ShareUpdateExclusiveLock); })) return;
        const auto before = last_seal();
        const auto digest = pg::single_value("SELECT schemaver.seal()", {});
        auto after = last_seal();
        const bool is_new = digest && after && !(before && before->seal.digest == after->seal.digest);
        if (is_new) made = std::move(after);
    });
    if (!made) return std::nullopt;
    return fmt::format("sealed {}, seal {}",
                       core::counted(static_cast<std::size_t>(made->seal.commits), "commit"),
                       made->seal.number);
}

// The session keeps what is made here, and what runs afterwards looks at what has changed since.
void read_schema() {
    step(catalog::read_live);
    catalog::hash_live();
}

std::optional<std::string> check_drift(const core::Json& options, const core::Every&) {
    std::optional<std::string> baseline;
    if (options.contains("baseline")) baseline = options.at("baseline").get<std::string>();
    read_schema();
    Elsewhere elsewhere;
    if (is_elsewhere(baseline)) step([&] { ask_elsewhere(elsewhere, *baseline, pg::without_snapshot); });
    Survey survey;
    step([&] { survey.read(baseline); });
    survey.hash();
    std::int64_t count = 0;
    step([&] { count = find_drift(baseline, is_elsewhere(baseline) ? &elsewhere : nullptr, survey); });
    if (count == 0) return std::nullopt;
    return core::counted(static_cast<std::size_t>(count), "new difference");
}

bool is_daily(const core::Every& every) {
    return every.months == 0 && every.days * core::one_day + every.microseconds <= core::one_day;
}

std::optional<std::string> snapshot(const core::Json&, const core::Every& every) {
    read_schema();
    return single_value_in_a_step("SELECT schemaver.snapshot($1::boolean)",
                                  {is_daily(every) ? "true" : "false"});
}

std::optional<std::string> prune(const core::Json&, const core::Every&) {
    const auto count = single_value_in_a_step("SELECT schemaver.prune()", {});
    if (!count || *count == "0") return std::nullopt;
    return "removed " + core::counted(std::stoull(*count), "row");
}

constexpr Kind kinds[] = {
    {"seal", "schemaver.seal()", seal, ledger::has_unsealed_commits, {}},
    {"check_drift", "schemaver.find_drift(text)", check_drift, nullptr, {"baseline"}},
    {"snapshot", "schemaver.snapshot(boolean)", snapshot, nullptr, {}},
    {"prune", "schemaver.prune()", prune, nullptr, {}},
};

bool is_text_option(std::string_view name) { return name == "baseline"; }

}  // namespace

std::string_view kind_name(std::string_view job) { return job.substr(0, job.find(':')); }

const Kind* find_kind(std::string_view job) {
    const auto* found = std::find_if(std::begin(kinds), std::end(kinds),
                                     [&](const Kind& kind) { return kind.name == kind_name(job); });
    return found == std::end(kinds) ? nullptr : found;
}

const Kind& require_kind(std::string_view job) {
    const Kind* kind = find_kind(job);
    if (kind == nullptr || job.ends_with(':')) {
        std::vector<std::string> there;
        for (const Kind& each : kinds) {
            if (pg::has_function(each.function)) there.emplace_back(each.name);
        }
        throw core::Error(
            core::sqlstate::invalid_argument, fmt::format("there is no job \"{}\"", job),
            fmt::format("Jobs are {}.", core::in_a_sentence(there)),
            "Where there are to be several of one kind, write a name behind a colon: 'seal:nightly'.");
    }
    if (!pg::has_function(kind->function)) {
        throw core::Error(
            core::sqlstate::library_mismatch,
            fmt::format("there is no function {} for the job \"{}\"", kind->function, job),
            "The extension's SQL objects in this database are of another version than the library.",
            "Run ALTER EXTENSION schemaver UPDATE.");
    }
    return *kind;
}

void require_options(const Kind& kind, const core::Json& options) {
    std::vector<std::string> known = {"paused"};
    for (const char* name : kind.options) {
        if (name != nullptr) known.emplace_back(name);
    }
    const auto refuse = [&](const std::string& message) {
        throw core::Error(core::sqlstate::invalid_argument, message,
                          fmt::format("Options of {} are {}.", kind.name, core::in_a_sentence(known)),
                          R"(Write {"paused": true}.)");
    };
    if (!options.is_object()) refuse("options must be a JSON object");
    for (const auto& [name, value] : options.items()) {
        if (!core::contains(known, name)) refuse(fmt::format("{} has no option \"{}\"", kind.name, name));
        if (is_text_option(name) ? !value.is_string() : !value.is_boolean())
            refuse(fmt::format("option \"{}\" must be {}", name,
                               is_text_option(name) ? "text" : "true or false"));
    }
}

}  // namespace schemaver::drift
