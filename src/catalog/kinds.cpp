// The list of kinds.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
}

namespace schemaver::catalog {

const std::vector<Kind>& kinds() {
    static const auto* const list =
        new std::vector<Kind>{{NamespaceRelationId, read_schemas},  {ExtensionRelationId, read_extensions},
                              {RelationRelationId, read_tables},    {RelationRelationId, read_indexes},
                              {RelationRelationId, read_sequences}, {RelationRelationId, read_views},
                              {TypeRelationId, read_types},         {ProcedureRelationId, read_functions},
                              {TriggerRelationId, read_triggers},   {RewriteRelationId, read_rules},
                              {PolicyRelationId, read_policies}};
    return *list;
}

}  // namespace schemaver::catalog
