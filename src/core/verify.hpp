// What a restored schema lacks beside the one that was dumped: the differences, told as findings with what to
// do.
//
// Example: a trigger that pg_restore --disable-triggers left otherwise gives
// {warning, disabled, trigger, audit on public.people, ..., ALTER TABLE public.people ENABLE TRIGGER audit;}.
#pragma once

#include <vector>

#include "core/diff.hpp"
#include "core/restore.hpp"

namespace schemaver::core {

// `differences` are those from `expected` to `live`. Errors first. "error": something is missing or of
// another structure; "warning": owners, privileges, comments or storage differ, something is there that was
// not dumped, or is not validated or disabled and was not; "info": it was so already.
std::vector<Finding> verify_findings(const Schema& expected, const Schema& live,
                                     const std::vector<Difference>& differences);

// Errors first, otherwise in their order.
void sort_by_severity(std::vector<Finding>& findings);

}  // namespace schemaver::core
