// Exact digests first: what a stamp or a ledger has, and what the catalogs give. Where a dump or another
// server spells an expression otherwise they differ although nothing has changed; then the definitions are
// read, and whoever compares those finds nothing.
#include "backup/beside_live.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "catalog/catalog.hpp"
#include "catalog/live.hpp"
#include "catalog/normalise.hpp"
#include "core/fingerprint.hpp"
#include "core/poll.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_index.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "rewrite/rewriteDefine.h"
}

namespace schemaver::backup {

namespace {

using catalog::Address;

struct ExpectedObject {
    std::string_view kind;
    std::string_view identity;
    core::DigestBytes digest;
};

struct Split {
    std::vector<std::size_t> differing;  // places among what is expected, in order
    std::set<Address> addresses;         // of the live objects that differ
    std::set<std::pair<std::string, std::string>> names;
};

Snapshot active_snapshot() {
    return pg::call([] { return GetActiveSnapshot(); });
}

// Both are sorted by kind and identity.
Split split(const std::vector<ExpectedObject>& expected, const catalog::Digests& live) {
    Split result;
    std::size_t at = 0;
    live.for_each([&](const catalog::DigestedRow& row) {
        core::poll();
        const std::string_view kind = *row.kind;
        while (at < expected.size() &&
               std::tie(expected[at].kind, expected[at].identity) < std::tie(kind, row.identity))
            result.differing.push_back(at++);
        const bool is_expected =
            at < expected.size() && expected[at].kind == kind && expected[at].identity == row.identity;
        if (is_expected && expected[at].digest == row.digest) {
            ++at;
            return;
        }
        if (is_expected) result.differing.push_back(at++);
        result.addresses.insert(row.address);
        result.names.emplace(kind, row.identity);
    });
    while (at < expected.size()) result.differing.push_back(at++);
    return result;
}

// By address; a constraint's is its table's, which tells of it.
std::set<Address> not_validated_or_disabled(Snapshot snapshot) {
    std::set<Address> found;
    pg::scan(ConstraintRelationId, {}, snapshot, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_constraint>();
        if (!form.convalidated && OidIsValid(form.conrelid))
            found.insert({RelationRelationId, form.conrelid});
    });
    pg::scan(IndexRelationId, {}, snapshot, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_index>();
        if (!form.indisvalid) found.insert({RelationRelationId, form.indexrelid});
    });
    pg::scan(TriggerRelationId, {}, snapshot, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_trigger>();
        if (form.tgenabled == TRIGGER_DISABLED) found.insert({TriggerRelationId, form.oid});
    });
    pg::scan(RewriteRelationId, {}, snapshot, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_rewrite>();
        if (form.ev_enabled == RULE_DISABLED) found.insert({RewriteRelationId, form.oid});
    });
    pg::scan(EventTriggerRelationId, {}, snapshot, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_event_trigger>();
        if (form.evtenabled == TRIGGER_DISABLED) found.insert({EventTriggerRelationId, form.oid});
    });
    return found;
}

// Makes documents of what is wanted alone.
class WantedDocuments : public catalog::Documents {
  public:
    explicit WantedDocuments(const std::set<Address>& wanted) : wanted_(wanted) {}
    void add(Address address, std::string_view kind, std::string_view identity, const std::string& schema,
             const core::Facets& definition) override {
        if (wanted_.contains(address)) Documents::add(address, kind, identity, schema, definition);
    }
    void add(Address address, std::string_view kind, std::string_view identity, const std::string& schema,
             core::Json definition) override {
        if (wanted_.contains(address)) Documents::add(address, kind, identity, schema, std::move(definition));
    }

  private:
    const std::set<Address>& wanted_;
};

// Beyond so many objects one pass over the catalogs costs less than looking each up.
constexpr std::size_t few = 100;

void read_live(const Split& differing, BesideLive& result) {
    std::set<Address> wanted = not_validated_or_disabled(active_snapshot());
    wanted.insert(differing.addresses.begin(), differing.addresses.end());
    if (wanted.empty()) return;
    WantedDocuments documents(wanted);
    catalog::read(active_snapshot(), wanted.size() > few ? nullptr : &wanted, documents);
    documents.sort();
    for (catalog::LocatedObject& located : documents.objects) {
        core::Object& object = located.object;
        const bool differs = differing.names.contains({object.kind, object.identity});
        (differs ? result.live : result.unfinished).push_back(std::move(object));
    }
}

// Where two exact digests are equal, so are the portable ones: only what differs has to be normalised.
std::string fingerprint_of(const std::vector<ExpectedObject>& expected,
                           const std::vector<std::size_t>& differing, const core::Schema& definitions) {
    std::vector<const catalog::DigestedRow*> rows;
    catalog::live_digests().for_each([&](const catalog::DigestedRow& row) { rows.push_back(&row); });
    catalog::Normaliser normaliser;
    const core::Normalise normalise = [&](const std::string& sql) { return normaliser(sql); };
    core::FingerprintComposer composer;
    std::size_t row = 0;
    std::size_t next = 0;
    for (std::size_t place = 0; place < expected.size(); ++place) {
        core::poll();
        const ExpectedObject& object = expected[place];
        core::DigestBytes digest{};
        if (next < differing.size() && differing[next] == place) {
            digest = core::definition_digest_bytes(core::portable(definitions[next++].definition, normalise));
        } else {
            while (row < rows.size() &&
                   std::forward_as_tuple(std::string_view(*rows[row]->kind), rows[row]->identity) <
                       std::tie(object.kind, object.identity))
                ++row;
            if (row < rows.size()) digest = rows[row]->digest;
        }
        composer.add(object.kind, object.identity, digest);
    }
    return composer.finish();
}

core::DigestBytes bytes_of(const std::string& digest) {
    core::DigestBytes bytes{};
    std::memcpy(bytes.data(), digest.data(), std::min(bytes.size(), digest.size()));
    return bytes;
}

}  // namespace

BesideLive compare_with_live(core::Schema expected, std::string fingerprint) {
    BesideLive result;
    result.objects = expected.size();
    result.fingerprint = std::move(fingerprint);
    const auto live = catalog::read_digests(false);
    Split differing;
    {
        std::vector<ExpectedObject> list;
        list.reserve(expected.size());
        for (const core::Object& object : expected) {
            core::poll();
            list.push_back({object.kind, object.identity, core::definition_digest_bytes(object.definition)});
        }
        differing = split(list, *live);
    }
    for (const std::size_t place : differing.differing) result.expected.push_back(std::move(expected[place]));
    // What is as it was goes before anything is read: two schemas at once would be a lot of memory.
    core::Schema().swap(expected);
    read_live(differing, result);
    result.live_fingerprint = catalog::live_digests().fingerprint({}, {});
    return result;
}

BesideLive compare_with_live(const ledger::Position& expected) {
    BesideLive result;
    const auto recorded = ledger::recorded_objects(expected, active_snapshot());
    result.objects = recorded.size();
    std::vector<ExpectedObject> list;
    list.reserve(recorded.size());
    for (const ledger::RecordedObject& object : recorded)
        list.push_back({object.kind, object.identity, bytes_of(object.digest)});
    const auto live = catalog::read_digests(false);
    const Split differing = split(list, *live);
    for (const std::size_t place : differing.differing) {
        pg::check_for_interrupts();
        const ledger::RecordedObject& object = recorded[place];
        result.expected.push_back(
            {object.kind, object.identity, object.schema,
             ledger::load_definition(expected.stretches, object.digest, active_snapshot())});
    }
    read_live(differing, result);
    result.live_fingerprint = catalog::live_digests().fingerprint({}, {});
    result.fingerprint = fingerprint_of(list, differing.differing, result.expected);
    return result;
}

}  // namespace schemaver::backup
