// Why the kernel refuses to show the memory of a process, and what helps. Source: kernel/ptrace.c
// (__ptrace_may_access) and security/commoncap.c (cap_ptrace_access_check).
#pragma once

#include <optional>
#include <string>

#include "kernel/status.h"

namespace nmtx {

// What is known about the reader and the target.
struct TraceRights {
    bool root = false;
    bool sys_ptrace = false;      // CAP_SYS_PTRACE is effective
    bool reads_any_file = false;  // CAP_DAC_READ_SEARCH or CAP_DAC_OVERRIDE is
    bool initial_user_namespace = true;
    std::optional<bool> same_user;     // nothing where the target's user is unknown
    std::optional<bool> more_capable;  // the target has capabilities that the reader lacks
};

// `uid_map`: /proc/self/uid_map.
TraceRights trace_rights(const ProcessStatus& self, const std::optional<ProcessStatus>& target,
                         std::string_view uid_map);

// After EPERM or EACCES: "root lacks CAP_SYS_PTRACE here: add it to the container, or run as the JVM's user".
std::string hint_after_refusal(const TraceRights& rights);

}  // namespace nmtx
