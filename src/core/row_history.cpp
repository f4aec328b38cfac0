// Walks back from the last step, and follows a column through its names.
#include "core/row_history.hpp"

#include "core/text.hpp"

namespace schemaver::core {

namespace {

// Whether `part` is `whole` or something in it: columns.email and columns.email.type.
bool is_in(const std::string& part, const std::string& whole) {
    return part == whole || part.starts_with(whole + ".");
}

bool is_column_rename(const Difference& row) { return row.change == "renamed" && !row.property.empty(); }

std::string path_of_column(const Json& name) {
    return "columns." + quote_identifier(name.is_string() ? name.get_ref<const std::string&>() : "");
}

// columns.email.type is columns.mail.type where mail was renamed to email.
std::string before_renames(const std::vector<Difference>& rows, const std::string& property) {
    for (const Difference& row : rows)
        if (is_column_rename(row) && is_in(property, row.property))
            return path_of_column(row.old_value) + property.substr(row.property.size());
    return property;
}

std::string after_renames(const std::vector<Difference>& rows, const std::string& property) {
    for (const Difference& row : rows)
        if (is_column_rename(row) && is_in(property, path_of_column(row.old_value)))
            return row.property + property.substr(path_of_column(row.old_value).size());
    return property;
}

enum class Share { none, some, all };  // that a step's row has in the row that is looked for

Share share_of(const Difference& made, const Difference& row, const std::string& property) {
    if (is_column_rename(made) || is_column_rename(row)) {
        const bool both = is_column_rename(made) && is_column_rename(row);
        return both && made.property == property ? Share::all : Share::none;
    }
    if (made.facet != row.facet) return Share::none;
    const bool around = is_in(property, made.property);
    const bool inside = is_in(made.property, property);
    if (!around && !inside) return Share::none;
    if (row.change == "modified") {
        // Another order of columns comes from one that went and came again; not from what a column is.
        const bool is_order = property == "columns" && !around;
        const bool is_element = made.old_value.is_object() || made.new_value.is_object();
        return !is_order || (made.change != "modified" && is_element) ? Share::all : Share::some;
    }
    return around && made.change == row.change ? Share::all : Share::some;
}

// A column that is gone is told by its first name, so it is followed from there.
std::optional<std::size_t> step_that_removed(const Difference& row, std::size_t steps,
                                             const std::function<const Step&(std::size_t)>& step) {
    std::string property = row.property;
    for (std::size_t i = 0; i < steps; ++i) {
        const Step& one = step(i);
        if (one.came_or_went) return i;
        for (const Difference& made : one.rows)
            if (share_of(made, row, property) == Share::all) return i;
        property = after_renames(one.rows, property);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::size_t> step_that_made(const Difference& row, std::size_t steps,
                                          const std::function<const Step&(std::size_t)>& step) {
    std::optional<std::size_t> had_part;
    std::string property = row.property;
    for (std::size_t i = steps; i-- > 0;) {
        const Step& one = step(i);
        if (one.came_or_went) return i;
        for (const Difference& made : one.rows) {
            const Share share = share_of(made, row, property);
            if (share == Share::all) return i;
            if (share == Share::some && !had_part) had_part = i;
        }
        property = before_renames(one.rows, property);
    }
    if (row.change == "removed")
        if (const auto removed = step_that_removed(row, steps, step)) return removed;
    return had_part;
}

Difference the_other_way(const Difference& row, const std::vector<Difference>& all) {
    Difference turned = row;
    std::swap(turned.old_value, turned.new_value);
    if (row.change == "added")
        turned.change = "removed";
    else if (row.change == "removed")
        turned.change = "added";
    if (!row.former_identity.empty()) std::swap(turned.identity, turned.former_identity);
    for (const Difference& rename : all) {
        if (!is_column_rename(rename) || rename.kind != row.kind || rename.identity != row.identity) continue;
        const bool is_itself = is_column_rename(row) && row.property == rename.property;
        // a column that came or went beside it under the same name is another one
        const bool is_another = row.property == rename.property && row.facet == "structure";
        if (is_itself || (!is_another && is_in(row.property, rename.property)))
            turned.property = path_of_column(rename.old_value) + row.property.substr(rename.property.size());
    }
    return turned;
}

}  // namespace schemaver::core
