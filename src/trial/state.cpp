// States are compared by the digests that the session keeps up to date; definitions are read where those
// differ.
#include "trial/state.hpp"

#include "catalog/catalog.hpp"
#include "catalog/live.hpp"
#include "catalog/normalise.hpp"
#include "core/column_renames.hpp"

extern "C" {
#include "utils/snapmgr.h"
}

namespace schemaver::trial {

namespace {

using catalog::Address;

void read_definitions(SchemaState& state, const std::set<Address>* only) {
    catalog::Documents documents;
    catalog::read(pg::call([] { return GetActiveSnapshot(); }), only, documents);
    for (catalog::LocatedObject& located : documents.objects) {
        const auto known = state.find({located.object.kind, located.object.identity});
        if (known == state.end()) continue;
        known->second.object = std::make_shared<const core::Object>(std::move(located.object));
    }
}

struct Sides {
    core::Schema from;
    core::Schema to;
    std::vector<core::Rename> renames;
    std::vector<core::ColumnRename> columns;
};

void keep_what_differs(const SchemaState& from, const SchemaState& to, Sides& sides) {
    std::map<std::pair<std::string, Address>, const core::Object*> gone;
    for (const auto& [key, known] : from) {
        const auto other = to.find(key);
        if (other != to.end() && other->second.digest == known.digest) continue;
        if (known.object == nullptr) continue;
        sides.from.push_back(*known.object);
        if (other == to.end()) gone[{key.first, known.address}] = known.object.get();
    }
    for (const auto& [key, known] : to) {
        const auto other = from.find(key);
        if (other != from.end() && other->second.digest == known.digest) continue;
        if (known.object == nullptr) continue;
        sides.to.push_back(*known.object);
        if (other != from.end()) continue;
        const auto former = gone.find({key.first, known.address});
        if (former != gone.end())
            sides.renames.push_back({key.first, former->second->identity, key.second, 1});
    }
    core::sort(sides.from);
    core::sort(sides.to);
}

void find_renamed_columns(Sides& sides, const std::set<std::string>& new_names) {
    if (new_names.empty()) return;
    for (const core::Object& object : sides.to) {
        std::string former = object.identity;
        for (const core::Rename& rename : sides.renames)
            if (rename.kind == object.kind && rename.identity == object.identity)
                former = rename.former_identity;
        const core::Object* before = core::find(sides.from, object.kind, former);
        if (before == nullptr || !core::has_other_columns(before->definition, object.definition)) continue;
        for (const auto& [old_name, name] :
             core::same_columns(before->definition, object.definition, new_names))
            if (old_name != name) sides.columns.push_back({object.kind, object.identity, old_name, name, 1});
    }
}

}  // namespace

SchemaState read_state(const SchemaState& former) {
    pg::call([] {
        CommandCounterIncrement();
        PushActiveSnapshot(GetLatestSnapshot());
    });
    SchemaState state;
    std::set<Address> unknown;
    catalog::live_digests().for_each([&](const catalog::DigestedRow& row) {
        KnownObject known{row.address, row.digest, nullptr};
        std::pair<std::string, std::string> key(*row.kind, row.identity);
        const auto before = former.find(key);
        if (before != former.end() && before->second.digest == row.digest)
            known.object = before->second.object;
        else
            unknown.insert(row.address);
        state.emplace(std::move(key), std::move(known));
    });
    if (!unknown.empty()) read_definitions(state, former.empty() ? nullptr : &unknown);
    pg::call([] { PopActiveSnapshot(); });
    return state;
}

std::vector<core::Difference> differences(const SchemaState& from, const SchemaState& to,
                                          const std::set<std::string>& new_names) {
    Sides sides;
    keep_what_differs(from, to, sides);
    if (sides.from.empty() && sides.to.empty()) return {};
    find_renamed_columns(sides, new_names);
    catalog::Normaliser normaliser;
    auto found = core::diff(sides.from, sides.to, sides.renames, sides.columns, {},
                            [&](const std::string& sql) { return normaliser(sql); });
    core::fold_noise(found, sides.from, sides.to);
    return found;
}

std::string in_one_line(const core::Difference& difference) {
    std::string line = difference.kind + " " + difference.identity;
    if (!difference.property.empty()) line += ": " + difference.property;
    line += " " + difference.change;
    const std::string old_value = core::in_words(difference.old_value);
    const std::string new_value = core::in_words(difference.new_value);
    if (difference.property.empty()) {
        if (difference.change == "renamed") line += ", it was " + difference.former_identity;
        return line;
    }
    if (difference.change == "modified" || difference.change == "renamed")
        return line + ": " + (old_value.empty() ? "none" : old_value) + " -> " +
               (new_value.empty() ? "none" : new_value);
    const std::string& value = difference.change == "removed" ? old_value : new_value;
    return value.empty() ? line : line + ": " + value;
}

core::Json as_json(const core::Difference& difference) {
    core::Json row = {
        {"change", difference.change}, {"kind", difference.kind}, {"identity", difference.identity}};
    if (!difference.former_identity.empty()) row["former_identity"] = difference.former_identity;
    if (!difference.property.empty()) row["property"] = difference.property;
    if (!difference.facet.empty()) row["facet"] = difference.facet;
    if (!difference.old_value.is_null()) row["old_value"] = difference.old_value;
    if (!difference.new_value.is_null()) row["new_value"] = difference.new_value;
    return row;
}

}  // namespace schemaver::trial
