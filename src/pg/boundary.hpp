// The error boundary: the server's longjmp and C++'s exceptions never meet.
//
// Downwards, every server call that can raise runs inside call(lambda): a server error comes out of it as a
// C++ exception that holds the whole ErrorData. Upwards, every function that the server calls is one line
// around guard(lambda): whatever is thrown inside becomes a Decision, and only when all C++ frames have gone
// does raise_if() raise it again as a server error. docs/error-boundary.md tells the whole story.
//
//     SCHEMAVER_FUNCTION(schemaver_fingerprint)(pg::Arguments arguments) {
//         std::string name = ...;  // its destructor runs, always
//         Oid schema = pg::call([] { return get_namespace_oid("x", false); });  // raises -> throws pg::Error
//         return {pg::text_datum(name)};
//     }
#pragma once

#include "core/error.hpp"
#include "pg/server.hpp"

namespace schemaver::pg {

// A server error on its way up through C++. Owns a deep copy of the ErrorData in a memory context of its own,
// so it outlives the abort of the (sub)transaction it came from. Copies share it.
class Error : public std::exception {
  public:
    explicit Error(ErrorData* kept);  // as run_protected() returns it; takes it over
    const char* what() const noexcept override;
    const ErrorData& data() const { return *data_; }
    // "42P01" and so on.
    std::string sqlstate() const;
    // A cancel by the user or by statement_timeout (57014): to be passed on, never to be swallowed.
    bool is_cancel() const { return data_->sqlerrcode == ERRCODE_QUERY_CANCELED; }

  private:
    std::shared_ptr<ErrorData> data_;
};

// What a guarded piece of C++ decided: nothing, or an error to raise. Trivially destructible, so that the
// frame that raises it has nothing to destroy. To be raised at once: the error lies in the server's
// ErrorContext, which whoever handles an error empties.
struct Decision {
    ErrorData* error = nullptr;
    bool again = false;  // a server error on its way up: its CONTEXT lines are complete already
};
static_assert(std::is_trivially_destructible_v<Decision>);

// Creates the memory context that error copies live in; called once from _PG_init, because it must exist
// before the first error unwinds anything.
void initialize_boundary();

// The Decision for the exception that is being handled now. Never throws, never raises.
Decision decide() noexcept;

// The exception that is being handled now as a pg::Error, whatever it was. For those who may swallow it: see
// subtransaction.hpp and worker.hpp.
Error current_error();

// Raises the decision's error, if there is one, exactly as it was: SQLSTATE, detail, hint, context, position.
// The caller's frame must hold nothing with a destructor.
void raise_if(Decision decision);

// Sends an error that has been swallowed to the log (LOG) or to client and log (WARNING), all its fields
// intact.
void report(const Error& error, int level);

// What an error leaves pointing into frames that have gone, as it was on entry.
class ServerState {
  public:
    ServerState()
        : memory_(CurrentMemoryContext), handler_(PG_exception_stack), callbacks_(error_context_stack) {}
    void restore() const {
        CurrentMemoryContext = memory_;
        PG_exception_stack = handler_;
        error_context_stack = callbacks_;
    }

  private:
    MemoryContext memory_;
    sigjmp_buf* handler_;
    ErrorContextCallback* callbacks_;
};

// Number of C++ objects of class Tracked alive now; the fault-injection test asserts that it returns to zero.
int& live_objects();

// An object whose life is counted: put into frames that an error must unwind.
class Tracked {
  public:
    Tracked() { ++live_objects(); }
    Tracked(const Tracked&) { ++live_objects(); }
    Tracked& operator=(const Tracked&) = default;
    ~Tracked() { --live_objects(); }
};

// Calls run(state) inside PG_TRY. Returns the error, kept for Error's constructor, or nullptr.
ErrorData* run_protected(void (*run)(void*), void* state);

// Runs `body`, a lambda that calls the server, and returns what it returns. A server error is thrown as
// pg::Error. A longjmp skips the destructors of whatever the lambda has made, so it may only make trivially
// destructible things; what it captures and returns is checked here. A C++ exception passes through.
template <typename Body>
auto call(Body body) -> std::invoke_result_t<Body> {
    using Result = std::invoke_result_t<Body>;
    static_assert(std::is_trivially_destructible_v<Body>,
                  "a longjmp would skip the destructors of a capture");
    if constexpr (std::is_void_v<Result>) {
        ErrorData* error = run_protected([](void* state) { (*static_cast<Body*>(state))(); }, &body);
        if (error != nullptr) throw Error(error);
    } else {
        static_assert(std::is_trivially_destructible_v<Result>,
                      "a longjmp would skip the result's destructor");
        struct State {
            Body* body;
            Result result;
        } state{&body, Result{}};
        ErrorData* error = run_protected(
            [](void* at) {
                auto* running = static_cast<State*>(at);
                running->result = (*running->body)();
            },
            &state);
        if (error != nullptr) throw Error(error);
        return state.result;
    }
}

// For long loops: lets a cancel or a shutdown through, as an exception.
inline void check_for_interrupts() {
    if (InterruptPending) call([] { CHECK_FOR_INTERRUPTS(); });
}

// Runs C++ that may throw anything, and says what came of it. noinline: the frame with all the destructors
// has gone before the caller raises.
template <typename Body>
[[gnu::noinline]] Decision guard(Body&& body) noexcept {
    const ServerState entry;
    try {
        body();
        return {};
    } catch (...) {
        entry.restore();
        return decide();
    }
}

// The arguments of an SQL-callable function, by position.
class Arguments {
  public:
    explicit Arguments(FunctionCallInfo info) : info_(info) {}
    FunctionCallInfo info() const { return info_; }
    int count() const { return info_->nargs; }
    bool is_null(int index) const { return index >= info_->nargs || info_->args[index].isnull; }
    Datum datum(int index) const { return info_->args[index].value; }
    bool boolean(int index, bool otherwise) const;
    std::int64_t integer(int index, std::int64_t otherwise) const;
    // UTF-8. `otherwise` when NULL.
    std::string text(int index, const std::string& otherwise = {}) const;
    std::optional<std::string> optional_text(int index) const;
    // Throws Error (null_argument) that names the argument when NULL.
    std::string required_text(int index, std::string_view name) const;
    std::optional<std::vector<std::string>> text_array(int index) const;

  private:
    FunctionCallInfo info_;
};

// What an SQL-callable function returns: a Datum, or SQL's NULL.
struct Result {
    Datum value = 0;
    bool is_null = false;
    static Result null() { return {0, true}; }
};

using Function = Result (*)(Arguments);

// The body of every SQL-callable function of ours: guard, then raise or return.
Datum run_function(FunctionCallInfo info, Function function);

}  // namespace schemaver::pg

// Defines the SQL-callable function `name`; what follows the macro is its parameter list and body.
#define SCHEMAVER_FUNCTION(name)                                                                            \
    static ::schemaver::pg::Result name##_body(::schemaver::pg::Arguments);                                 \
    extern "C" {                                                                                            \
    PG_FUNCTION_INFO_V1(name);                                                                              \
    PGDLLEXPORT Datum name(PG_FUNCTION_ARGS) { return ::schemaver::pg::run_function(fcinfo, name##_body); } \
    }                                                                                                       \
    static ::schemaver::pg::Result name##_body
