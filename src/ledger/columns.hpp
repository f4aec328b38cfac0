// Column numbers of the ledger's tables, in the order of src/schema.sql.
#pragma once

#include "pg/server.hpp"

namespace schemaver::ledger {

enum CommitColumn : AttrNumber {
    commit_timeline = 1,
    commit_id,
    commit_transaction,
    commit_at,
    commit_source,
    commit_user,
    commit_application,
    commit_revision_before,
    commit_revision_after,
    commit_message,
    commit_commands,
    commit_changes,
    commit_postponed,
    commit_digest
};

enum CommandColumn : AttrNumber {
    command_timeline = 1,
    command_transaction,
    command_number,
    command_at,
    command_tag,
    command_effective_user,
    command_objects,
    command_statement,
    command_script
};

enum ChangeColumn : AttrNumber {
    change_timeline = 1,
    change_commit,
    change_number,
    change_change,
    change_kind,
    change_identity,
    change_schema,
    change_former_identity,
    change_digest_before,
    change_digest_after,
    change_catalog,
    change_object,
    change_command,
    change_consequence
};

enum PostponedColumn : AttrNumber { postponed_timeline = 1, postponed_catalog, postponed_object };
enum DefinitionColumn : AttrNumber { definition_timeline = 1, definition_digest, definition_document };
enum StatementColumn : AttrNumber {
    statement_timeline = 1,
    statement_digest,
    statement_text,
    statement_salt
};

enum SealColumn : AttrNumber {
    seal_timeline = 1,
    seal_number,
    seal_previous,
    seal_commits,
    seal_root,
    seal_horizon,
    seal_snapshot,
    seal_next_transaction,
    seal_at,
    seal_who,
    seal_digest
};

enum SealedColumn : AttrNumber {
    sealed_timeline = 1,
    sealed_commit,
    sealed_digest,
    sealed_seal_timeline,
    sealed_seal
};

enum CheckpointColumn : AttrNumber {
    checkpoint_timeline = 1,
    checkpoint_commit,
    checkpoint_first_commit,
    checkpoint_commits,
    checkpoint_seal,
    checkpoint_fingerprint,
    checkpoint_at,
    checkpoint_who,
    checkpoint_reason
};

}  // namespace schemaver::ledger
