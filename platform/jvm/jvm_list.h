// The JVMs of this host, including those in containers, without asking them anything.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "kernel/mappings/vm.h"
#include "kernel/seen_processes.h"

namespace nmtx {

struct ListedJvm {
    std::uint64_t pid = 0;
    std::uint64_t nspid = 0;        // in its own pid namespace
    std::uint32_t uid = 0;          // effective
    std::string user;               // the uid in digits if it has no name
    std::uint64_t start_ticks = 0;  // since boot
    double uptime_s = 0;
    std::optional<Bytes> rss;
    std::string cmdline;  // NUL-separated, secrets redacted
    // NUL-separated "NAME=VALUE": the variables that Java takes options from; absent where unreadable.
    std::optional<std::string> java_variables;
    std::string hostname;                   // its variable HOSTNAME, if its UTS namespace is not ours
    std::string cgroup;                     // the text of /proc/PID/cgroup
    Vm vm = Vm::unknown;                    // unknown: maps cannot be read, but the program is called java
    std::optional<std::string> hsperfdata;  // bytes, secrets redacted
    std::string why_not;  // what could not be read, and the next step; empty where all was read
};

// Ascending by pid. Leaves out processes that end meanwhile.
Expected<std::vector<ListedJvm>> list_jvms();

// The same again and again, for little: processes that were seen to be no JVM are looked at again only when
// they change. Leaves out those in `known`, without reading any file of theirs that could block.
Expected<std::vector<ListedJvm>> list_new_jvms(SeenProcesses& seen, const std::set<ProcessStart>& known);

}  // namespace nmtx
