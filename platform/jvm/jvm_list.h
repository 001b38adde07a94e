// The JVMs of this host, those in containers included, without asking any of them anything.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "kernel/mappings/vm.h"

namespace nmtx {

struct ListedJvm {
    std::uint64_t pid = 0;
    std::uint64_t nspid = 0;        // as it sees itself
    std::uint32_t uid = 0;          // effective
    std::string user;               // the uid in digits where it has no name
    std::uint64_t start_ticks = 0;  // since boot
    double uptime_s = 0;
    std::optional<Bytes> rss;
    std::string cmdline;  // NUL-separated, secrets redacted
    // NUL-separated "NAME=VALUE": the variables that Java takes options from; absent where unreadable.
    std::optional<std::string> java_variables;
    std::string hostname;  // its variable HOSTNAME, where its UTS namespace is another than ours
    std::string cgroup;    // the text of /proc/PID/cgroup
    Vm vm = Vm::unknown;   // maps cannot be read, but the program is called java
    std::optional<std::string> hsperfdata;  // bytes, secrets redacted
    std::string why_not;  // what could not be read of it, and the next step; empty where nothing is amiss
};

using ProcessStart = std::pair<std::uint64_t, std::uint64_t>;  // pid and start in clock ticks

// Ascending by pid. Processes that end meanwhile are left out, and those that are `known`: of these no file
// is read that could keep a reader waiting.
Expected<std::vector<ListedJvm>> list_jvms(const std::set<ProcessStart>& known = {});

}  // namespace nmtx
