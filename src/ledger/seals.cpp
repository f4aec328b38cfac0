// Reading seals.
#include "ledger/seals.hpp"

#include "core/row_bytes.hpp"
#include "core/seal_text.hpp"
#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"
#include "pg/cursor.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
#include "utils/uuid.h"
}

namespace schemaver::ledger {

namespace {

core::TransactionSnapshot snapshot_from(std::optional<Datum> datum) {
    if (!datum) return {};
    const char* text =
        DatumGetCString(pg::call([=] { return DirectFunctionCall1(pg_snapshot_out, *datum); }));
    return core::parse_snapshot(text).value_or(core::TransactionSnapshot());
}

}  // namespace

Seal read_seal(const pg::Row& row) {
    Seal seal;
    if (const auto timeline = row.datum(seal_timeline))
        std::memcpy(seal.timeline.data(), DatumGetUUIDP(*timeline)->data, seal.timeline.size());
    seal.number = DatumGetInt64(row.datum(seal_number).value_or(0));
    if (const auto previous = row.datum(seal_previous)) seal.previous = pg::bytes_from_datum(*previous);
    seal.commits = DatumGetInt64(row.datum(seal_commits).value_or(0));
    if (const auto root = row.datum(seal_root)) seal.root = pg::bytes_from_datum(*root);
    seal.horizon = DatumGetInt64(row.datum(seal_horizon).value_or(0));
    seal.snapshot = snapshot_from(row.datum(seal_snapshot));
    seal.next_transaction =
        U64FromFullTransactionId(DatumGetFullTransactionId(row.datum(seal_next_transaction).value_or(0)));
    seal.at = DatumGetInt64(row.datum(seal_at).value_or(0));
    if (const auto digest = row.datum(seal_digest)) seal.digest = pg::bytes_from_datum(*digest);
    seal.bytes = seal_bytes(row);
    return seal;
}

std::optional<Seal> find_seal(const Uuid& timeline, std::int64_t number, Snapshot snapshot) {
    std::optional<Seal> seal;
    pg::scan(pg::our_relation("seal"), pg::our_relation("seal_key"),
             {{seal_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
              {seal_number, F_INT8EQ, Int64GetDatum(number)}},
             snapshot, [&](const pg::Row& row) {
                 if (!seal) seal = read_seal(row);
             });
    return seal;
}

std::optional<LastSeal> last_seal(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    for (std::size_t i = 0; i < stretches.size(); ++i) {
        pg::Cursor seals("seal", "seal_key",
                         {{seal_timeline, F_UUID_EQ, pg::uuid_datum(stretches[i].timeline)}}, snapshot,
                         BackwardScanDirection);
        std::optional<LastSeal> last;
        if (seals.next()) last = LastSeal{read_seal(seals.row()), i};
        seals.close();
        if (last) return last;
    }
    return std::nullopt;
}

std::string leaf(const Uuid& timeline, std::int64_t commit, std::string_view digest) {
    core::RowBytes bytes;
    bytes.begin('L');
    bytes.bytes({reinterpret_cast<const char*>(timeline.data()), timeline.size()});
    bytes.int64(commit);
    bytes.bytes(digest);
    bytes.end();
    return bytes.all();
}

std::string seal_text(const Seal& seal) {
    core::SealText text;
    text.timeline = seal.timeline;
    text.number = seal.number;
    std::copy_n(seal.digest.begin(), std::min(seal.digest.size(), text.digest.size()), text.digest.begin());
    return core::to_text(text);
}

}  // namespace schemaver::ledger
