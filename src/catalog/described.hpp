// What the readers of the rarer kinds (operators, casts, text search objects, ...) share: such an object has
// an address, perhaps an owner, a comment, and a structure of its own, mostly names of functions.
//
//     put_function(reading, structure, "handler", form.amhandler);
//     add_object(reading, {address, "access method", identity, InvalidOid, InvalidOid},
//     std::move(structure));
#pragma once

#include "catalog/reading.hpp"

namespace schemaver::catalog {

struct Described {
    Address address;
    const char* kind;
    std::string identity;
    Oid schema;  // InvalidOid: the kind has none
    Oid owner;   // InvalidOid: the kind has none
};

void add_object(Reading& reading, const Described& described, Json structure);

// Nothing is put where there is no function, or no operator.
void put_function(Reading& reading, Json& structure, const char* property, Oid function);
void put_operator(Reading& reading, Json& structure, const char* property, Oid used);

// Is it a temporary object's type, or an array of such? A function or domain that is made of one goes when
// the session ends, and is no part of the schema.
bool is_of_a_session(Oid type);

// Of a kind whose objects have no schema: made by a user, not by initdb, an extension, or the server as a
// part of something else.
bool is_wanted_without_schema(Reading& reading, Oid catalog, Oid object);

std::string access_method_name(Reading& reading, Oid access_method);  // unquoted
std::string language_name(Reading& reading, Oid language);            // unquoted

}  // namespace schemaver::catalog
