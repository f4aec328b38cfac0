// The kinds of failure, and the places to fail in: everything through which an error can cross the boundary.
#include "pg/fault.hpp"

#include <sys/resource.h>

#include <cstdlib>
#include <stdexcept>

#include "pg/limits.hpp"
#include "pg/scan.hpp"
#include "pg/subtransaction.hpp"
#include "pg/table_query.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "utils/fmgrprotos.h"
}

namespace schemaver::pg {

namespace {

// Raised in a frame of its own, as far from any C++ as the server's own code is.
[[gnu::noinline]] void raise_server_error() {
    ereport(ERROR, (errcode(MAKE_SQLSTATE('S', 'V', 'F', '0', '1')), errmsg("server fault"),
                    errdetail("the detail of the server fault"), errdetail_log("the detail for the log"),
                    errhint("the hint of the server fault"), errcontext("the context of the server fault"),
                    errposition(8), err_generic_string(PG_DIAG_SCHEMA_NAME, "fault_schema"),
                    err_generic_string(PG_DIAG_TABLE_NAME, "fault_table"),
                    err_generic_string(PG_DIAG_COLUMN_NAME, "fault_column"),
                    err_generic_string(PG_DIAG_DATATYPE_NAME, "fault_type"),
                    err_generic_string(PG_DIAG_CONSTRAINT_NAME, "fault_constraint")));
}

void fail_passed() {
    std::optional<Error> caught;
    try {
        call([] { raise_server_error(); });
    } catch (const Error& error) {
        caught = error;
    }
    throw *caught;
}

// A stack that has to grow while no memory is to be had is a segmentation fault, whatever the code does.
[[gnu::noinline]] void grow_stack() {
    constexpr std::size_t depth = 256 * 1024;
    volatile char* deep = static_cast<volatile char*>(__builtin_alloca(depth));
    for (std::size_t at = 0; at < depth; at += 1024) deep[at] = 0;
}

// As long as it lives, malloc has nothing left to give, not even 16 bytes.
class NoMemory {
  public:
    NoMemory() {
        grow_stack();
        getrlimit(RLIMIT_AS, &before_);
        rlimit none = before_;
        none.rlim_cur = 0;
        setrlimit(RLIMIT_AS, &none);
        for (std::size_t size = 1 << 20; size >= sizeof(Chunk); size /= 2) {
            while (void* memory = std::malloc(size)) chunks_ = new (memory) Chunk{chunks_};
        }
    }
    NoMemory(const NoMemory&) = delete;
    NoMemory& operator=(const NoMemory&) = delete;
    ~NoMemory() {
        while (chunks_ != nullptr) std::free(std::exchange(chunks_, chunks_->next));
        setrlimit(RLIMIT_AS, &before_);
    }

  private:
    struct Chunk {
        Chunk* next;
    };
    Chunk* chunks_ = nullptr;
    rlimit before_{};
};

// The server keeps some memory contexts it has deleted for later, so this goes on until those are used up
// too: then there is none to keep the copy of the error in.
void exhaust_server() {
    const NoMemory none;
    call([] {
        for (;;) (void)AllocSetContextCreate(CurrentMemoryContext, "fault", ALLOCSET_SMALL_SIZES);
    });
}

void exhaust_new() {
    const NoMemory none;
    const std::string text(1000, 'x');
    throw core::Error("SVF02", text + text);
}

struct Kind {
    const char* name;
    void (*fail)();
};

constexpr std::array<Kind, 11> kinds = {{
    {"server", [] { call([] { raise_server_error(); }); }},
    {"passed", fail_passed},
    {"core",
     [] {
         throw core::Error("SVF02", "core fault", "the detail of the core fault",
                           "the hint of the core fault");
     }},
    {"bad_alloc", [] { throw std::bad_alloc(); }},
    {"runtime_error", [] { throw std::runtime_error("runtime fault"); }},
    {"unknown", [] { throw 42; }},
    {"not_latin", [] { throw core::Error("SVF04", "accents \u00e9 and ticks \u2713"); }},
    {"not_text", [] { throw std::runtime_error("bytes \xff\xc3 in no encoding"); }},
    {"exhausted_server", exhaust_server},
    {"exhausted_new", exhaust_new},
    {"sleep", [] { call([] { DirectFunctionCall1(pg_sleep, Float8GetDatum(60)); }); }},
}};

// Places within one SQL function.

void fail_in_spi(const std::string& kind) {
    call([] { SPI_connect(); });
    const Tracked tracked;
    call([] { SPI_execute("SELECT relname FROM pg_catalog.pg_class", true, 10); });
    fail(kind);
}

void fail_in_scan(const std::string& kind) {
    scan(RelationRelationId, {}, nullptr, [&](const Row& row) {
        const Tracked tracked;
        const std::string name = row.name(Anum_pg_class_relname);
        fail(kind);
    });
}

// Not how call() is meant to be used, but how it may one day be used by mistake.
void fail_in_call(const std::string& kind) {
    call([&] {
        error_context_stack = nullptr;
        CurrentMemoryContext = ErrorContext;
        fail(kind);
    });
}

// The context callback lies in the frame that the exception leaves: the server must not call it afterwards.
void fail_with_callback(const std::string& kind) {
    ErrorContextCallback callback = {error_context_stack, [](void*) { errcontext("a living callback"); },
                                     nullptr};
    error_context_stack = &callback;
    fail(kind);
}

// Here nobody raises again, so whatever the exception has left pointing into its frames would stay so.
std::string swallow(const std::string& kind) {
    const MemoryContext memory = CurrentMemoryContext;
    const auto error = subtransaction([&] { call([&] { fail_in_scan(kind); }); });
    if (CurrentMemoryContext != memory) return "the memory context is another one";
    const ErrorData& data = error->data();
    return fmt::format("{}|{}|{}|{}", error->sqlstate(), error->what(), data.detail ? data.detail : "",
                       data.hint ? data.hint : "");
}

void run_query(const std::string& query) {
    const Tracked tracked;
    call([] { SPI_connect(); });
    const std::string copy = query;
    call([&] { SPI_execute(copy.c_str(), false, 0); });
    call([] { SPI_finish(); });
}

}  // namespace

void fail(const std::string& name) {
    const Tracked tracked;
    const std::string copy = name + " (long enough to be on the heap, so that a leak of it would show)";
    for (const Kind& kind : kinds) {
        if (name == kind.name) return kind.fail();
    }
    throw core::Error(core::sqlstate::invalid_argument, fmt::format("there is no fault \"{}\"", name));
}

}  // namespace schemaver::pg

namespace pg = schemaver::pg;

// fault(place, kind): fails there in that way. Returns text only where the fault is swallowed.
SCHEMAVER_FUNCTION(schemaver_fault)(pg::Arguments arguments) {
    const pg::Tracked tracked;
    const std::string place = arguments.required_text(0, "place");
    const std::string kind = arguments.required_text(1, "kind");
    if (place == "function") pg::fail(kind);
    if (place == "spi") pg::fail_in_spi(kind);
    if (place == "scan") pg::fail_in_scan(kind);
    if (place == "call") pg::fail_in_call(kind);
    if (place == "callback") pg::fail_with_callback(kind);
    if (place == "subtransaction") return {pg::text_datum(pg::swallow(kind))};
    throw schemaver::core::Error(schemaver::core::sqlstate::invalid_argument,
                                 fmt::format("there is no place \"{}\" to fail in", place));
}

// fault_message(text): a core::Error with that message.
SCHEMAVER_FUNCTION(schemaver_fault_message)(pg::Arguments arguments) {
    const pg::Tracked tracked;
    throw schemaver::core::Error("SVF03", arguments.required_text(0, "message"));
}

// fault_query(query): runs it through SPI.
SCHEMAVER_FUNCTION(schemaver_fault_query)(pg::Arguments arguments) {
    const pg::Tracked tracked;
    pg::run_query(arguments.required_text(0, "query"));
    return pg::Result::null();
}

// fault_table_query(query): how many rows query_tables() finds.
SCHEMAVER_FUNCTION(schemaver_fault_table_query)(pg::Arguments arguments) {
    const pg::Tracked tracked;
    return {Int32GetDatum(static_cast<int>(pg::query_tables(arguments.required_text(0, "query")).size()))};
}

// fault_limits(text, answer): makes them smaller for this session, in bytes.
SCHEMAVER_FUNCTION(schemaver_fault_limits)(pg::Arguments arguments) {
    pg::limits.text = static_cast<std::size_t>(DatumGetInt64(arguments.datum(0)));
    pg::limits.answer = static_cast<std::size_t>(DatumGetInt64(arguments.datum(1)));
    return pg::Result::null();
}

SCHEMAVER_FUNCTION(schemaver_live_objects)(pg::Arguments) { return {Int32GetDatum(pg::live_objects())}; }
