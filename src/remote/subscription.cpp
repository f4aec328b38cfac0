// check_subscription(): run on the subscriber; asks the publisher for what it publishes and how that looks
// there.
#include "catalog/catalog.hpp"
#include "catalog/normalise.hpp"
#include "core/nearest.hpp"
#include "core/replication.hpp"
#include "core/text.hpp"
#include "pg/compat.hpp"
#include "pg/result_set.hpp"
#include "remote/publisher.hpp"
#include "remote/server.hpp"
#include "remote/settings.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_subscription_rel.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/rls.h"
#include "utils/syscache.h"
}

namespace schemaver::remote {

namespace {

struct FoundSubscription {
    Oid oid = InvalidOid;
    Oid owner = InvalidOid;
    std::string connection;
    core::Subscription known;
    bool writes_as_table_owner = false;  // since 16, unless told otherwise
    bool needs_password = false;         // if its owner is no superuser; since 16
    std::set<Oid> relations;
};

FoundSubscription find_subscription(const std::string& name) {
    FoundSubscription found;
    std::vector<std::string> names;
    pg::scan(SubscriptionRelationId, {}, nullptr, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_subscription>();
        if (form.subdbid != MyDatabaseId) return;
        names.push_back(pg::to_utf8(NameStr(form.subname)));
        if (names.back() != name) return;
        found.oid = form.oid;
        found.owner = form.subowner;
        found.connection = row.text(Anum_pg_subscription_subconninfo);
        found.known.binary = form.subbinary;
        const auto as_owner = pg::column_if_any(row, SubscriptionRelationId, "subrunasowner");
        found.writes_as_table_owner = as_owner && !DatumGetBool(*as_owner);
        const auto needs = pg::column_if_any(row, SubscriptionRelationId, "subpasswordrequired");  // since 16
        found.needs_password = needs && DatumGetBool(*needs);
        found.known.publications = row.text_array(Anum_pg_subscription_subpublications);
    });
    if (!OidIsValid(found.oid)) {
        const auto meant = core::nearest(name, names);
        throw core::Error(
            core::sqlstate::unknown_object,
            fmt::format("there is no subscription \"{}\" in this database", core::shortened(name, 80)), "",
            meant.empty() ? "SELECT subname FROM pg_subscription lists them."
                          : fmt::format("Did you mean {}?", core::joined(meant, " or ")));
    }
    pg::scan(SubscriptionRelRelationId, {}, nullptr, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_subscription_rel>();
        if (form.srsubid == found.oid) found.relations.insert(form.srrelid);
    });
    return found;
}

bool lacks_password(const FoundSubscription& found) {
    const Oid owner = found.owner;
    if (!found.needs_password || pg::call([=] { return superuser_arg(owner); })) return false;
    for (const auto& [keyword, value] : pg::connection_options(found.connection)
                                            .value_or(std::vector<std::pair<std::string, std::string>>()))
        if (keyword == "password" && !value.empty()) return false;
    return true;
}

// What the subscription itself connects with is a superuser's to use, and must be safe for them if its owner
// is none.
pg::ConnectionPlan own_connection(const std::string& name, const FoundSubscription& found) {
    const Oid owner = found.owner;
    if (!pg::call([] { return superuser(); }))
        throw core::Error(core::sqlstate::insufficient_privilege,
                          fmt::format("the connection of subscription \"{}\" is for superusers to use", name),
                          "", "Name a foreign server: check_subscription('...', server => 'publisher').");
    auto options = pg::connection_options(found.connection);
    if (!options)
        throw core::Error(core::sqlstate::remote_unreachable,
                          fmt::format("libpq cannot read the connection string of subscription \"{}\"", name),
                          "", "ALTER SUBSCRIPTION ... CONNECTION '...'; or name a foreign server.");
    return {name, *std::move(options), !pg::call([=] { return superuser_arg(owner); }), settings.timeout};
}

// Into a partition the worker writes as into the table that it has taken up.
Oid writer_of(Oid table, const FoundSubscription& found) {
    const Oid owner = found.owner;
    if (!found.writes_as_table_owner) return owner;
    return pg::call([=] {
        HeapTuple relation = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
        if (!HeapTupleIsValid(relation)) return InvalidOid;
        const Oid writer = reinterpret_cast<Form_pg_class>(GETSTRUCT(relation))->relowner;
        ReleaseSysCache(relation);
        return writer;
    });
}

// What it looks at before it writes a row.
core::ApplyRights rights_on(Oid relation, Oid writer, Oid subscription_owner) {
    core::ApplyRights rights;
    const char* name = pg::call([=] { return GetUserNameFromId(writer, true); });
    rights.role = name == nullptr ? "" : pg::to_utf8(name);
    rights.may_become = pg::call([=] { return pg::may_become(subscription_owner, writer); });
    rights.row_security = pg::call([=] { return check_enable_rls(relation, writer, true); }) == RLS_ENABLED;
    for (const auto& [right, word] : {std::pair(ACL_INSERT, "INSERT"), std::pair(ACL_UPDATE, "UPDATE"),
                                      std::pair(ACL_DELETE, "DELETE"), std::pair(ACL_TRUNCATE, "TRUNCATE")}) {
        const AclMode mode = right;
        if (pg::call([=] { return pg_class_aclcheck(relation, writer, mode); }) != ACLCHECK_OK)
            rights.missing.emplace_back(word);
    }
    return rights;
}

// The tables that it has taken up, and the partitions that rows of theirs go to, with who writes them.
std::map<Oid, Oid> written_relations(const FoundSubscription& found) {
    std::map<Oid, Oid> written;
    for (const Oid table : found.relations) {
        const Oid writer = writer_of(table, found);
        if (!OidIsValid(writer)) continue;
        const List* all = pg::call([=] { return find_all_inheritors(table, NoLock, nullptr); });
        for (int i = 0; i < list_length(all); ++i) written.emplace(list_nth_oid(all, i), writer);
    }
    for (const Oid table : found.relations)
        if (written.contains(table)) written[table] = writer_of(table, found);
    return written;
}

}  // namespace

// check_subscription(subscription text, server text)
SCHEMAVER_FUNCTION(schemaver_check_subscription)(pg::Arguments arguments) {
    const std::string name = arguments.required_text(0, "subscription");
    const FoundSubscription found = find_subscription(name);
    core::Subscription subscription = found.known;
    subscription.lacks_password = lacks_password(found);
    const auto server = arguments.optional_text(1);
    Session publisher(server ? plan_for(*server) : own_connection(name, found));
    const core::Schema there = publisher_schema(publisher);
    const auto written = written_relations(found);
    core::Schema here;
    for (catalog::LocatedObject& located : catalog::read_everything()) {
        const core::Object& object = located.object;
        if (!core::is_about_replication(object.kind)) continue;
        const Oid relation = located.address.object;
        if (object.kind == "table" && found.relations.contains(relation))
            subscription.tables.insert(object.identity);
        if (object.kind == "table" && written.contains(relation))
            subscription.rights[object.identity] = rights_on(relation, written.at(relation), found.owner);
        here.push_back(std::move(located.object));
    }
    catalog::Normaliser normaliser;
    const core::Normalise normalise = [&](const std::string& sql) { return normaliser(sql); };
    pg::ResultSet rows(arguments);
    for (const core::ReplicationFinding& finding :
         core::check_replication(subscription, there, here, normalise)) {
        rows.add({pg::text_datum(finding.severity), pg::text_datum(finding.check),
                  pg::text_or_null(finding.table), pg::text_datum(finding.detail),
                  pg::text_or_null(finding.hint)});
    }
    return rows.done();
}

}  // namespace schemaver::remote
