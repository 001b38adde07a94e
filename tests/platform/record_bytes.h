// Bytes of records as the kernel writes them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace nmtx::test {

template <typename T>
void append(std::vector<std::byte>& out, T value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace nmtx::test
