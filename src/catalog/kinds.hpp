// The kinds of objects that are modelled, one reader each, and the one place that lists them.
//
// A reader adds to the reading every wanted object of its kind. A kind is known by the catalog its objects
// live in; pg_class holds several kinds.
#pragma once

#include "catalog/reading.hpp"

namespace schemaver::catalog {

void read_schemas(Reading& reading);
void read_extensions(Reading& reading);
void read_types(Reading& reading);
void read_functions(Reading& reading);
void read_tables(Reading& reading);
void read_indexes(Reading& reading);
void read_sequences(Reading& reading);
void read_views(Reading& reading);
void read_triggers(Reading& reading);
void read_rules(Reading& reading);
void read_policies(Reading& reading);
void read_aggregates(Reading& reading);
void read_operators(Reading& reading);
void read_operator_families(Reading& reading);
void read_operator_classes(Reading& reading);
void read_casts(Reading& reading);
void read_transforms(Reading& reading);
void read_collations(Reading& reading);
void read_conversions(Reading& reading);
void read_text_search_parsers(Reading& reading);
void read_text_search_templates(Reading& reading);
void read_text_search_dictionaries(Reading& reading);
void read_text_search_configurations(Reading& reading);
void read_languages(Reading& reading);
void read_access_methods(Reading& reading);
void read_statistics(Reading& reading);
void read_foreign_data_wrappers(Reading& reading);
void read_foreign_servers(Reading& reading);
void read_user_mappings(Reading& reading);
void read_publications(Reading& reading);
void read_publication_relations(Reading& reading);
void read_publication_namespaces(Reading& reading);
void read_subscriptions(Reading& reading);
void read_event_triggers(Reading& reading);
void read_default_privileges(Reading& reading);
// Of system objects and members of extensions that live in this catalog.
template <Oid catalog>
void read_changed_privileges(Reading& reading);

struct Kind {
    Oid catalog;
    void (*read)(Reading&);
};

// In the order of reading; relations first, so that the others find column names remembered.
const std::vector<Kind>& kinds();

}  // namespace schemaver::catalog
