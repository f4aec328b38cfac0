// A schema as digests: what a fingerprint needs of each object, and no more.
//
// Most objects share their security, storage and comment facets with thousands of others, so each distinct
// facet is hashed once. Hashing goes on beside the reading, or waits for arrange() where somebody is not to
// hold his snapshot for so long.
#pragma once

#include <deque>
#include <memory>

#include "catalog/output.hpp"
#include "core/fingerprint.hpp"
#include "core/texts.hpp"

namespace schemaver::catalog {

struct DigestedRow {
    Address address;
    const std::string* kind;    // one copy for all objects of the kind
    const std::string* schema;  // one copy for all objects in the schema; empty: lives in none
    std::string_view identity;
    std::array<std::uint32_t, 4> facets;  // into the facets' digests, from 1; 0: empty
    core::DigestBytes digest;             // of the whole definition
};

class Digests : public Output {
  public:
    explicit Digests(bool portable, core::Normalise normalise)
        : portable_(portable), normalise_(std::move(normalise)) {}

    bool portable() const override { return portable_; }
    void add(Address address, std::string_view kind, std::string_view identity, const std::string& schema,
             Json definition) override;
    void add(Address address, std::string_view kind, std::string_view identity, const std::string& schema,
             const core::Facets& definition) override;

    // Keeps the texts of what is added until arrange().
    void hash_later() { most_unhashed_ = SIZE_MAX; }
    // Hashes what has been added since, and sorts it into what was there.
    void arrange();
    // Takes out the rows at these addresses, and gives them back; they stay where they are until all goes.
    std::vector<const DigestedRow*> remove(const std::set<Address>& addresses);
    std::vector<const DigestedRow*> at(Address address) const;
    std::size_t size() const { return order_.size(); }
    // Rows that have been taken out and still take up memory.
    std::size_t removed() const { return rows_.size() - order_.size(); }

    // Of the objects in `schema` (nullopt: all). The facets that count; sorted by kind, then identity.
    std::string fingerprint(const std::optional<std::string>& schema, const core::FacetSet& facets) const;
    bool has_schema(const std::string& schema) const;
    template <typename Visit>
    void for_each(Visit&& visit) const {
        for (const DigestedRow* row : order_) visit(*row);
    }

  private:
    const std::string* interned(std::string_view text, const std::string*& last);
    std::uint32_t facet(std::size_t which, const std::string& text);
    std::uint32_t unhashed_facet(std::string_view kept);
    void add_row(Address address, std::string_view kind, std::string_view identity, const std::string& schema,
                 const std::array<std::uint32_t, 4>& facets);
    void hash_facets();
    void hash_rows();
    core::DigestBytes digest_of(const std::array<std::uint32_t, 4>& facets,
                                const core::FacetSet& counted) const;

    bool portable_;
    core::Normalise normalise_;
    std::unordered_set<std::string> texts_;
    core::Texts identities_;
    std::deque<core::DigestBytes> facet_digests_;
    std::unordered_map<std::string, std::uint32_t> shared_facets_;
    // What has not been hashed yet: facets, which are the last ones, and behind hashed_rows_ whole rows.
    std::size_t most_unhashed_ = 256 * 1024;  // bytes; about what stays in the processor's cache
    std::size_t unhashed_bytes_ = 0;
    core::Texts unhashed_texts_;
    std::vector<std::string_view> unhashed_facets_;
    std::size_t hashed_rows_ = 0;
    std::deque<DigestedRow> rows_;           // where they stand, in no order
    std::vector<const DigestedRow*> order_;  // by kind and identity
    std::vector<const DigestedRow*> fresh_;  // not in order_ yet
    std::vector<const DigestedRow*> by_address_;
    mutable std::string whole_;  // the fingerprint of everything, once asked for
    // What comes after another object is mostly of the same kind, schema and owner.
    const std::string* last_kind_ = nullptr;
    const std::string* last_schema_ = nullptr;
    std::array<std::pair<std::string, std::uint32_t>, 4> last_facets_;
    std::string buffer_;
};

// Called by arrange() before it hashes: tests hold a worker there. nullptr: nobody does.
extern void (*before_hashing)();

}  // namespace schemaver::catalog
