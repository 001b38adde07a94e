// The memory of a process that may not be read.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "platform/terminal/progress.h"

namespace nmtx {

// Used where the kernel does not tell which pages are resident: reading could then fault pages in.
class NoMemory : public WatchedMemory {
  public:
    std::size_t read(Address, std::span<std::byte>) override { return 0; }
    std::vector<Range> resident_runs(Range) override { return {}; }
};

}  // namespace nmtx
