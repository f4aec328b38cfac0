// What a full reading notes so that the next one can start from it: for each catalog the pages it found, and
// for each page the objects whose definitions its rows are a part of.
#pragma once

#include "catalog/output.hpp"
#include "pg/pages.hpp"

extern "C" {
#include "catalog/pg_class.h"
}

namespace schemaver::catalog {

// Objects that one row is a part of: at most three.
struct Owners {
    std::array<Address, 3> addresses;  // the first `count` of them
    int count = 0;
    void add(Oid catalog, Oid object) {
        if (OidIsValid(object)) addresses[static_cast<std::size_t>(count++)] = {catalog, object};
    }
};

class Watch {
  public:
    class Catalog {
      public:
        Oid oid;
        pg::HeapStamp stamp;
        void note(const pg::Row& row, BlockNumber block);
        // Reads these pages anew; adds whose rows stood there, and whose do now, to `suspects`.
        void read_again(const std::vector<BlockNumber>& blocks, Snapshot snapshot,
                        std::set<Address>& suspects);

      private:
        friend class Watch;
        void note(Address address, BlockNumber block);
        std::vector<Address>& owners_again(BlockNumber block);
        Owners (*owners_of_row_)(const pg::Row& row) = nullptr;  // nullptr: nobody knows
        // Whose the rows of page n are: owners_ from starts_[n] up to starts_[n + 1]; and of the pages that
        // were read again.
        std::vector<Address> owners_;
        std::vector<std::uint32_t> starts_;
        std::map<BlockNumber, std::vector<Address>> again_;
        bool reads_again_ = false;
    };

    // nullptr where the catalog has been read before in this reading.
    Catalog* begin(Oid catalog);
    // Notes the pages of all catalogs that the readers came to know in another way than by reading them
    // whole.
    void complete(Snapshot snapshot);
    // Told of every pg_class row: which catalogs there are.
    void note_catalog(const FormData_pg_class& form);
    std::map<Oid, Catalog>& catalogs() { return catalogs_; }

  private:
    std::map<Oid, Catalog> catalogs_;
    std::vector<Oid> to_watch_;
};

// Whether it is known whose definition a row of this catalog is a part of.
bool knows_owners(Oid catalog);

}  // namespace schemaver::catalog
