// Our capabilities, reduced at the start to what the command needs. A bug in nmtx, or a target or file that
// exploits one, gets no more than those.
#pragma once

namespace nmtx {

struct Needs {
    bool processes = false;  // reads other processes
    bool attach = false;     // signals the JVM, and acts as its user
    bool stops = false;      // stops threads, and needs scheduling priority for it
    bool probes = false;     // sets uprobes, and locks memory for their buffers
    bool writes = false;     // writes files that the user names
};

// Drops every capability that is not needed, for this process and its children, and the means to gain new
// ones (no_new_privs). Call it before there is a second thread. Root without CAP_SYS_PTRACE, as in a
// container, keeps its capabilities if it reads processes, because then the kernel compares them with the
// target's.
void drop_privileges(const Needs& needs);

}  // namespace nmtx
