// What every long loop calls now and then, so that whoever no longer wants its result can have it stopped.
//
//     for (const Object& object : schema) {
//         poll();
//         ...
//
// In the server it lets a cancel through, as an exception (the module sets it to pg::check_for_interrupts);
// elsewhere it does nothing.
#pragma once

namespace schemaver::core {

inline void (*poll_callback)() = nullptr;

inline void poll() {
    if (poll_callback != nullptr) poll_callback();
}

}  // namespace schemaver::core
