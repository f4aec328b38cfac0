// Finding what has changed since the session read the catalogs last, and reading just that.
//
// The pages that changed (pg/pages.hpp) name the objects that may have: those whose rows stood there and
// those whose rows stand there now. They are read anew; where one came out otherwise, whatever depends on it
// may name it, so that is read too, and so on. Anything that this does not cover (a role, a rare kind) makes
// it a full read: slower, never wrong.
#include "catalog/live.hpp"

#include "catalog/catalog.hpp"
#include "catalog/normalise.hpp"
#include "pg/pinned_catalogs.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "utils/snapmgr.h"
}

namespace schemaver::catalog {

namespace {

// Beyond this share of the objects a full read is the faster one.
constexpr std::size_t largest_share = 4;

core::Normalise normaliser() {
    auto known = std::make_shared<Normaliser>();
    return [known](const std::string& sql) { return (*known)(sql); };
}

class Live {
  public:
    // Whether what is kept says anything about this snapshot: it must not be older than the last one.
    bool is_newer(Snapshot snapshot) const { return !TransactionIdPrecedes(snapshot->xmin, oldest_running_); }
    Digests& digests() { return digests_; }
    // Leaves hashing and sorting to digests().arrange().
    void read_all(Snapshot snapshot);
    // False: too much has changed, or something that only a full read sees.
    bool update(Snapshot snapshot);

  private:
    // The suspects of one catalog's changed pages, as they were and as they are.
    bool collect(Watch::Catalog& catalog, Snapshot snapshot, std::set<Address>& suspects);
    bool read_suspects(Snapshot snapshot, std::set<Address> suspects);

    Digests digests_{true, normaliser()};
    Watch watch_;
    TransactionId oldest_running_ = InvalidTransactionId;
};

void Live::read_all(Snapshot snapshot) {
    read(snapshot, nullptr, digests_, &watch_);
    watch_.complete(snapshot);
    oldest_running_ = snapshot->xmin;
}

bool Live::collect(Watch::Catalog& catalog, Snapshot snapshot, std::set<Address>& suspects) {
    const auto changed = pg::changed_pages(catalog.oid, catalog.stamp);
    if (!changed) return false;
    if (changed->empty()) return true;
    if (!knows_owners(catalog.oid)) return false;
    catalog.read_again(*changed, snapshot, suspects);
    return suspects.size() <= digests_.size() / largest_share + 100;
}

bool Live::update(Snapshot snapshot) {
    digests_.arrange();
    // A session that watches for weeks must not grow: a full read starts with empty memory.
    if (digests_.removed() > digests_.size() + 1000) return false;
    std::set<Address> suspects;
    for (auto& [oid, catalog] : watch_.catalogs()) {
        if (!collect(catalog, snapshot, suspects)) return false;
    }
    oldest_running_ = snapshot->xmin;
    return suspects.empty() || read_suspects(snapshot, std::move(suspects));
}

bool differs(const std::vector<const DigestedRow*>& before, const std::vector<const DigestedRow*>& after) {
    if (before.size() != after.size()) return true;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i]->kind != after[i]->kind || before[i]->identity != after[i]->identity ||
            before[i]->digest != after[i]->digest)
            return true;
    }
    return false;
}

// The objects that own the suspects, which may be parts; and the extensions whose members they are.
std::set<Address> wholes(const std::set<Address>& suspects) {
    std::set<Address> found;
    for (const Address& suspect : suspects) {
        pg::check_for_interrupts();
        for (const Address& whole : wholes_of(suspect)) {
            found.insert(whole);
            const Oid extension = pg::call([=] { return getExtensionOfObject(whole.catalog, whole.object); });
            if (OidIsValid(extension)) found.insert({ExtensionRelationId, extension});
        }
    }
    return found;
}

bool Live::read_suspects(Snapshot snapshot, std::set<Address> suspects) {
    std::set<Address> seen;
    std::set<Address> next;
    pg::with_catalogs_as_of(snapshot, [&] { next = wholes(suspects); });
    while (!next.empty()) {
        seen.insert(next.begin(), next.end());
        if (seen.size() > digests_.size() / largest_share + 100) return false;
        std::map<Address, std::vector<const DigestedRow*>> before;
        for (const DigestedRow* row : digests_.remove(next)) before[row->address].push_back(row);
        read(snapshot, &next, digests_);
        digests_.arrange();
        std::set<Address> more;
        pg::with_catalogs_as_of(snapshot, [&] {
            for (const Address& address : next) {
                if (!differs(before[address], digests_.at(address))) continue;
                for (const Address& dependent : dependents(address)) {
                    if (seen.count(dependent) == 0) more.insert(dependent);
                }
            }
        });
        next = std::move(more);
    }
    return true;
}

Live* session = nullptr;

// Taken out while it is being changed: an error leaves nothing half done behind.
std::unique_ptr<Live> take_out() { return std::unique_ptr<Live>(std::exchange(session, nullptr)); }

enum class Hashing { beside, later };

std::unique_ptr<Digests> digests_of_everything(bool portable, Hashing hashing) {
    auto digests = std::make_unique<Digests>(portable, normaliser());
    if (hashing == Hashing::later) digests->hash_later();
    read(pg::call([] { return GetActiveSnapshot(); }), nullptr, *digests);
    return digests;
}

std::unique_ptr<Live> up_to_date(Hashing hashing) {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    std::unique_ptr<Live> live = take_out();
    if (live && !live->is_newer(snapshot)) live.reset();
    if (live && live->update(snapshot)) return live;
    live = std::make_unique<Live>();
    if (hashing == Hashing::later) live->digests().hash_later();
    live->read_all(snapshot);
    return live;
}

}  // namespace

const Digests& live_digests() {
    std::unique_ptr<Live> live = up_to_date(Hashing::beside);
    live->digests().arrange();
    session = live.release();
    return session->digests();
}

void read_live() { session = up_to_date(Hashing::later).release(); }

void hash_live() {
    std::unique_ptr<Live> live = take_out();
    if (!live) return;
    live->digests().arrange();
    (void)live->digests().fingerprint(std::nullopt, {});  // which is kept
    session = live.release();
}

std::unique_ptr<Digests> read_digests(bool portable) {
    auto digests = digests_of_everything(portable, Hashing::beside);
    digests->arrange();
    return digests;
}

std::unique_ptr<Digests> read_unhashed(bool portable) {
    return digests_of_everything(portable, Hashing::later);
}

}  // namespace schemaver::catalog
