// Figures about a process from pasted texts other than its mappings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/mappings/smaps.h"

namespace nmtx {

inline constexpr std::string_view told_by_kill = "the log of its kill";

// RSS as one figure: from /proc/PID/status, ps, or the kernel's log of a kill.
struct ToldResident {
    Bytes rss;
    std::optional<Bytes> file, shmem;  // its parts, where the text has them
    std::string from;                  // "/proc/PID/status"
};

// "C-Heap outstanding allocations: 75765K, retained: 3094K", which VM.info and hs_err logs print.
struct CHeapUse {
    Bytes outstanding;              // taken from malloc and not freed
    std::optional<Bytes> retained;  // freed, and not given back by glibc
    bool may_have_wrapped = false;  // as the text says: counted in 32 bits
};

// A row of `top -H`.
struct ThreadLoad {
    std::uint64_t tid = 0;
    double cpu_percent = 0;  // of one CPU
};

struct ToldFigures {
    std::optional<ToldResident> resident;
    std::optional<SmapsRollup> rollup;
    std::optional<CHeapUse> c_heap;
    std::vector<ThreadLoad> loads;
};

}  // namespace nmtx
