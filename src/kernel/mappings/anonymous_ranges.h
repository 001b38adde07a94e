// Where memory of no file is mapped for use. By maps, or the headers of smaps.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/address.h"

namespace nmtx {

// Ascending and joined. Without what may not be touched, such as reservations; with shared memory and huge
// pages that mmap gives without a file. Lines that are no mapping are passed over.
std::vector<Range> anonymous_ranges(std::string_view maps);

// `ranges`: ascending and joined. Bytes of `range` that are in one of them.
std::uint64_t bytes_within(std::span<const Range> ranges, Range range);
// Bytes of `ranges` that are in none of `others`.
std::uint64_t bytes_outside(std::span<const Range> ranges, std::span<const Range> others);

}  // namespace nmtx
