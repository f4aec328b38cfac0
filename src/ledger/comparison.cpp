// Round by round: what is touched is read at once, and compared one by one.
#include "ledger/comparison.hpp"

#include <algorithm>

#include "core/canonical_parts.hpp"
#include "ledger/columns.hpp"
#include "ledger/ledger.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace schemaver::ledger {

namespace {

using catalog::Address;
using catalog::DescribedObject;

LastChange last_change(const std::vector<Stretch>& stretches, const char* index, std::vector<pg::Key> keys) {
    LastChange last;
    keys.insert(keys.begin(), {change_timeline, F_UUID_EQ, 0});
    keys.push_back({change_commit, F_INT8LE, 0, BTLessEqualStrategyNumber});
    for (const Stretch& stretch : stretches) {
        keys.front().value = pg::uuid_datum(stretch.timeline);
        keys.back().value = Int64GetDatum(stretch.until);
        pg::visit_last(pg::our_relation("change"), pg::our_relation(index), keys, pg::latest_committed(),
                       [&](const pg::Row& row) {
                           last.commit = DatumGetInt64(*row.datum(change_commit));
                           last.number = DatumGetInt32(*row.datum(change_number));
                           last.kind = row.text(change_kind);
                           last.identity = row.text(change_identity);
                           last.schema = row.text(change_schema);
                           last.address = {row.oid(change_catalog), row.oid(change_object)};
                           const auto digest = row.datum(change_digest_after);
                           last.digest_after = digest ? pg::bytes_from_datum(*digest) : std::string();
                       });
        if (last.found()) break;
    }
    return last;
}

LastChange last_change_by_address(const std::vector<Stretch>& stretches, Address address) {
    return last_change(stretches, "change_object",
                       {{change_catalog, F_OIDEQ, ObjectIdGetDatum(address.catalog)},
                        {change_object, F_OIDEQ, ObjectIdGetDatum(address.object)}});
}

LastChange last_change_by_identity(const std::vector<Stretch>& stretches, const std::string& kind,
                                   const std::string& identity) {
    return last_change(stretches, "change_identity",
                       {{change_kind, F_TEXTEQ, pg::text_datum(kind)},
                        {change_identity, F_TEXTEQ, pg::text_datum(identity)}});
}

// Under its identity, unless that object has another one by now.
LastChange last_change_under(const std::vector<Stretch>& stretches, const std::string& kind,
                             const std::string& identity) {
    const LastChange last = last_change_by_identity(stretches, kind, identity);
    if (!last.alive()) return last;
    const LastChange own = last_change_by_address(stretches, last.address);
    return std::tie(own.commit, own.number) == std::tie(last.commit, last.number) ? last : LastChange();
}

std::set<std::string> identities_of_kind(const std::vector<Stretch>& stretches, const std::string& kind) {
    std::set<std::string> identities;
    for (const Stretch& stretch : stretches) {
        pg::scan(pg::our_relation("change"), pg::our_relation("change_identity"),
                 {{change_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                  {change_kind, F_TEXTEQ, pg::text_datum(kind)}},
                 pg::latest_committed(),
                 [&](const pg::Row& row) { identities.insert(row.text(change_identity)); });
    }
    return identities;
}

// What of a definition others say something of. In the ledger and of one to come, it is in canonical form.
struct Parts {
    explicit Parts(std::string_view definition)
        : owner(core::member_text(core::member_text(definition, "security"), "owner")) {
        const std::string_view structure = core::member_text(definition, "structure");
        columns = core::member_text(structure, "columns");
        constraints = core::member_text(structure, "constraints");
        labels = core::member_text(structure, "labels");
    }

    // Of columns, with their types, and of an enum's labels.
    std::set<std::string> names() const {
        std::set<std::string> names;
        for (const std::string_view column : core::element_texts(columns))
            names.insert(
                fmt::format("{} {}", core::member_text(column, "name"), core::member_text(column, "type")));
        for (const std::string_view label : core::element_texts(labels)) names.emplace(label);
        return names;
    }

    std::string_view owner, columns, constraints, labels;
};

bool has_lost_names(const Parts& before, const Parts& after) {
    if (before.columns == after.columns && before.labels == after.labels) return false;
    const std::set<std::string> old_names = before.names();
    const std::set<std::string> new_names = after.names();
    return !std::includes(new_names.begin(), new_names.end(), old_names.begin(), old_names.end());
}

std::set<Address> indexes_of(Oid relation) {
    std::set<Address> found;
    pg::scan(IndexRelationId, IndexIndrelidIndexId,
             {{Anum_pg_index_indrelid, F_OIDEQ, ObjectIdGetDatum(relation)}}, nullptr,
             [&](const pg::Row& row) {
                 found.insert({RelationRelationId, row.form<FormData_pg_index>().indexrelid});
             });
    return found;
}

// Tables that have their columns from it: children, and those that are OF a composite type.
std::set<Address> inheritors(Address relation) {
    if (relation.catalog == TypeRelationId) return catalog::dependents(relation);
    std::set<Address> found;
    if (relation.catalog != RelationRelationId) return found;
    pg::scan(InheritsRelationId, InheritsParentIndexId,
             {{Anum_pg_inherits_inhparent, F_OIDEQ, ObjectIdGetDatum(relation.object)}}, nullptr,
             [&](const pg::Row& row) {
                 found.insert({RelationRelationId, row.form<FormData_pg_inherits>().inhrelid});
             });
    return found;
}

Oid relation_named(const std::string& identity) {
    const Datum name = pg::text_datum(identity);
    return pg::call([=] {
        LOCAL_FCINFO(fcinfo, 1);
        InitFunctionCallInfoData(*fcinfo, nullptr, 1, InvalidOid, nullptr, nullptr);
        fcinfo->args[0].value = name;
        fcinfo->args[0].isnull = false;
        const Datum found = to_regclass(fcinfo);
        return fcinfo->isnull ? InvalidOid : DatumGetObjectId(found);
    });
}

// An extension's members have definitions of their own only where privileges on them were changed; these are
// named as the members are.
std::set<Address> members(Address extension) {
    std::set<Address> found;
    if (extension.catalog != ExtensionRelationId) return found;
    pg::scan(DependRelationId, DependReferenceIndexId,
             {{Anum_pg_depend_refclassid, F_OIDEQ, ObjectIdGetDatum(extension.catalog)},
              {Anum_pg_depend_refobjid, F_OIDEQ, ObjectIdGetDatum(extension.object)}},
             nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 if (form.deptype == DEPENDENCY_EXTENSION) found.insert({form.classid, form.objid});
             });
    return found;
}

// Is this an index that this transaction has made?
bool made_now(Oid index) {
    bool own = false;
    pg::scan(IndexRelationId, IndexRelidIndexId,
             {{Anum_pg_index_indexrelid, F_OIDEQ, ObjectIdGetDatum(index)}}, nullptr,
             [&](const pg::Row& row) {
                 const TransactionId writer = row.xmin();
                 own = pg::call([=] { return TransactionIdIsCurrentTransactionId(writer); });
             });
    return own;
}

bool exists(Address address) {
    const catalog::SomeObjects now = catalog::read_objects({address});
    return !now.objects.empty() || !now.postponed.empty();
}

}  // namespace

void Comparison::follow(Address from, const Addresses& to, Addresses& next) {
    next.insert(to.begin(), to.end());
    causes_.lead(from, to);
}

void Comparison::compare(Addresses touched) {
    while (!touched.empty()) {
        seen_.insert(touched.begin(), touched.end());
        catalog::SomeObjects now = catalog::read_objects(touched);
        Addresses next;
        for (const DescribedObject& object : now.objects) {
            described_.insert(object.address);
            present_.insert({object.kind, object.identity});
            compare_object(object, next);
        }
        postponed_.insert(now.postponed.begin(), now.postponed.end());
        for (const Address& address : touched) {
            // Nothing depends on what has gone.
            if (is_absent(address) && now.gone.count(address) == 0)
                follow(address, catalog::dependents(address), next);
        }
        touched.clear();
        std::set_difference(next.begin(), next.end(), seen_.begin(), seen_.end(),
                            std::inserter(touched, touched.end()));
    }
    for (const Address& address : seen_) {
        if (is_absent(address) && absent_.insert(address).second) compare_absent(address);
    }
}

void Comparison::add_removed(const LastChange& last, Address cause) {
    changes_.push_back({"removed", last.address, last.kind, last.identity, last.schema, "", last.digest_after,
                        "", causes_.of(cause, false)});
    removed_.insert({last.kind, last.identity});
}

void Comparison::compare_dropped() {
    if (dropped_ == nullptr) return;
    for (const auto& [name, address] : *dropped_) {
        const auto& [kind, identity] = name;
        if (present_.count(name) > 0 || removed_.count(name) > 0) continue;
        const LastChange last = last_change_under(stretches_, kind, identity);
        if (!last.alive() || seen_.count(last.address) > 0) continue;
        add_removed(last, address);
    }
}

void Comparison::compare_rebuilt_indexes(bool made_anew) {
    if (!unknown_index_ && !(made_anew && added_index_)) return;
    Addresses others;
    for (const std::string& identity : identities_of_kind(stretches_, "index")) {
        if (present_.count({"index", identity}) > 0) continue;
        const LastChange last = last_change_under(stretches_, "index", identity);
        if (!last.alive() || seen_.count(last.address) > 0) continue;
        const Oid index = last.address.object;
        if (pg::call([=] { return get_rel_relkind(index); }) != 0) continue;
        const Oid same = relation_named(identity);
        if (OidIsValid(same)) {
            others.insert({RelationRelationId, same});
        } else {
            add_removed(last, last.address);
        }
    }
    compare(others);
}

void Comparison::compare_object(const DescribedObject& object, Addresses& next) {
    follow(object.address, members(object.address), next);
    const LastChange own = last_change_by_address(stretches_, object.address);
    const bool known = own.alive() && own.kind == object.kind;
    // Up to 15 a rule named _RETURN makes a table a view.
    const bool was_another = own.alive() && own.kind != object.kind;
    if (was_another && present_.count({own.kind, own.identity}) == 0) add_removed(own, object.address);
    const LastChange last = known ? own : former_self(object.kind, object.identity);
    Change change{"", object.address, object.kind, object.identity, object.schema, "", "", object.digest};
    change.cause = causes_.of(object.address, !last.alive());
    if (!last.alive()) {
        change.change = "added";
        if (!is_created(object.address)) {
            unknown_index_ |= object.kind == "index" && !made_now(object.address.object);
            added_index_ |= object.kind == "index";
            follow(object.address, catalog::dependents(object.address), next);
            follow(object.address, inheritors(object.address), next);
        }
        store_definition(timeline_, object.kind, object.identity, object.digest, object.document);
        changes_.push_back(std::move(change));
        return;
    }
    change.digest_before = last.digest_after;
    const bool same = last.digest_after == object.digest;
    if (last.identity != object.identity) {
        change.change = "renamed";
        change.former_identity = last.identity;
    } else if (!same) {
        change.change = "modified";
    } else if (last.address != object.address) {
        change.change = "rebuilt";  // the same object under another OID
    } else {
        return;
    }
    if (!same) store_definition(timeline_, object.kind, object.identity, object.digest, object.document);
    add_affected(object, change, next);
    changes_.push_back(std::move(change));
}

// What says something else now because of this change. A table's owner is that of its columns' sequences, and
// a constraint is named by the index that stands behind it.
void Comparison::add_affected(const DescribedObject& object, const Change& change, Addresses& next) {
    const std::string definition = definition_text(stretches_, change.digest_before, pg::latest_committed());
    const Parts before(definition);
    const Parts after(object.document);
    const bool is_relation = object.address.catalog == RelationRelationId;
    if (change.change != "modified" || has_lost_names(before, after) ||
        (is_relation && before.owner != after.owner)) {
        follow(object.address, catalog::dependents(object.address), next);
    } else if (is_relation && before.constraints != after.constraints) {
        follow(object.address, indexes_of(object.address.object), next);
    }
    if (before.columns != after.columns || before.constraints != after.constraints)
        follow(object.address, inheritors(object.address), next);
}

// What had the name before, if it can be this object under another OID: not if it has another name now,
// nor if it took another one before it went.
LastChange Comparison::former_self(const std::string& kind, const std::string& identity) const {
    const LastChange named = last_change_by_identity(stretches_, kind, identity);
    if (!named.alive()) return named;
    const LastChange last = last_change_by_address(stretches_, named.address);
    const bool has_changed_since = std::tie(last.commit, last.number) > std::tie(named.commit, named.number);
    return has_changed_since || exists(named.address) ? LastChange() : named;
}

void Comparison::compare_absent(Address address) {
    const LastChange last = last_change_by_address(stretches_, address);
    if (!last.alive() || present_.count({last.kind, last.identity}) > 0) return;
    // What had its name until it was dropped has no successor under it.
    if (is_dropped(address, last.kind, last.identity)) return add_removed(last, address);
    const LastChange same = last_change_by_identity(stretches_, last.kind, last.identity);
    if (std::tie(same.commit, same.number) > std::tie(last.commit, last.number)) return;  // rebuilt since
    add_removed(last, address);
}

}  // namespace schemaver::ledger
