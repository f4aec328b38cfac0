// The settings of the ledger, defined in src/module.cpp and described in docs/settings.md.
#pragma once

namespace schemaver::ledger {

enum OnCaptureError { on_capture_error_abort, on_capture_error_warn };
enum QueryText { query_text_redacted, query_text_off };

struct Settings {
    bool capture;
    int on_capture_error;
    char* message;
    int query_text;
    bool record_maintenance;
    bool log_failed_commands;
};

extern Settings settings;

}  // namespace schemaver::ledger
