// Where the objects that are read go: into a list of documents, or into digests without documents.
#pragma once

#include <tuple>

#include "core/digest.hpp"
#include "core/document.hpp"
#include "core/model.hpp"
#include "pg/server.hpp"

namespace schemaver::catalog {

using core::Json;

// An object's place in this database. OIDs mean nothing outside it, so they never enter a definition.
struct Address {
    Oid catalog;
    Oid object;
    bool operator==(const Address&) const = default;
    auto operator<=>(const Address&) const = default;
};

struct AddressHash {
    std::size_t operator()(const Address& address) const {
        return (static_cast<std::size_t>(address.catalog) << 32) | address.object;
    }
};

struct LocatedObject {
    Address address;
    core::Object object;
};

class Output {
  public:
    virtual ~Output() = default;
    // Whether expressions are wanted in their portable form: {"normal": ...} instead of {"sql": ...}.
    virtual bool portable() const = 0;
    // `schema`: unquoted name of the schema it lives in, empty where it lives in none.
    virtual void add(Address address, std::string_view kind, std::string_view identity,
                     const std::string& schema, Json definition) = 0;
    virtual void add(Address address, std::string_view kind, std::string_view identity,
                     const std::string& schema, const core::Facets& definition) = 0;
};

// The definitions as documents.
class Documents : public Output {
  public:
    std::vector<LocatedObject> objects;

    bool portable() const override { return false; }
    void add(Address address, std::string_view kind, std::string_view identity, const std::string& schema,
             Json definition) override;
    void add(Address address, std::string_view kind, std::string_view identity, const std::string& schema,
             const core::Facets& definition) override;
    void sort();
};

// An object with its definition written out, as the ledger keeps it.
struct DescribedObject {
    Address address;
    std::string kind;
    std::string identity;
    std::string schema;
    std::string document;  // canonical JSON
    std::string digest;    // 32 bytes
};

// The definitions written out: for the ledger, which stores them and mostly looks at no more than their
// digests.
class Descriptions : public Output {
  public:
    std::vector<DescribedObject> objects;

    bool portable() const override { return false; }
    void add(Address address, std::string_view kind, std::string_view identity, const std::string& schema,
             Json definition) override;
    void add(Address address, std::string_view kind, std::string_view identity, const std::string& schema,
             const core::Facets& definition) override;
    void sort();
};

}  // namespace schemaver::catalog
