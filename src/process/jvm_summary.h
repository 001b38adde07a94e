// A JVM of this host, as `nmtx list` shows it and as it is selected by name: what is known without asking
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "hotspot/nmt_level.h"
#include "kernel/containers/container_identity.h"
#include "kernel/mappings/vm.h"

namespace nmtx {

struct JvmContainer {
    std::string id;        // 64 hexadecimal digits; empty where its cgroup has none
    ContainerNames names;  // from the runtime's files
    std::string hostname;  // the variable HOSTNAME, where it is not in our UTS namespace
    [[nodiscard]] bool empty() const { return id.empty() && names.empty() && hostname.empty(); }
    // The best known of: its names, the host name inside, twelve digits of the id.
    [[nodiscard]] std::string shown() const;
};

// What was read from a process. Secrets are redacted.
struct JvmEvidence {
    std::uint64_t pid = 0;
    std::optional<std::uint64_t> container_pid;  // its pid in its own namespace, where that differs
    std::uint32_t uid = 0;
    std::string user;
    std::uint64_t start_ticks = 0;  // since boot
    double uptime_s = 0;
    Vm vm = Vm::unknown;
    std::optional<Bytes> rss;
    std::string cmdline;  // NUL-separated; empty where unreadable
    // NUL-separated "NAME=VALUE", only the variables from which Java takes options; absent where unreadable.
    std::optional<std::string> java_variables;
    std::optional<std::string> perf;  // the bytes of hsperfdata
    JvmContainer container;
    std::string note;  // why something is unknown
};

struct JvmSummary {
    std::uint64_t pid = 0;
    std::optional<std::uint64_t> container_pid;
    std::uint32_t uid = 0;
    std::string user;
    std::uint64_t start_ticks = 0;
    double uptime_s = 0;
    Vm vm = Vm::unknown;
    std::optional<Bytes> rss;
    std::string version, gc;           // empty where unknown
    NmtLevel nmt = NmtLevel::unknown;  // of HotSpot
    std::optional<Bytes> heap_limit;   // -Xmx or the JVM's default
    std::string main;                  // main class, jar or module; empty where unknown
    std::string command;               // the same with its arguments
    JvmContainer container;
    std::string note;
};

JvmSummary summary_of(const JvmEvidence& jvm);

// The largest RSS first; equal ones by pid.
void sort_by_rss(std::vector<JvmSummary>& jvms);

}  // namespace nmtx
