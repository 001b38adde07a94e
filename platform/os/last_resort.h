// The last catch of the program.
#pragma once

#include <functional>

namespace nmtx {

// Runs `work` and returns its exit code. Whatever escapes it, in this thread or another, is an error on
// stderr and exit code 1, not a signal and a core file: memory that runs out (a bound of ulimit, a
// container's) is nobody's bug, and a mapped file that somebody cuts short (SIGBUS) is an error as well. Call
// it once.
int with_last_resort(const std::function<int()>& work);

// What is to be put right before the program ends in the middle of something: called by the above, and where
// a signal ends the program that says a fault is in it (SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS), which then
// ends it as ever. It may only do what a signal handler may. Null: nothing any more. For one thing at a time.
void before_a_crash(void (*put_right)());

}  // namespace nmtx
