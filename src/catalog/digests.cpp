// Hashing objects after they were read, and composing fingerprints of the hashes.
#include "catalog/digests.hpp"

#include <algorithm>

#include "core/digest.hpp"
#include "pg/boundary.hpp"

namespace schemaver::catalog {

namespace {

constexpr std::size_t structure_facet = 3;

// Sorting a hundred thousand tables takes long enough that a cancel must get through.
struct ByKindAndIdentity {
    mutable std::uint32_t compared = 0;
    bool operator()(const DigestedRow* a, const DigestedRow* b) const {
        if ((++compared & 0x3FFFU) == 0) pg::check_for_interrupts();
        if (a->kind != b->kind) return *a->kind < *b->kind;
        return a->identity < b->identity;
    }
};

bool by_address(const DigestedRow* a, const DigestedRow* b) { return a->address < b->address; }

}  // namespace

void (*before_hashing)() = nullptr;

const std::string* Digests::interned(std::string_view text, const std::string*& last) {
    if (last == nullptr || *last != text) last = &*texts_.emplace(text).first;
    return last;
}

std::uint32_t Digests::facet(std::size_t which, const std::string& text) {
    if (text.empty()) return 0;
    if (which == structure_facet) return unhashed_facet(unhashed_texts_.keep(text));
    auto& last = last_facets_[which];
    if (last.first == text) return last.second;
    auto [at, fresh] = shared_facets_.try_emplace(text);
    if (fresh) at->second = unhashed_facet(at->first);
    last = {text, at->second};
    return at->second;
}

std::uint32_t Digests::unhashed_facet(std::string_view kept) {
    facet_digests_.emplace_back();
    unhashed_facets_.push_back(kept);
    unhashed_bytes_ += kept.size();
    return static_cast<std::uint32_t>(facet_digests_.size());
}

void Digests::hash_facets() {
    std::size_t next = facet_digests_.size() - unhashed_facets_.size();
    for (const std::string_view text : unhashed_facets_) {
        if ((next & 0xFFFU) == 0) pg::check_for_interrupts();
        facet_digests_[next++] = core::sha256(text);
    }
    unhashed_facets_.clear();
    unhashed_texts_ = {};
    unhashed_bytes_ = 0;
}

void Digests::hash_rows() {
    for (; hashed_rows_ < rows_.size(); ++hashed_rows_) {
        if ((hashed_rows_ & 0xFFFU) == 0) pg::check_for_interrupts();
        DigestedRow& row = rows_[hashed_rows_];
        row.digest = digest_of(row.facets, {});
    }
}

void Digests::add(Address address, std::string_view kind, std::string_view identity,
                  const std::string& schema, Json definition) {
    if (portable_) definition = core::portable(definition, normalise_);
    std::array<std::uint32_t, 4> facets{};
    for (std::size_t i = 0; i < facets.size(); ++i) {
        const auto at = definition.find(core::facet_names[i]);
        if (at != definition.end() && !at->empty()) facets[i] = facet(i, core::canonical(*at));
    }
    add_row(address, kind, identity, schema, facets);
}

void Digests::add(Address address, std::string_view kind, std::string_view identity,
                  const std::string& schema, const core::Facets& definition) {
    std::array<std::uint32_t, 4> facets{};
    const auto texts = definition.in_order();
    for (std::size_t i = 0; i < facets.size(); ++i) {
        if (texts[i]->empty()) continue;
        buffer_.clear();
        texts[i]->append_to(buffer_);
        facets[i] = facet(i, buffer_);
    }
    add_row(address, kind, identity, schema, facets);
}

void Digests::add_row(Address address, std::string_view kind, std::string_view identity,
                      const std::string& schema, const std::array<std::uint32_t, 4>& facets) {
    rows_.push_back({address,
                     interned(kind, last_kind_),
                     interned(schema, last_schema_),
                     identities_.keep(identity),
                     facets,
                     {}});
    fresh_.push_back(&rows_.back());
    if (unhashed_bytes_ > most_unhashed_) hash_facets();
}

core::DigestBytes Digests::digest_of(const std::array<std::uint32_t, 4>& facets,
                                     const core::FacetSet& counted) const {
    std::array<const core::DigestBytes*, 4> digests{};
    for (std::size_t i = 0; i < facets.size(); ++i) {
        if (facets[i] != 0 && counted.has(core::facet_names[i])) digests[i] = &facet_digests_[facets[i] - 1];
    }
    return core::definition_digest(digests);
}

void Digests::arrange() {
    if (fresh_.empty()) return;
    if (before_hashing != nullptr) before_hashing();
    hash_facets();
    hash_rows();
    whole_.clear();
    const auto merge = [&](std::vector<const DigestedRow*>& sorted, const auto& before) {
        std::sort(fresh_.begin(), fresh_.end(), before);
        const auto middle = static_cast<std::ptrdiff_t>(sorted.size());
        sorted.insert(sorted.end(), fresh_.begin(), fresh_.end());
        if (middle > 0) std::inplace_merge(sorted.begin(), sorted.begin() + middle, sorted.end(), before);
    };
    if (!by_address_.empty()) merge(by_address_, by_address);
    merge(order_, ByKindAndIdentity());
    fresh_.clear();
}

std::vector<const DigestedRow*> Digests::remove(const std::set<Address>& addresses) {
    // Only who changes a schema looks rows up by address.
    if (by_address_.empty()) {
        by_address_ = order_;
        std::sort(by_address_.begin(), by_address_.end(), by_address);
    }
    std::vector<const DigestedRow*> removed;
    for (const Address& address : addresses) {
        for (const DigestedRow* row : at(address)) removed.push_back(row);
    }
    if (removed.empty()) return removed;
    whole_.clear();
    const auto is_removed = [&](const DigestedRow* row) { return addresses.count(row->address) > 0; };
    std::erase_if(order_, is_removed);
    std::erase_if(by_address_, is_removed);
    return removed;
}

std::vector<const DigestedRow*> Digests::at(Address address) const {
    std::vector<const DigestedRow*> found;
    auto row = std::lower_bound(by_address_.begin(), by_address_.end(), address,
                                [](const DigestedRow* a, const Address& b) { return a->address < b; });
    for (; row != by_address_.end() && (*row)->address == address; ++row) found.push_back(*row);
    return found;
}

std::string Digests::fingerprint(const std::optional<std::string>& schema,
                                 const core::FacetSet& facets) const {
    const bool all = facets.comment && facets.security && facets.storage && facets.structure;
    if (!schema && all && !whole_.empty()) return whole_;
    core::FingerprintComposer composer;
    std::size_t done = 0;
    for (const DigestedRow* row : order_) {
        if ((++done & 0xFFFU) == 0) pg::check_for_interrupts();
        if (schema && *row->schema != *schema) continue;
        composer.add(*row->kind, row->identity, all ? row->digest : digest_of(row->facets, facets));
    }
    std::string result = composer.finish();
    if (!schema && all) whole_ = result;
    return result;
}

bool Digests::has_schema(const std::string& schema) const {
    return std::any_of(order_.begin(), order_.end(),
                       [&](const DigestedRow* row) { return *row->schema == schema; });
}

}  // namespace schemaver::catalog
