// Copies memory of another process into our buffer, on several processors, because a single one is slowed by
// the kernel's work for each page.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

struct CopiedRun {
    Range range;             // of the target
    std::size_t offset = 0;  // in the buffer
};

// `resident`: ascending, disjoint, whole pages; the buffer has room for all of them. Unreadable pages are
// left out. Returns the copied runs, ascending. Fails where the deadline has passed or the process may not
// be read.
Expected<std::vector<CopiedRun>> copy_memory(const ProcessFiles& process, const std::vector<Range>& resident,
                                             std::byte* buffer,
                                             std::chrono::steady_clock::time_point deadline);

}  // namespace nmtx
