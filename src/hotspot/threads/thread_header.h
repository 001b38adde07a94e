// The line that stands above each thread of a Thread.print, behind the quote that ends its name.
//
//   "worker" #12 [24173] daemon prio=5 os_prio=0 cpu=1.52ms elapsed=11.04s tid=0x… nid=24173 runnable  [0x…]
//           └─ fields ────────────────────────────────────────────────────────────────────────────────────┘
// Source: HotSpot JavaThread::print_on, Thread::print_on, OSThread::print_on, see thread_dump.h.
#pragma once

#include <optional>
#include <string_view>

#include "hotspot/threads/thread_dump.h"

namespace nmtx {

// Where the last quote is taken off, is the rest of the line that of a header?
enum class HeaderReading {
    none,
    begun,  // some fields of one, and then the line ends or goes on otherwise
    whole
};

struct ThreadHeader {
    DumpedThread thread;
    std::optional<std::uint64_t> nid_by_number;  // "#17 [24173]", 21 and later
    Address tid;                                 // of the VM's Thread object
    bool bracket = false;                        // "[0x…]", which all that run Java code have
};

// `text`: what stands behind the last quote. Takes from it what it can into `header`.
HeaderReading read_header_fields(std::string_view text, ThreadHeader& header);

}  // namespace nmtx
