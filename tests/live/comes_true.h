// Waiting for a condition, with a deadline.
#pragma once

#include <poll.h>

#include <chrono>

namespace nmtx::live {

// Polls until it holds; false when that took too long.
template <typename Condition>
bool comes_true(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        ::poll(nullptr, 0, 20);
    }
    return true;
}

}  // namespace nmtx::live
