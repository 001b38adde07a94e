// The header line of each thread in Thread.print, after the quote that ends its name.
//
//   "worker" #12 [24173] daemon prio=5 os_prio=0 cpu=1.52ms elapsed=11.04s tid=0x… nid=24173 runnable  [0x…]
//           └─ fields ────────────────────────────────────────────────────────────────────────────────────┘
// Source: HotSpot JavaThread::print_on, Thread::print_on, OSThread::print_on, see thread_dump.h.
#pragma once

#include <optional>
#include <string_view>

#include "hotspot/threads/thread_dump.h"

namespace nmtx {

// Is the text after the last quote that of a header?
enum class HeaderReading {
    none,
    begun,  // some fields of one, then the line ends or continues differently
    whole
};

struct ThreadHeader {
    DumpedThread thread;
    std::optional<std::uint64_t> nid_by_number;  // "#17 [24173]", 21 and later
    Address tid;                                 // address of the VM's Thread object
    bool bracket = false;                        // "[0x…]", which all threads that run Java code have
};

// `text`: the part after the last quote. Reads as many fields as it can into `header`.
HeaderReading read_header_fields(std::string_view text, ThreadHeader& header);

}  // namespace nmtx
