// The rules of the normal form: what makes two parse trees of one expression differ, and what is done then.
//
// A reader calls them from a tree's leaves up, so each finds in normal form what is below its node.
#pragma once

#include "core/node_tree.hpp"

namespace schemaver::core::parse_tree {

// The label of a node as servers since 16 write it.
std::string_view current_label(std::string_view label);

// Whether a field with this token says nothing about the expression: its place in the text, or a default.
bool says_nothing(std::string_view label, std::string_view key, std::string_view token);

// The value of a field, when all of it has been read.
void normalise_field(Tree& tree, std::string_view key, Index value);

// The normal form of a node, when all of it has been read: itself, changed, or another in its stead.
Index normal_node(Tree& tree, Index node);

}  // namespace schemaver::core::parse_tree
