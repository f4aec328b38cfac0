// Security labels: a property of every kind of object, and of columns, put in by Reading::add().
#include "catalog/reading.hpp"

extern "C" {
#include "catalog/catalog.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_shseclabel.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace schemaver::catalog {

namespace {

using LabelMap = std::unordered_map<Address, Labels, AddressHash>;

void read_security_labels(const std::vector<pg::Key>& keys, Oid index, Snapshot snapshot, LabelMap& into) {
    pg::scan(SecLabelRelationId, index, keys, snapshot, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_seclabel>();
        into[{form.classoid, form.objoid}][{form.objsubid, row.text(Anum_pg_seclabel_provider)}] =
            row.text(Anum_pg_seclabel_label);
    });
}

void read_shared_security_labels(const std::vector<pg::Key>& keys, Oid index, Snapshot snapshot,
                                 LabelMap& into) {
    pg::scan(SharedSecLabelRelationId, index, keys, snapshot, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_shseclabel>();
        into[{form.classoid, form.objoid}][{0, row.text(Anum_pg_shseclabel_provider)}] =
            row.text(Anum_pg_shseclabel_label);
    });
}

}  // namespace

const Labels& Reading::labels(Oid catalog, Oid object) {
    static const Labels* const none = new Labels;
    if (everything()) {
        if (!all_labels_) {
            all_labels_.emplace();
            read_security_labels({}, InvalidOid, snapshot_, *all_labels_);
            read_shared_security_labels({}, InvalidOid, snapshot_, *all_labels_);
        }
        const auto at = all_labels_->find({catalog, object});
        return at == all_labels_->end() ? *none : at->second;
    }
    const Address address{catalog, object};
    if (const auto at = some_labels_.find(address); at != some_labels_.end()) return at->second;
    const bool is_shared = IsSharedRelation(catalog);
    if (!pg::has_pages(is_shared ? SharedSecLabelRelationId : SecLabelRelationId)) return *none;
    const Datum object_key = ObjectIdGetDatum(object);
    const Datum catalog_key = ObjectIdGetDatum(catalog);
    if (is_shared) {
        read_shared_security_labels({{Anum_pg_shseclabel_objoid, F_OIDEQ, object_key},
                                     {Anum_pg_shseclabel_classoid, F_OIDEQ, catalog_key}},
                                    SharedSecLabelObjectIndexId, snapshot_, some_labels_);
    } else {
        read_security_labels({{Anum_pg_seclabel_objoid, F_OIDEQ, object_key},
                              {Anum_pg_seclabel_classoid, F_OIDEQ, catalog_key}},
                             SecLabelObjectIndexId, snapshot_, some_labels_);
    }
    return some_labels_[address];
}

void Reading::put_labels(Address address, Json& definition) {
    // As nearly everywhere.
    if (all_labels_ && all_labels_->empty()) return;
    Json own = Json::array();
    for (const auto& [key, label] : labels(address.catalog, address.object)) {
        if (key.first == 0) own.push_back({{"provider", key.second}, {"label", label}});
    }
    if (!own.empty()) definition["security"]["labels"] = std::move(own);
    // A composite type's columns are its relation's.
    Oid relation = address.catalog == RelationRelationId ? address.object : InvalidOid;
    if (address.catalog == TypeRelationId) {
        relation = pg::call([=] { return get_typ_typrelid(address.object); });
    }
    if (!OidIsValid(relation)) return;
    Json columns = Json::array();
    for (const auto& [key, label] : labels(RelationRelationId, relation)) {
        if (key.first == 0) continue;
        columns.push_back({{"name", column_name(relation, static_cast<AttrNumber>(key.first))},
                           {"provider", key.second},
                           {"label", label}});
    }
    if (!columns.empty()) definition["security"]["column_labels"] = std::move(columns);
}

}  // namespace schemaver::catalog
