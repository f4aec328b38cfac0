// Faults on purpose: errors of every kind, for the test of the error boundary.
//
// The functions of fault.cpp are exported from the library but declared by no install script; a test (and by
// nature only a superuser) declares them:
//
//     CREATE FUNCTION fault(place text, kind text) RETURNS text AS '$libdir/schemaver', 'schemaver_fault'
//     LANGUAGE C; SELECT fault('scan', 'core');
#pragma once

#include "pg/boundary.hpp"

namespace schemaver::pg {

// Fails as `kind` says:
//     server     the server raises an error that has every field filled
//     passed     the same, but caught as pg::Error and thrown again from elsewhere
//     core       core::Error
//     bad_alloc, runtime_error, unknown  C++ exceptions, the last being no std::exception
//     not_latin, not_text  exceptions whose text the database's encoding may not know, or no encoding does
//     exhausted_server, exhausted_new  memory really runs out, in palloc and in operator new
//     sleep      waits for a cancel
void fail(const std::string& kind);

}  // namespace schemaver::pg
