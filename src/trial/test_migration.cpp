// test_migration(up, down) and test_migrations(chain): does the schema come back, and what does the way cost
// in data?
//
// All scripts run in one trial. Before each the schema is known, so each downgrade is compared with what its
// upgrade found, and what is run once more with what it gave the first time.
#include <algorithm>

#include "books/tables.hpp"
#include "core/text.hpp"
#include "pg/result_set.hpp"
#include "trial/arguments.hpp"
#include "trial/watch.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
}

namespace schemaver::trial {

namespace {

struct Migration {
    Parsed up;
    Parsed down;
};

struct Finding {
    int step = 0;  // 0: of the whole chain
    std::string phase;
    std::string finding;
    std::string object;
    std::string detail;
    std::optional<std::int64_t> rows;
    std::optional<int> number;
    std::string sqlstate;
    std::optional<int> position;
};

class ChainTest {
  public:
    ChainTest(std::vector<Migration> migrations, const Limits& limits)
        : migrations_(std::move(migrations)), trial_(limits) {}

    std::vector<Finding> run(bool again) {
        if (!does_parse()) return std::move(findings_);
        const bool is_complete = trial_.run([&] {
            watched().losses = &seen_;
            counters_.emplace();
            states_.push_back(trial_.first());
            for (std::size_t i = 0; i < migrations_.size(); ++i) up(i, "up");
            for (std::size_t i = migrations_.size(); i-- > 0;) down(i);
            for (std::size_t i = 0; again && i < migrations_.size(); ++i) up(i, "up again");
        });
        if (!is_complete) tell_failure();
        for (const std::string& note : trial_.notes()) add(0, "", "note").detail = note;
        verdict(is_complete);
        return std::move(findings_);
    }

  private:
    std::vector<Migration> migrations_;
    Trial trial_;
    std::vector<SchemaState> states_;  // before the first upgrade, and behind each
    LossesSeen seen_;
    std::optional<RowCounters> counters_;
    std::vector<Finding> findings_;
    std::size_t step_ = 0;
    std::string phase_;
    std::size_t differences_ = 0;
    std::set<std::string> told_;
    bool has_loss_ = false;

    Finding& add(std::size_t step, const std::string& phase, const std::string& finding) {
        findings_.push_back({static_cast<int>(step), phase, finding, "", "", {}, {}, "", {}});
        return findings_.back();
    }

    bool does_parse() {
        for (std::size_t i = 0; i < migrations_.size(); ++i) {
            for (const auto& [parsed, phase] :
                 {std::pair(&migrations_[i].up, "up"), {&migrations_[i].down, "down"}}) {
                if (parsed->script) continue;
                Finding& finding = add(i + 1, phase, "error");
                finding.detail = parsed->failure.message;
                finding.sqlstate = parsed->failure.sqlstate;
                finding.position = parsed->failure.position;
            }
        }
        if (findings_.empty()) return true;
        verdict(false);
        return false;
    }

    void execute(std::size_t step, const std::string& phase, const Script& script) {
        step_ = step;
        phase_ = phase;
        seen_.losses.clear();
        const std::set<Oid> made_before = seen_.new_tables;
        trial_.execute(script, false);
        trial_.check_deferred();
        counters_->look(seen_, tables_of_no_loss(made_before));
        trial_.defer_again();
        trial_.now();
        const std::vector<Tried> tried = trial_.take_tried();
        const auto count =
            std::count_if(tried.begin(), tried.end(), [](const Tried& one) { return one.outcome == "ok"; });
        double milliseconds = 0;
        for (const Tried& one : tried) milliseconds += one.milliseconds;
        add(step, phase, "ran").detail = fmt::format(
            "{} in {:.1f} ms", core::counted(static_cast<std::size_t>(count), "statement"), milliseconds);
        tell_losses();
    }

    // What this script has made and filled itself, and the tables in which migration tools keep their books.
    std::set<Oid> tables_of_no_loss(const std::set<Oid>& made_before) const {
        std::set<Oid> tables;
        std::set_difference(seen_.new_tables.begin(), seen_.new_tables.end(), made_before.begin(),
                            made_before.end(), std::inserter(tables, tables.end()));
        for (const books::BookTable& one : books::find_tables(books::all_tools(books::described_tools())))
            tables.insert(one.table);
        return tables;
    }

    void tell_losses() {
        for (const Loss& loss : seen_.losses) {
            Finding& finding = add(step_, phase_, loss.finding);
            finding.object = "table " + loss.table;
            finding.detail = loss.what;
            finding.rows = loss.count;
            has_loss_ |= loss.count > 0 && !loss.is_own;
        }
    }

    void tell_differences(const std::string& finding, const SchemaState& wanted) {
        for (const core::Difference& difference : differences(wanted, trial_.now(), watched().new_names)) {
            const std::string line = in_one_line(difference);
            // What one downgrade leaves behind is there at all steps below it, too.
            if (!told_.insert(finding + line).second) continue;
            ++differences_;
            Finding& row = add(step_, phase_, finding);
            row.object = difference.kind + " " + difference.identity;
            row.detail = line.substr(std::min(line.size(), row.object.size()));
            row.detail.erase(0, row.detail.find_first_not_of(": "));
        }
    }

    void up(std::size_t i, const std::string& phase) {
        execute(i + 1, phase, *migrations_[i].up.script);
        if (phase == "up")
            states_.push_back(trial_.now());
        else
            tell_differences("differs from the first time", states_[i + 1]);
    }

    void down(std::size_t i) {
        execute(i + 1, "down", *migrations_[i].down.script);
        tell_differences("not restored", states_[i]);
    }

    // The statement that failed is the last one but those that have not run.
    void tell_failure() {
        for (const Tried& tried : trial_.take_tried()) {
            if (!tried.failure) continue;
            Finding& finding = add(step_, phase_, "error");
            finding.object = tried.text;
            finding.detail =
                core::joined(core::trimmed(tried.failure->detail).empty()
                                 ? std::vector<std::string>{tried.failure->message}
                                 : std::vector<std::string>{tried.failure->message, tried.failure->detail},
                             ". ");
            finding.sqlstate = tried.failure->sqlstate;
            finding.position = tried.failure->position;
            finding.number = tried.number;
        }
    }

    void verdict(bool is_complete) {
        if (!is_complete)
            add(0, "", "failed").detail = "a script did not run to its end";
        else if (differences_ > 0)
            add(0, "", "not reversible").detail = core::counted(differences_, "difference");
        else
            add(0, "", "reversible").detail =
                fmt::format("the schema came back{}{}", migrations_.size() == 1 ? "" : " at each step",
                            has_loss_ ? ", but rows or values were lost or changed" : "");
    }
};

pg::Value number_or_null(std::optional<int> number) {
    return number ? pg::Value(Int32GetDatum(*number)) : pg::Value();
}

std::vector<pg::Value> row_of(const Finding& finding) {
    return {pg::text_or_null(finding.phase),
            pg::text_datum(finding.finding),
            pg::text_or_null(finding.object),
            pg::text_or_null(finding.detail),
            finding.rows ? pg::Value(Int64GetDatum(*finding.rows)) : pg::Value(),
            number_or_null(finding.number),
            pg::text_or_null(finding.sqlstate),
            number_or_null(finding.position)};
}

// ARRAY[[up, down], ...]
std::vector<std::pair<std::string, std::string>> pairs_from(const pg::Arguments& arguments) {
    if (arguments.is_null(0)) throw core::Error(core::sqlstate::null_argument, "migrations must not be NULL");
    struct Array {
        int dimensions;
        int width;
        int count;
        Datum* values;
        bool* nulls;
    };
    const Datum given = arguments.datum(0);
    const Array array = pg::call([=] {
        ArrayType* value = DatumGetArrayTypeP(given);
        Array found{ARR_NDIM(value), ARR_NDIM(value) == 2 ? ARR_DIMS(value)[1] : 0, 0, nullptr, nullptr};
        deconstruct_array(value, TEXTOID, -1, false, TYPALIGN_INT, &found.values, &found.nulls, &found.count);
        return found;
    });
    std::vector<std::pair<std::string, std::string>> pairs;
    const bool has_null =
        std::any_of(array.nulls, array.nulls + array.count, [](bool is_null) { return is_null; });
    if (array.dimensions != 2 || array.width != 2 || has_null)
        throw core::Error(
            core::sqlstate::invalid_argument, "migrations are no pairs of scripts", "",
            "Pass ARRAY[[up, down], [up, down]], in the order in which they are applied, without NULL.");
    for (int i = 0; i + 1 < array.count; i += 2)
        pairs.emplace_back(pg::text_from_datum(array.values[i]), pg::text_from_datum(array.values[i + 1]));
    return pairs;
}

}  // namespace

// test_migration(up text, down text, again boolean, lock_timeout interval, time_limit interval)
SCHEMAVER_FUNCTION(schemaver_test_migration)(pg::Arguments arguments) {
    const Limits limits = limits_from(arguments, 3, 4);
    std::vector<Migration> migrations;
    const std::string up = arguments.required_text(0, "up");
    const std::string down = arguments.required_text(1, "down");
    migrations.push_back({parsed_and_harmless(up, "up"), parsed_and_harmless(down, "down")});
    ChainTest test(std::move(migrations), limits);
    pg::ResultSet rows(arguments);
    for (const Finding& finding : test.run(arguments.boolean(2, false))) rows.add(row_of(finding));
    return rows.done();
}

// test_migrations(migrations text[], again boolean, lock_timeout interval, time_limit interval)
SCHEMAVER_FUNCTION(schemaver_test_migrations)(pg::Arguments arguments) {
    const Limits limits = limits_from(arguments, 2, 3);
    std::vector<Migration> migrations;
    for (const auto& [up, down] : pairs_from(arguments)) {
        const std::size_t step = migrations.size() + 1;
        migrations.push_back({parsed_and_harmless(up, fmt::format("up script {}", step)),
                              parsed_and_harmless(down, fmt::format("down script {}", step))});
    }
    ChainTest test(std::move(migrations), limits);
    pg::ResultSet rows(arguments);
    for (const Finding& finding : test.run(arguments.boolean(1, false))) {
        std::vector<pg::Value> row = row_of(finding);
        row.insert(row.begin(), finding.step > 0 ? pg::Value(Int32GetDatum(finding.step)) : pg::Value());
        rows.add(row);
    }
    return rows.done();
}

}  // namespace schemaver::trial
