// check_subscription(): run on the subscriber; asks the publisher for what it publishes and how that looks
// there.
#include <algorithm>

#include "catalog/catalog.hpp"
#include "core/nearest.hpp"
#include "core/replication.hpp"
#include "core/text.hpp"
#include "pg/result_set.hpp"
#include "remote/database.hpp"

extern "C" {
#include "catalog/pg_subscription.h"
#include "catalog/pg_subscription_rel.h"
#include "miscadmin.h"
}

namespace schemaver::remote {

namespace {

// The names of tables are filled in from the live schema, by their OIDs.
core::Subscription find_subscription(const std::string& name, std::set<Oid>& relations) {
    core::Subscription subscription;
    Oid oid = InvalidOid;
    std::vector<std::string> names;
    pg::scan(SubscriptionRelationId, {}, nullptr, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_subscription>();
        if (form.subdbid != MyDatabaseId) return;
        names.push_back(pg::to_utf8(NameStr(form.subname)));
        if (names.back() != name) return;
        oid = form.oid;
        subscription.binary = form.subbinary;
        subscription.publications = row.text_array(Anum_pg_subscription_subpublications);
    });
    if (!OidIsValid(oid)) {
        const auto meant = core::nearest(name, names);
        throw core::Error(
            core::sqlstate::unknown_object,
            fmt::format("there is no subscription \"{}\" in this database", core::shortened(name, 80)), "",
            meant.empty() ? "SELECT subname FROM pg_subscription lists them."
                          : fmt::format("Did you mean {}?", core::joined(meant, " or ")));
    }
    pg::scan(SubscriptionRelRelationId, {}, nullptr, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_subscription_rel>();
        if (form.srsubid == oid) relations.insert(form.srrelid);
    });
    return subscription;
}

core::Schema published_schema(Database& publisher) {
    std::vector<Database::Key> keys;
    for (const core::ListedObject& object : publisher.listing())
        if (core::is_about_replication(object.kind)) keys.emplace_back(object.kind, object.identity);
    return publisher.definitions(keys);
}

}  // namespace

// check_subscription(subscription text, server text)
SCHEMAVER_FUNCTION(schemaver_check_subscription)(pg::Arguments arguments) {
    std::set<Oid> relations;
    core::Subscription subscription =
        find_subscription(arguments.required_text(0, "subscription"), relations);
    Database publisher(arguments.required_text(1, "server"));
    const core::Schema there = published_schema(publisher);
    core::Schema here;
    for (catalog::LocatedObject& located : catalog::read_everything()) {
        const core::Object& object = located.object;
        if (object.kind == "table" && relations.count(located.address.object) > 0)
            subscription.tables.insert(object.identity);
        if (core::is_about_replication(object.kind)) here.push_back(std::move(located.object));
    }
    pg::ResultSet rows(arguments);
    for (const core::ReplicationFinding& finding : core::check_replication(subscription, there, here)) {
        rows.add({pg::text_datum(finding.severity), pg::text_datum(finding.check),
                  pg::text_or_null(finding.table), pg::text_datum(finding.detail),
                  pg::text_or_null(finding.hint)});
    }
    return rows.done();
}

}  // namespace schemaver::remote
