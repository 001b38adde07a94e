// Where anonymous memory is mapped for use, from maps or the headers of smaps.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/address.h"

namespace nmtx {

// Ascending and joined. Includes shared memory and huge pages that mmap gives without a file, but no
// mappings without access, such as reservations. Lines that are not mappings are skipped.
std::vector<Range> anonymous_ranges(std::string_view maps);

// `ranges`: ascending and joined. Bytes of `range` that are in one of them.
std::uint64_t bytes_within(std::span<const Range> ranges, Range range);
// Bytes of `ranges` that are in none of `others`.
std::uint64_t bytes_outside(std::span<const Range> ranges, std::span<const Range> others);

}  // namespace nmtx
