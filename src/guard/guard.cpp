// Where commands are looked at before they run.
#include "guard/guard.hpp"

#include "guard/commands.hpp"
#include "guard/policies.hpp"
#include "pg/event_trigger.hpp"
#include "pg/hook.hpp"
#include "pg/table.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "commands/extension.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"
}

namespace schemaver::guard {

Settings settings{nullptr};

namespace {

ProcessUtility_hook_type next_hook = nullptr;

bool is_off() { return settings.environment == nullptr || settings.environment[0] == '\0'; }

// Not while an extension's script runs, and not where the extension is not, or is just going.
bool is_guarded() {
    if (is_off() || creating_extension || IsBinaryUpgrade) return false;
    return pg::call([] {
        const Oid space = get_namespace_oid("schemaver", true);
        return OidIsValid(space) && OidIsValid(get_relname_relid("policy", space)) &&
               OidIsValid(get_relname_relid("guard_act_session", space)) &&
               OidIsValid(get_relname_relid("maintenance", space));
    });
}

std::string tag_of(const Node* tree) {
    return pg::call([=] { return GetCommandTagName(CreateCommandTag(const_cast<Node*>(tree))); });
}

void on_utility(PlannedStmt* statement, const char* query, bool read_only, ProcessUtilityContext context,
                ParamListInfo parameters, QueryEnvironment* environment, DestReceiver* destination,
                QueryCompletion* completion) {
    const pg::Utility utility{statement,  query,       read_only,   context,
                              parameters, environment, destination, completion};
    const Node* tree = statement->utilityStmt;
    if (!is_off() && (IsA(tree, TruncateStmt) || is_on_server(tree))) {
        const pg::Decision decision = pg::guard([=] {
            if (is_guarded()) enforce(tag_of(tree), tree);
        });
        pg::raise_if(decision);
    }
    pg::run_next(next_hook, utility);
}

}  // namespace

void install_guard_hook() {
    next_hook = ProcessUtility_hook;
    ProcessUtility_hook = on_utility;
}

SCHEMAVER_FUNCTION(schemaver_guard_command)(pg::Arguments arguments) {
    if (is_off()) return pg::Result::null();
    const pg::Event event = pg::event_of(arguments);
    const auto* tree = static_cast<const Node*>(event.parse_tree);
    if (tree != nullptr && is_guarded()) enforce(event.tag, tree);
    return pg::Result::null();
}

}  // namespace schemaver::guard
