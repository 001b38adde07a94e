// The last error handler of the program.
#pragma once

#include <functional>

namespace nmtx {

// Runs `work` and returns its exit code. Any exception that escapes it, in this thread or another, becomes
// an error on stderr and exit code 1 instead of a signal and a core file. Running out of memory (a limit of
// ulimit or a container) is not a bug, and a mapped file that is truncated (SIGBUS) is an error as well.
// Call it once.
int with_last_resort(const std::function<int()>& work);

// A clean-up for an abnormal end: called by the above, and on a signal for a fault (SIGSEGV, SIGABRT,
// SIGFPE, SIGILL, SIGBUS), which then ends the program as usual. It may only do what a signal handler may.
// Null: no clean-up. Only one at a time.
void before_a_crash(void (*put_right)());

}  // namespace nmtx
