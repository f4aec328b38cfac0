// compare_fleet() and fleet_summary(): many databases asked at once, each at its own pace.
//
// A server goes through three steps (connecting, which schemaver, fingerprint), the next one as soon as it
// has answered the last. At most so many are under way at once; the others begin as those end.
#include <algorithm>
#include <list>

#include "catalog/live.hpp"
#include "core/fleet.hpp"
#include "pg/result_set.hpp"
#include "remote/database.hpp"
#include "remote/server.hpp"

namespace schemaver::remote {

namespace {

constexpr std::size_t most_at_once = 100;

// What is asked of all of them: arguments of fingerprint().
struct FleetQuestion {
    std::optional<std::string> scope;
    std::optional<std::vector<std::string>> facets;
};

class Member {
  public:
    Member(pg::ConnectionPlan plan, const FleetQuestion& question)
        : connection_(std::move(plan)), question_(question) {
        answer_.server = connection_.server();
        connection_.connect();
        take_steps();
    }

    pg::Connection& connection() { return connection_; }
    bool is_done() const { return step_ == Step::done; }
    const core::FleetAnswer& answer() const { return answer_; }

    // Begins the next step if the last is over.
    void take_steps() {
        if (connection_.is_busy() || is_done()) return;
        if (connection_.failure()) return fail(*connection_.failure());
        try {
            take_step();
        } catch (const core::Error& error) {
            fail(error);
        }
    }

  private:
    enum class Step { connecting, opening, asking, done };

    pg::Connection connection_;
    const FleetQuestion& question_;
    Step step_ = Step::connecting;
    core::FleetAnswer answer_;

    void take_step() {
        switch (step_) {
            case Step::connecting:
                connection_.ask(opening_question(connection_.timeout()));
                step_ = Step::opening;
                break;
            case Step::opening:
                core::require_schemaver(connection_.server(), connection_.take_rows());
                connection_.ask(fingerprint_question,
                                fingerprint_arguments(question_.scope, question_.facets, false));
                step_ = Step::asking;
                break;
            default:
                answer_.fingerprint = core::read_fingerprint(connection_.server(), connection_.take_rows());
                finish();
        }
        // Sending can fail at once.
        if (connection_.failure()) fail(*connection_.failure());
    }

    void fail(const core::Error& error) {
        answer_.error = fmt::format("{}: {}{}{}", error.sqlstate, error.message,
                                    error.detail.empty() ? "" : ". ", error.detail);
        finish();
    }

    void finish() {
        connection_.close();
        step_ = Step::done;
    }
};

std::vector<core::FleetAnswer> ask_fleet(std::vector<pg::ConnectionPlan> plans,
                                         std::vector<core::FleetAnswer> answers,
                                         const FleetQuestion& question) {
    std::list<Member> under_way;
    std::reverse(plans.begin(), plans.end());
    while (!plans.empty() || !under_way.empty()) {
        while (!plans.empty() && under_way.size() < most_at_once &&
               (under_way.empty() || pg::may_connect())) {
            under_way.emplace_back(std::move(plans.back()), question);
            plans.pop_back();
        }
        std::vector<pg::Connection*> busy;
        for (Member& member : under_way) {
            if (!member.is_done()) busy.push_back(&member.connection());
        }
        if (!busy.empty()) pg::wait_for_any(busy);
        for (Member& member : under_way) member.take_steps();
        for (auto member = under_way.begin(); member != under_way.end();) {
            if (member->is_done()) answers.push_back(member->answer());
            member = member->is_done() ? under_way.erase(member) : std::next(member);
        }
    }
    return answers;
}

// Empty: nothing here lives in that schema.
std::string live_fingerprint_of(const FleetQuestion& question) {
    const auto facets = question.facets ? core::facets_from_names(*question.facets) : core::FacetSet();
    const catalog::Digests& digests = catalog::live_digests();
    if (question.scope && !digests.has_schema(*question.scope)) return "";
    return digests.fingerprint(question.scope, facets);
}

// (servers text[], scope text, facets text[])
std::vector<core::FleetGroup> compare(const pg::Arguments& arguments) {
    std::vector<std::string> servers = arguments.text_array(0).value_or(usable_servers());
    std::sort(servers.begin(), servers.end());
    servers.erase(std::unique(servers.begin(), servers.end()), servers.end());
    FleetQuestion question{arguments.optional_text(1), arguments.text_array(2)};
    const std::string live = live_fingerprint_of(question);
    // As fingerprint() reads a scope: a schema may be called cluster.
    if (question.scope) question.scope->insert(0, "schema:");
    std::vector<pg::ConnectionPlan> plans;
    std::vector<core::FleetAnswer> answers;
    for (const std::string& server : servers) {
        try {
            plans.push_back(plan_for(server));
        } catch (const core::Error& error) {
            // A name that is none is a mistake of whoever asks; that a mapping is missing is news of that
            // server.
            if (error.sqlstate == core::sqlstate::unknown_point) throw;
            answers.push_back({server, "", fmt::format("{}: {}", error.sqlstate, error.message)});
        }
    }
    return core::group_fleet(ask_fleet(std::move(plans), std::move(answers), question), live);
}

}  // namespace

// compare_fleet(servers text[], scope text, facets text[])
SCHEMAVER_FUNCTION(schemaver_compare_fleet)(pg::Arguments arguments) {
    const auto groups = compare(arguments);
    pg::ResultSet rows(arguments);
    for (const core::FleetGroup& group : groups) {
        rows.add({pg::text_or_null(group.fingerprint),
                  Int64GetDatum(static_cast<std::int64_t>(group.servers.size())),
                  pg::text_array_datum(group.servers), BoolGetDatum(group.is_live),
                  pg::text_or_null(group.error)});
    }
    return rows.done();
}

// fleet_summary(servers text[], scope text, facets text[])
SCHEMAVER_FUNCTION(schemaver_fleet_summary)(pg::Arguments arguments) {
    return {pg::text_datum(core::in_a_sentence(compare(arguments)))};
}

}  // namespace schemaver::remote
