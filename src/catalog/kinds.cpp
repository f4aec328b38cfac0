// The list of kinds.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_default_acl.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"
}

namespace schemaver::catalog {

const std::vector<Kind>& kinds() {
    static const auto* const list = new std::vector<Kind>{
        {NamespaceRelationId, read_schemas},
        {ExtensionRelationId, read_extensions},
        {RelationRelationId, read_tables},
        {RelationRelationId, read_indexes},
        {RelationRelationId, read_sequences},
        {RelationRelationId, read_views},
        {TypeRelationId, read_types},
        {ProcedureRelationId, read_functions},
        {TriggerRelationId, read_triggers},
        {RewriteRelationId, read_rules},
        {PolicyRelationId, read_policies},
        {ProcedureRelationId, read_aggregates},
        {OperatorRelationId, read_operators},
        {OperatorFamilyRelationId, read_operator_families},
        {OperatorClassRelationId, read_operator_classes},
        {CastRelationId, read_casts},
        {TransformRelationId, read_transforms},
        {CollationRelationId, read_collations},
        {ConversionRelationId, read_conversions},
        {TSParserRelationId, read_text_search_parsers},
        {TSTemplateRelationId, read_text_search_templates},
        {TSDictionaryRelationId, read_text_search_dictionaries},
        {TSConfigRelationId, read_text_search_configurations},
        {LanguageRelationId, read_languages},
        {AccessMethodRelationId, read_access_methods},
        {StatisticExtRelationId, read_statistics},
        {ForeignDataWrapperRelationId, read_foreign_data_wrappers},
        {ForeignServerRelationId, read_foreign_servers},
        {UserMappingRelationId, read_user_mappings},
        {PublicationRelationId, read_publications},
        {PublicationRelRelationId, read_publication_relations},
        {PublicationNamespaceRelationId, read_publication_namespaces},
        {SubscriptionRelationId, read_subscriptions},
        {EventTriggerRelationId, read_event_triggers},
        {DefaultAclRelationId, read_default_privileges},
        {RelationRelationId, read_changed_privileges<RelationRelationId>},
        {ProcedureRelationId, read_changed_privileges<ProcedureRelationId>},
        {TypeRelationId, read_changed_privileges<TypeRelationId>},
        {NamespaceRelationId, read_changed_privileges<NamespaceRelationId>},
        {LanguageRelationId, read_changed_privileges<LanguageRelationId>},
        {ForeignDataWrapperRelationId, read_changed_privileges<ForeignDataWrapperRelationId>},
        {ForeignServerRelationId, read_changed_privileges<ForeignServerRelationId>}};
    return *list;
}

}  // namespace schemaver::catalog
