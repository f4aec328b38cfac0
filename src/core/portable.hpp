// The portable normal form of an expression or a query: equal before and after dump and restore, and on every
// server major from 15 to 18, where the deparsed text is not.
//
//     (x)::text = ANY ((ARRAY['a'::character varying])::text[])       as created
//     (x)::text = ANY (ARRAY[('a'::character varying)::text])         after one restore
//
// What is read here is the raw parse tree of the text, as the server's nodeToString() writes it. That is in
// the terms of the grammar: names, no OIDs, no binary constants. What is left to do is to drop what depends
// on the place in the text or on the server's version, and to write one spelling where the server has two.
#pragma once

#include <string>
#include <string_view>

namespace schemaver::core {

// The tree's normal form, itself a tree in the server's notation. Throws Error (internal) when `node_text` is
// not such a tree. Takes time and memory in proportion to the text, however deep the tree is.
std::string normal_form(std::string_view node_text);

}  // namespace schemaver::core
