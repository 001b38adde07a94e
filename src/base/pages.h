// Pages of memory.
#pragma once

#include <cstdint>

namespace nmtx {

// The smallest page of x86-64, in bytes: the unit of the kernel's memory accounting.
inline constexpr std::uint64_t small_page = 4096;
// A huge page: 512 of them.
inline constexpr std::uint64_t huge_page = std::uint64_t{2} << 20U;

}  // namespace nmtx
