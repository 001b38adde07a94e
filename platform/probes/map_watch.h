// Which threads map memory, and how much: the kernel's own records of mappings (PERF_RECORD_MMAP2), which
// need no probe and have no stack. They only show which threads' calls of mmap are worth a probe.
//
// A mapping that the kernel has joined to its neighbour is recorded as the whole of both, so bytes are by
// what was recorded before. Source: Linux mm/mmap.c (mmap_region), kernel/events/core.c (perf_event_mmap).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>

#include "base/address.h"
#include "platform/probes/perf_probe.h"
#include "platform/probes/probe_ring.h"

namespace nmtx {

class MapWatch {
  public:
    struct Mapped {
        std::uint64_t calls = 0, bytes = 0;
    };

    // From now on these threads, as many as there is room for, and no others.
    void follow(std::span<const pid_t> threads);
    // Since it was last asked: those that mapped memory of no file for use. With what malloc maps.
    std::map<pid_t, Mapped> take();

  private:
    struct Followed {
        PerfProbe event;
        ProbeRing ring;
    };
    std::uint64_t growth(Range range);

    std::unordered_map<pid_t, Followed> threads_;
    std::unordered_map<std::uint64_t, Range> by_begin_, by_end_;
};

}  // namespace nmtx
