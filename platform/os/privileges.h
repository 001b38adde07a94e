// What the kernel lets us do, cut at the start to what the command needs. A fault in nmtx, or a target or
// file that finds one, is worth no more than what is left.
#pragma once

namespace nmtx {

struct Needs {
    bool processes = false;  // reads other processes
    bool attach = false;     // signals the JVM, and acts as its user
    bool stops = false;      // stops threads, and wants to do it quickly
    bool writes = false;     // writes files that the user names
};

// Gives up every capability that this does not take, for this process and its children, and the means to win
// new ones (no_new_privs). Call it before there is a second thread. Root who was not given CAP_SYS_PTRACE, as
// in a container, keeps what it has where it reads processes: there the kernel compares the capabilities of
// both.
void drop_privileges(const Needs& needs);

}  // namespace nmtx
