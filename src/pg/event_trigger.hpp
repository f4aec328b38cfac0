// What an event trigger is told: the commands that ran, the objects that went.
//
// The server gives this through two set-returning functions that work only inside an event trigger. They are
// called directly, without SQL.
#pragma once

#include "pg/boundary.hpp"

namespace schemaver::pg {

struct DdlCommand {
    Oid catalog = InvalidOid;  // InvalidOid: the event names no object (GRANT, ...)
    Oid object = InvalidOid;
    std::int32_t sub_object = 0;
    std::string tag;
    std::string kind;
    std::string schema;  // "pg_temp" for temporary objects; empty: none
    std::string identity;
    bool in_extension = false;
    bool stands_for_more = false;  // the schema of GRANT ... ON ALL TABLES IN SCHEMA
};

struct DroppedObject {
    Oid catalog = InvalidOid;
    Oid object = InvalidOid;
    std::int32_t sub_object = 0;
    bool original = false;  // named in the command, not a consequence of it
    bool temporary = false;
    std::string kind;
    std::string schema;
    std::string identity;
    std::vector<std::string>
        names;  // as pg_identify_object_as_address gives them: bytes, to look something up by
    std::vector<std::string> arguments;
};

// To be called inside a ddl_command_end trigger.
std::vector<DdlCommand> ddl_commands();
// To be called inside a sql_drop trigger.
std::vector<DroppedObject> dropped_objects();

// The command that fired the trigger this call serves: its tag ("CREATE TABLE") and its parse tree. Throws
// where the call is no event trigger's.
struct Event {
    std::string tag;
    const void* parse_tree = nullptr;  // a Node
};
Event event_of(const Arguments& arguments);

// The objects that GRANT or REVOKE names, which its event does not tell; of ALL TABLES IN SCHEMA, the schema.
// Empty for any other command.
std::vector<DdlCommand> granted_objects(const Event& event);

}  // namespace schemaver::pg
