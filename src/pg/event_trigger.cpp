// Calls pg_event_trigger_ddl_commands() and pg_event_trigger_dropped_objects() in materialize mode.
#include "pg/event_trigger.hpp"

#include "pg/text.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "commands/proclang.h"
#include "executor/executor.h"
#include "foreign/foreign.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "parser/parse_type.h"
#include "tcop/cmdtag.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
}

namespace schemaver::pg {

namespace {

constexpr char temporary_schema[] = "pg_temp";  // as the server calls whichever it is

// One row of the function's result, by column number from 1.
class ResultRow {
  public:
    explicit ResultRow(TupleTableSlot* slot) : slot_(slot) {}
    bool is_null(int column) const { return slot_->tts_isnull[column - 1]; }
    Datum value(int column) const { return slot_->tts_values[column - 1]; }
    std::string text(int column) const {
        return is_null(column) ? std::string() : text_from_datum(value(column));
    }
    Oid oid(int column) const { return is_null(column) ? InvalidOid : DatumGetObjectId(value(column)); }
    bool boolean(int column) const { return !is_null(column) && DatumGetBool(value(column)); }
    std::int32_t integer(int column) const { return is_null(column) ? 0 : DatumGetInt32(value(column)); }
    std::vector<std::string> texts(int column) const {
        return is_null(column) ? std::vector<std::string>() : text_array_from_datum(value(column));
    }

    // Not converted: in a SQL_ASCII database the name of a table may be no text.
    std::vector<std::string> bytes(int column) const {
        std::vector<std::string> all;
        if (is_null(column)) return all;
        const Datum array = value(column);
        Datum* elements = nullptr;
        int count = 0;
        call([&] {
            deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr,
                              &count);
        });
        for (int i = 0; i < count; ++i) {
            const struct varlena* element = reinterpret_cast<const varlena*>(DatumGetPointer(elements[i]));
            all.emplace_back(VARDATA_ANY(element), VARSIZE_ANY_EXHDR(element));
        }
        return all;
    }

  private:
    TupleTableSlot* slot_;
};

struct Call {
    ExprContext* context = nullptr;
    TupleTableSlot* slot = nullptr;
    Tuplestorestate* rows = nullptr;
};

Call start(Oid function) {
    return call([=] {
        Call running;
        running.context = CreateStandaloneExprContext();
        FmgrInfo info;
        fmgr_info(function, &info);
        ReturnSetInfo result;
        std::memset(&result, 0, sizeof(result));
        result.type = T_ReturnSetInfo;
        result.econtext = running.context;
        result.allowedModes = SFRM_Materialize;
        LOCAL_FCINFO(fcinfo, 1);
        InitFunctionCallInfoData(*fcinfo, &info, 0, InvalidOid, nullptr,
                                 reinterpret_cast<fmNodePtr>(&result));
        FunctionCallInvoke(fcinfo);
        running.rows = result.setResult;
        running.slot = MakeSingleTupleTableSlot(result.setDesc, &TTSOpsMinimalTuple);
        return running;
    });
}

bool next(const Call& running) {
    return call([=] {
        if (running.rows == nullptr || !tuplestore_gettupleslot(running.rows, true, false, running.slot))
            return false;
        slot_getallattrs(running.slot);
        return true;
    });
}

void finish(const Call& running) {
    call([=] {
        ExecDropSingleTupleTableSlot(running.slot);
        if (running.rows != nullptr) tuplestore_end(running.rows);
        FreeExprContext(running.context, true);
    });
}

// Whether it goes with the session: because of its schema, or as a part of a temporary table.
bool is_temporary(ObjectAddress address) {
    return call([=] {
        switch (address.classId) {
            case TriggerRelationId:
            case RewriteRelationId:
            case PolicyRelationId: {
                List* names = NIL;
                List* arguments = NIL;
                const char* found = getObjectIdentityParts(&address, &names, &arguments, true);
                return found != nullptr && names != NIL &&
                       std::strcmp(static_cast<const char*>(linitial(names)), "pg_temp") == 0;
            }
            case StatisticExtRelationId: {
                HeapTuple row = SearchSysCache1(STATEXTOID, ObjectIdGetDatum(address.objectId));
                if (!HeapTupleIsValid(row)) return false;
                const Oid table = reinterpret_cast<Form_pg_statistic_ext>(GETSTRUCT(row))->stxrelid;
                ReleaseSysCache(row);
                return get_rel_persistence(table) == RELPERSISTENCE_TEMP;
            }
            case RelationRelationId:
                return get_rel_persistence(address.objectId) == RELPERSISTENCE_TEMP;
            case ProcedureRelationId:
                return isTempNamespace(get_func_namespace(address.objectId));
            case TypeRelationId: {
                HeapTuple row = SearchSysCache1(TYPEOID, ObjectIdGetDatum(address.objectId));
                if (!HeapTupleIsValid(row)) return false;
                const Oid schema = reinterpret_cast<Form_pg_type>(GETSTRUCT(row))->typnamespace;
                ReleaseSysCache(row);
                return isTempNamespace(schema);
            }
            default:
                return false;
        }
    });
}

// One of the objects of a GrantStmt, in the form that its kind of object has there (see objectNamesToOids in
// the server's aclchk.c). InvalidOid for kinds that are not part of a schema.
ObjectAddress granted_object(ObjectType type, Node* name) {
    return call([=] {
        ObjectAddress address = InvalidObjectAddress;
        switch (type) {
            case OBJECT_TABLE:
            case OBJECT_SEQUENCE:
                ObjectAddressSet(address, RelationRelationId,
                                 RangeVarGetRelid(reinterpret_cast<RangeVar*>(name), NoLock, true));
                break;
            case OBJECT_SCHEMA:
                ObjectAddressSet(address, NamespaceRelationId, get_namespace_oid(strVal(name), true));
                break;
            case OBJECT_FUNCTION:
            case OBJECT_PROCEDURE:
            case OBJECT_ROUTINE:
                ObjectAddressSet(address, ProcedureRelationId,
                                 LookupFuncWithArgs(type, reinterpret_cast<ObjectWithArgs*>(name), true));
                break;
            case OBJECT_TYPE:
            case OBJECT_DOMAIN:
                ObjectAddressSet(address, TypeRelationId,
                                 LookupTypeNameOid(
                                     nullptr, makeTypeNameFromNameList(reinterpret_cast<List*>(name)), true));
                break;
            case OBJECT_LANGUAGE:
                ObjectAddressSet(address, LanguageRelationId, get_language_oid(strVal(name), true));
                break;
            case OBJECT_FDW:
                ObjectAddressSet(address, ForeignDataWrapperRelationId,
                                 get_foreign_data_wrapper_oid(strVal(name), true));
                break;
            case OBJECT_FOREIGN_SERVER:
                ObjectAddressSet(address, ForeignServerRelationId,
                                 get_foreign_server_oid(strVal(name), true));
                break;
            default:
                break;
        }
        return address;
    });
}

}  // namespace

std::vector<DdlCommand> ddl_commands() {
    std::vector<DdlCommand> commands;
    const Call running = start(F_PG_EVENT_TRIGGER_DDL_COMMANDS);
    while (next(running)) {
        const ResultRow row(running.slot);
        commands.push_back({row.oid(1), row.oid(2), row.integer(3), row.text(4), row.text(5), row.text(6),
                            row.text(7), row.boolean(8)});
        DdlCommand& command = commands.back();
        // The server knows this of what has a schema of its own and lies in the temporary one.
        if ((command.schema.empty() || command.catalog == StatisticExtRelationId) &&
            is_temporary({command.catalog, command.object, 0})) {
            command.schema = temporary_schema;
        }
    }
    finish(running);
    return commands;
}

std::vector<DroppedObject> dropped_objects() {
    std::vector<DroppedObject> objects;
    const Call running = start(F_PG_EVENT_TRIGGER_DROPPED_OBJECTS);
    while (next(running)) {
        const ResultRow row(running.slot);
        objects.push_back({row.oid(1), row.oid(2), row.integer(3), row.boolean(4), row.boolean(6),
                           row.text(7), row.text(8), row.text(10), row.bytes(11), row.texts(12)});
        // A rule of a temporary table has no schema; the table's comes first in its name.
        DroppedObject& object = objects.back();
        object.temporary |= object.names.size() > 1 && object.names.front() == temporary_schema;
    }
    finish(running);
    return objects;
}

std::vector<DdlCommand> granted_objects(const Event& event) {
    std::vector<DdlCommand> found;
    const auto* tree = static_cast<const Node*>(event.parse_tree);
    if (tree == nullptr || !IsA(tree, GrantStmt)) return found;
    const auto* grant = reinterpret_cast<const GrantStmt*>(tree);
    if (grant->targtype == ACL_TARGET_DEFAULTS) return found;
    const bool in_schema = grant->targtype == ACL_TARGET_ALL_IN_SCHEMA;
    const ObjectType type = in_schema ? OBJECT_SCHEMA : grant->objtype;
    for (int i = 0; i < list_length(grant->objects); ++i) {
        const ObjectAddress address = granted_object(type, static_cast<Node*>(list_nth(grant->objects, i)));
        if (!OidIsValid(address.objectId)) continue;
        DdlCommand command;
        command.catalog = address.classId;
        command.object = address.objectId;
        command.tag = event.tag;
        command.stands_for_more = in_schema;
        command.kind = to_utf8(call([&] { return getObjectTypeDescription(&address, true); }));
        command.identity = to_utf8(call([&] { return getObjectIdentity(&address, true); }));
        if (is_temporary(address)) command.schema = temporary_schema;
        found.push_back(std::move(command));
    }
    return found;
}

Event event_of(const Arguments& arguments) {
    FunctionCallInfo fcinfo = arguments.info();
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo)) {
        throw core::Error(core::sqlstate::invalid_argument,
                          "this function can only be called by an event trigger");
    }
    const auto* data = reinterpret_cast<const EventTriggerData*>(fcinfo->context);
    return {GetCommandTagName(data->tag), data->parsetree};
}

}  // namespace schemaver::pg
