// Compares two points: what differs, less what is not wanted and what says nothing.
#include "version/compare.hpp"

#include "catalog/normalise.hpp"
#include "core/column_renames.hpp"

namespace schemaver::version {

Comparison compare(Point from, Point to, const core::DiffChoice& choice, Renames renames) {
    LiveObjects live;
    return compare(std::move(from), std::move(to), live, choice, renames);
}

Comparison compare(Point from, Point to, LiveObjects& live, const core::DiffChoice& choice, Renames renames) {
    Comparison comparison{std::move(from), std::move(to), {}, {}};
    Changes& changes = comparison.changes;
    changes = changes_between(comparison.from, comparison.to, live);
    catalog::Normaliser normaliser;
    const core::Normalise normalise = [&](const std::string& sql) { return normaliser(sql); };
    if (!changes.one_history && renames == Renames::guess) {
        changes.renames = core::guess_renames(changes.from, changes.to, normalise);
        changes.column_renames =
            core::guess_column_renames(changes.from, changes.to, changes.renames, normalise);
    }
    const auto is_unwanted = [&](const core::Object& object) { return !choice.wants(object); };
    std::erase_if(changes.from, is_unwanted);
    std::erase_if(changes.to, is_unwanted);
    // Of a rename out of what is wanted, or into it, one side is left: added or removed.
    std::erase_if(changes.renames, [&](const core::Rename& rename) {
        return core::find(changes.from, rename.kind, rename.former_identity) == nullptr ||
               core::find(changes.to, rename.kind, rename.identity) == nullptr;
    });
    comparison.differences = core::diff(changes.from, changes.to, changes.renames, changes.column_renames,
                                        choice.facets, normalise);
    core::fold_noise(comparison.differences, changes.from, changes.to);
    return comparison;
}

}  // namespace schemaver::version
