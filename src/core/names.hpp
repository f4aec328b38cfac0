// Names as people write them, beside identities as the server writes them.
//
// An identity is all of a name: public.people, public.double(integer), stamp on public.people. People leave
// out what goes without saying: people, double, stamp. And they write in any case what they do not quote.
#pragma once

#include <string>
#include <string_view>

namespace schemaver::core {

// As SQL reads it and the server would write it: Public.People is public.people, "Odd name".t stays as it is.
// What follows the name (arguments, "on" a table) stays as it was written.
std::string as_identity(std::string_view written);

// Whether there is no schema in front of the name.
bool is_unqualified(std::string_view written);

// The name alone, as the server writes it: people of public.people, double of public.double(integer). Empty
// where an identity begins with no name, as a cast's.
std::string bare_name(std::string_view identity);

// Whether somebody who writes this may mean the object: the same name, with or without the schema, with the
// same arguments or none, on the same table or none said.
bool may_mean(std::string_view written, std::string_view identity);

}  // namespace schemaver::core
