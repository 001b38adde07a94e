// The part of a GC log line before its message.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/cursor.h"
#include "hotspot/gc_log/gc_log.h"

namespace nmtx::vm {

struct GcLogLine {
    GcLogTime time;
    bool stamped = false;             // the time was on this line
    bool decorated = false;           // "[0.109s][info][gc]" of unified logging
    std::optional<std::uint64_t> gc;  // "GC(3) "
    std::string_view message;         // trimmed
};

GcLogLine take_gc_log_line(std::string_view line);

struct HeapChange {
    Bytes before, after;
    std::optional<Bytes> total_before, total;
};

// "605K->560K(64512K)", "73K(320K)->73K(320K)", "24.0M(256.0M)->3500.5K(256.0M)", ZGC's "24M(9%)->8M(3%)",
// without totals.
std::optional<HeapChange> take_heap_change(Cursor& cursor);

}  // namespace nmtx::vm
