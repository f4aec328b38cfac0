// An error that schemaver itself raises, in the parts a PostgreSQL error report has.
//
// core cannot call ereport; it throws this, and the boundary (src/pg/boundary.hpp) turns it into a server
// error. Example: throw Error{sqlstate::invalid_metadata, "backup metadata is empty", "", "Pass the text that
// ..."}.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace schemaver::core {

// The SQLSTATEs of class SV, documented in docs/errors.md. Five characters each, as the standard has it.
namespace sqlstate {
inline constexpr char restore_would_fail[] = "SV001";
inline constexpr char invalid_metadata[] = "SV002";
inline constexpr char metadata_format_too_new[] = "SV003";
inline constexpr char metadata_digest_mismatch[] = "SV004";
inline constexpr char unknown_point[] = "SV005";
inline constexpr char duplicate_label[] = "SV006";
inline constexpr char unknown_object[] = "SV007";
inline constexpr char library_mismatch[] = "SV008";
inline constexpr char no_restored_ledger[] = "SV009";
inline constexpr char uncaptured_changes[] = "SV020";
inline constexpr char rows_not_here[] = "SV021";
inline constexpr char remote_unreachable[] = "SV040";
inline constexpr char remote_timed_out[] = "SV041";
inline constexpr char remote_without_schemaver[] = "SV042";
inline constexpr char remote_answer_invalid[] = "SV043";
inline constexpr char remote_failed[] = "SV044";
inline constexpr char remote_lost[] = "SV045";
inline constexpr char no_user_mapping[] = "SV046";
inline constexpr char password_required[] = "SV047";
inline constexpr char invalid_option_name[] = "HV00D";
inline constexpr char cannot_be_tried[] = "SV060";
inline constexpr char refused_by_policy[] = "SV070";
inline constexpr char script_does_not_parse[] = "SV050";
inline constexpr char lint_findings[] = "SV051";
inline constexpr char migration_is_open[] = "SV080";
inline constexpr char no_migration_is_open[] = "SV081";
inline constexpr char unknown_document_kind[] = "SV090";
inline constexpr char missing_document_step[] = "SV091";
inline constexpr char invalid_document[] = "SV092";
inline constexpr char models_differ[] = "SV095";
inline constexpr char script_failed[] = "SV096";
inline constexpr char invalid_argument[] = "22023";
inline constexpr char null_argument[] = "22004";
inline constexpr char insufficient_privilege[] = "42501";
inline constexpr char program_limit[] = "54000";
inline constexpr char serialization_failure[] = "40001";
inline constexpr char internal[] = "XX000";
}  // namespace sqlstate

struct Error : std::exception {
    std::string sqlstate;  // always five characters
    std::string message;
    std::string detail;  // empty: no DETAIL line
    std::string hint;    // empty: no HINT line

    Error(std::string state, std::string text, std::string detail_text = {}, std::string hint_text = {})
        : sqlstate(std::move(state)),
          message(std::move(text)),
          detail(std::move(detail_text)),
          hint(std::move(hint_text)) {}

    const char* what() const noexcept override { return message.c_str(); }
};

}  // namespace schemaver::core
