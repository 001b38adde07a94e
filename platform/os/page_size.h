// The kernel's page size.
#pragma once

#include <unistd.h>

#include <cstdint>

namespace nmtx {

// In bytes.
inline std::uint64_t page_size() {
    static const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

}  // namespace nmtx
