// Memory of a target process as the pure side sees it: live through platform/, in tests a buffer.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/address.h"

namespace nmtx {

// Reads without stopping the target and without faulting a page in.
class TargetMemory {
  public:
    TargetMemory() = default;
    TargetMemory(const TargetMemory&) = delete;
    TargetMemory& operator=(const TargetMemory&) = delete;
    virtual ~TargetMemory() = default;

    // Reads up to into.size() bytes from `at`; returns how many were read (0 where the page is not resident
    // or not readable).
    virtual std::size_t read(Address at, std::span<std::byte> into) = 0;
    // The resident runs of a range, ascending. Where the kernel cannot tell: none; residency is never
    // assumed.
    virtual std::vector<Range> resident_runs(Range range) = 0;
};

}  // namespace nmtx
