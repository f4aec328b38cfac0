// The error boundary's two translations: server error -> pg::Error, and any C++ exception -> server error.
//
// Everything here runs when something has failed already, perhaps for want of memory. So nothing here may
// raise or throw unless its declaration says so: memory is asked for with MCXT_ALLOC_NO_OOM or inside PG_TRY,
// and when there is none left at all the answer is a constant.
#include "pg/boundary.hpp"

#include "core/poll.hpp"
#include "pg/report.hpp"
#include "pg/text.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/array.h"
}

namespace schemaver::pg {

namespace {

MemoryContext errors = nullptr;
int live = 0;

// What an ErrorData points at. The second list points at constants, as a rule; but a constant of a library or
// of JIT-compiled code can go before the error does, so CopyErrorData copies them, and so do we.
constexpr std::array<char * ErrorData::*, 12> strings = {
    &ErrorData::message,       &ErrorData::detail,          &ErrorData::detail_log,
    &ErrorData::hint,          &ErrorData::context,         &ErrorData::backtrace,
    &ErrorData::schema_name,   &ErrorData::table_name,      &ErrorData::column_name,
    &ErrorData::datatype_name, &ErrorData::constraint_name, &ErrorData::internalquery};
constexpr std::array<const char * ErrorData::*, 5> constants = {
    &ErrorData::filename, &ErrorData::funcname, &ErrorData::domain, &ErrorData::context_domain,
    &ErrorData::message_id};

void* allocate(MemoryContext context, Size size) noexcept {
    return MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM | MCXT_ALLOC_ZERO);
}

char* duplicate(MemoryContext context, const char* text) noexcept {
    if (text == nullptr) return nullptr;
    const Size size = std::strlen(text) + 1;
    char* copy = static_cast<char*>(allocate(context, size));
    if (copy != nullptr) std::memcpy(copy, text, size);
    return copy;
}

// The answer when there is no memory left to say anything else. The output flags count where it is raised
// again: without them the client would wait for a message for ever.
ErrorData* out_of_memory() noexcept {
    static ErrorData error;
    static char message[] = "out of memory";
    static char detail[] = "schemaver could not get the memory it asked for.";
    std::memset(&error, 0, sizeof(error));
    error.elevel = ERROR;
    error.output_to_server = true;
    error.output_to_client = true;
    error.sqlerrcode = ERRCODE_OUT_OF_MEMORY;
    error.message = message;
    error.detail = detail;
    return &error;
}

ErrorData* copy_of(const ErrorData& source, MemoryContext context) noexcept {
    auto* copy = static_cast<ErrorData*>(allocate(context, sizeof(ErrorData)));
    if (copy == nullptr) return out_of_memory();
    *copy = source;
    for (auto member : strings) copy->*member = duplicate(context, source.*member);
    for (auto member : constants) copy->*member = duplicate(context, source.*member);
    copy->assoc_context = context;
    return copy;
}

// Runs `copy` in a new memory context of its own, for an ErrorData that an Error is to own.
template <typename Copy>
ErrorData* keep(Copy copy) noexcept {
    MemoryContext caller = CurrentMemoryContext;
    MemoryContext volatile own = nullptr;
    ErrorData* volatile kept = nullptr;
    PG_TRY();
    {
        own = AllocSetContextCreate(errors, "schemaver error", ALLOCSET_SMALL_SIZES);
        MemoryContextSwitchTo(own);
        kept = copy();
    }
    PG_CATCH();
    {
        FlushErrorState();
        kept = out_of_memory();
    }
    PG_END_TRY();
    MemoryContextSwitchTo(caller);
    if (own != nullptr && kept->assoc_context != own) MemoryContextDelete(own);
    return kept;
}

void release(ErrorData* kept) noexcept {
    if (kept->assoc_context != nullptr) MemoryContextDelete(kept->assoc_context);
}

// core speaks UTF-8; an error report speaks the database's encoding. What cannot be converted (or what an
// exception from elsewhere says in no known encoding) is reported with question marks: better than an error
// within an error. Nothing if there is no memory for it.
std::optional<std::string> report_text(const char* utf8) noexcept {
    try {
        std::string text = utf8;
        bool valid = pg_verify_mbstr(PG_UTF8, text.c_str(), static_cast<int>(text.size()), true);
        try {
            if (valid) text = from_utf8(text);
        } catch (const Error&) {
            valid = false;
        }
        for (char& c : text) {
            if (!valid && static_cast<unsigned char>(c) >= 0x80) c = '?';
        }
        return text;
    } catch (...) {
        return std::nullopt;
    }
}

// Conversion may meet a server error and flush it, and with it all that is in ErrorContext. So the texts come
// first.
Decision new_error(const char* state, const char* message, const char* detail, const char* hint) noexcept {
    const auto message_text = report_text(message);
    const auto detail_text = report_text(detail);
    const auto hint_text = report_text(hint);
    auto* error = static_cast<ErrorData*>(allocate(ErrorContext, sizeof(ErrorData)));
    if (error == nullptr || !message_text || !detail_text || !hint_text) return {out_of_memory(), false};
    error->elevel = ERROR;
    error->sqlerrcode = MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4]);
    error->message = duplicate(ErrorContext, message_text->c_str());
    if (!detail_text->empty()) error->detail = duplicate(ErrorContext, detail_text->c_str());
    if (!hint_text->empty()) error->hint = duplicate(ErrorContext, hint_text->c_str());
    error->assoc_context = ErrorContext;
    return {error, false};
}

constexpr char report_bug[] = "This is a bug in schemaver; please report it.";

}  // namespace

void initialize_boundary() {
    core::poll_callback = check_for_interrupts;
    if (errors == nullptr)
        errors = AllocSetContextCreate(TopMemoryContext, "schemaver errors", ALLOCSET_SMALL_SIZES);
}

int& live_objects() { return live; }

namespace {

ErrorData* run_in_try(void (*run)(void*), void* state) {
    MemoryContext caller = CurrentMemoryContext;
    ErrorData* volatile error = nullptr;
    PG_TRY();
    { run(state); }
    PG_CATCH();
    {
        MemoryContextSwitchTo(caller);
        error = keep([] {
            ErrorData* copy = CopyErrorData();
            copy->assoc_context = CurrentMemoryContext;
            return copy;
        });
        FlushErrorState();
    }
    PG_END_TRY();
    return error;
}

}  // namespace

ErrorData* run_protected(void (*run)(void*), void* state) {
    const ServerState entry;
    try {
        return run_in_try(run, state);
    } catch (...) {  // a C++ exception of the lambda's own; PG_END_TRY was not reached
        entry.restore();
        throw;
    }
}

Error::Error(ErrorData* kept) : data_(kept, release) {}

const char* Error::what() const noexcept { return data_->message != nullptr ? data_->message : ""; }

std::string Error::sqlstate() const { return unpack_sql_state(data_->sqlerrcode); }

Error annotated(const Error& error, const char* context, const char* hint) {
    const auto appended = [](const char* text, const char* separator, const char* more) {
        return text == nullptr ? pstrdup(more) : psprintf("%s%s%s", text, separator, more);
    };
    return Error(keep([&] {
        ErrorData* copy = copy_of(error.data(), CurrentMemoryContext);
        copy->context = appended(copy->context, "\n", context);
        copy->hint = appended(copy->hint, " ", hint);
        return copy;
    }));
}

Decision decide() noexcept {
    try {
        throw;
    } catch (const Error& error) {
        return {copy_of(error.data(), ErrorContext), true};
    } catch (const core::Error& error) {
        const char* state = error.sqlstate.size() == 5 ? error.sqlstate.c_str() : core::sqlstate::internal;
        return new_error(state, error.message.c_str(), error.detail.c_str(), error.hint.c_str());
    } catch (const std::bad_alloc&) {
        return {out_of_memory(), false};
    } catch (const std::exception& error) {
        return new_error(core::sqlstate::internal, error.what(), "schemaver met an unexpected C++ exception.",
                         report_bug);
    } catch (...) {
        return new_error(core::sqlstate::internal, "schemaver met an unknown C++ exception", "", report_bug);
    }
}

Error current_error() {
    try {
        throw;
    } catch (const Error& error) {
        return error;
    } catch (...) {
        const Decision decision = decide();
        return Error(keep([&] { return copy_of(*decision.error, CurrentMemoryContext); }));
    }
}

void raise_if(Decision decision) {
    if (decision.error == nullptr) return;
    if (decision.again) ReThrowError(decision.error);
    ThrowErrorData(decision.error);
}

// The error's own CONTEXT is complete; without this the callbacks of those who are running now would be added
// to it once more.
void report(const Error& error, int level) {
    ErrorData copy = error.data();
    copy.elevel = level;
    call([&] {
        error_context_stack = nullptr;
        ThrowErrorData(&copy);
    });
}

Datum run_function(FunctionCallInfo info, Function function) {
    Result result;
    Decision decision = guard([&] { result = function(Arguments(info)); });
    raise_if(decision);
    info->isnull = result.is_null;
    return result.value;
}

bool Arguments::boolean(int index, bool otherwise) const {
    return is_null(index) ? otherwise : DatumGetBool(datum(index));
}

std::int64_t Arguments::integer(int index, std::int64_t otherwise) const {
    return is_null(index) ? otherwise : DatumGetInt64(datum(index));
}

std::optional<std::string> Arguments::optional_text(int index) const {
    if (is_null(index)) return std::nullopt;
    return text_from_datum(datum(index));
}

std::string Arguments::text(int index, const std::string& otherwise) const {
    return optional_text(index).value_or(otherwise);
}

std::string Arguments::required_text(int index, std::string_view name) const {
    if (auto value = optional_text(index)) return *std::move(value);
    throw core::Error(core::sqlstate::null_argument, fmt::format("argument \"{}\" must not be NULL", name));
}

std::optional<std::vector<std::string>> Arguments::text_array(int index) const {
    if (is_null(index)) return std::nullopt;
    const Datum array = datum(index);
    if (call([=] { return array_contains_nulls(DatumGetArrayTypeP(array)); })) {
        throw core::Error(core::sqlstate::null_argument, "an array argument must not hold NULL");
    }
    return text_array_from_datum(array);
}

}  // namespace schemaver::pg
