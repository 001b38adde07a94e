// Pages of memory.
#pragma once

#include <cstdint>

namespace nmtx {

// The smallest page of x86-64, in bytes: what the kernel's accounts of memory count in there.
inline constexpr std::uint64_t small_page = 4096;
// What the kernel makes of 512 of them in a row there.
inline constexpr std::uint64_t huge_page = std::uint64_t{2} << 20U;

}  // namespace nmtx
