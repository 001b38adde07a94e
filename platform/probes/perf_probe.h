// One uprobe on one thread, by perf_event_open(2): a breakpoint in the pages of a file, as one process sees
// them, that the kernel takes out again when the descriptor is closed, however we end.
//
// A local uprobe (no tracefs) belongs to the event that made it. Its breakpoint is in all threads of the
// process from then on, whether the event is enabled or not, and costs each call its trap; only the thread
// that the event is for counts. Source: Linux kernel/trace/trace_uprobe.c (create_local_trace_uprobe,
// uprobe_perf_open, __uprobe_perf_filter).
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "platform/os/descriptor.h"

struct perf_event_attr;

namespace nmtx {

// How the kernel numbers its uprobes, from /sys/bus/event_source/devices/uprobe.
struct UprobeType {
    std::uint32_t type = 0;
    std::uint64_t return_bit = 1;  // of attr.config: a return probe
};
// Fails where the kernel has none.
Expected<UprobeType> uprobe_type();

struct ProbePlace {
    int file = -1;  // an open descriptor of the file
    std::uint64_t offset = 0;
    bool returns = false;
};

// What is recorded of each so many hits; of none where `every` is 0: then hits are only counted.
struct ProbeRecords {
    std::uint64_t every = 0;
    std::uint32_t stack_bytes = 0;  // copied with it; none: registers only
};

class PerfProbe {
  public:
    // Not enabled yet. `why` where it fails: ESRCH where the thread has ended.
    static PerfProbe insert(const UprobeType& type, const ProbePlace& place, pid_t tid,
                            const ProbeRecords& records, int& why);

    // At an instruction, by a debug register of the thread: nothing is written into the process, and other
    // threads do not trap. A hit costs some ten times as much. `why`: ENOSPC where all registers are in use.
    static PerfProbe at_register(Address code, pid_t tid, const ProbeRecords& records, int& why);

    // No probe: what the thread maps, as records of mappings.
    static PerfProbe of_mappings(pid_t tid, int& why);

    PerfProbe() = default;
    [[nodiscard]] explicit operator bool() const { return static_cast<bool>(event_); }
    [[nodiscard]] int descriptor() const { return event_.get(); }
    [[nodiscard]] std::uint64_t id() const { return id_; }  // as records have it
    // Its records go to the ring of another event of the same thread.
    bool send_to(const PerfProbe& other);
    bool enable();
    // It disables itself after so many more hits.
    bool enable_for(std::uint32_t hits);
    void disable();
    [[nodiscard]] std::uint64_t hits() const;
    // For so long it was enabled while its thread had a processor.
    [[nodiscard]] std::uint64_t running_ns() const;
    Descriptor take() { return std::move(event_); }

  private:
    static PerfProbe create(perf_event_attr& attributes, pid_t tid, const ProbeRecords& records, int& why);
    // Hits, the time in which it was enabled, and that in which it ran.
    [[nodiscard]] std::array<std::uint64_t, 3> counts() const;

    Descriptor event_;
    std::uint64_t id_ = 0;
};

// What a refusal by errno means, and what can be done about it.
Error probe_refusal(int error);

}  // namespace nmtx
