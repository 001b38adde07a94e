// `nmtx doctor`: what this user may do here, with the reason and the remedy for each check. Pure: platform/
// collects the facts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "kernel/status.h"
#include "process/jvm_summary.h"
#include "process/process_view.h"

namespace nmtx {

// Facts about this machine and our own process.
struct HostFacts {
    ProcessStatus self;
    std::string self_status;  // the text of /proc/self/status
    std::string uid_map;      // of /proc/self/uid_map; empty where there is none
    std::string user;
    std::string kernel_release;
    std::string proc_options;           // how /proc is mounted: "rw,nosuid,hidepid=2"; empty where unknown
    std::optional<std::uint64_t> yama;  // /proc/sys/kernel/yama/ptrace_scope; absent: no Yama
    std::optional<std::int64_t> perf_paranoid;  // /proc/sys/kernel/perf_event_paranoid
    bool tracefs = false;                       // uprobe_events can be opened for writing
    Expected<void> pagemap_scan;                // of our own pages
    bool own_pid_namespace = false;             // different from the host's
    std::size_t jvms = 0;                       // visible JVMs
    std::size_t jvms_unreadable = 0;            // those with unreadable mappings
};

// What was tried on one process. It was not asked anything.
struct TargetFacts {
    std::uint64_t pid = 0;
    std::string user;
    const ProcessView* view = nullptr;    // null where `unreadable` says why
    const JvmSummary* summary = nullptr;  // null where it is not a JVM
    std::optional<Error> unreadable;      // no report is possible
    Expected<void> memory;                // one word of its memory was read
    Expected<void> attach;                // it could be asked
    bool listens = false;                 // its attach socket is there already
    std::string allocator;                // from the mapped files; empty where unknown
    std::optional<std::string> glibc;     // its release
};

enum class Ability : std::uint8_t { ok, limited, no };

struct DoctorCheck {
    std::string_view name;  // "smaps"
    Ability ability = Ability::ok;
    std::string found;       // a sentence without a full stop
    std::string_view needs;  // what it is needed for
    std::string remedy;      // one command or one step; empty where nothing helps or nothing is wrong
    bool of_report = true;   // the report of one process depends on it
};

struct DoctorReport {
    std::vector<DoctorCheck> checks;
    bool report_possible = true;  // for the process; without one, for some JVM
};

DoctorReport examine(const HostFacts& host, const std::optional<TargetFacts>& target);

}  // namespace nmtx
