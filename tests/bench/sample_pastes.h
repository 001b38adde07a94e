// Texts of any length of each kind that `nmtx explain` reads, and some that it does not.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace nmtx::bench {

struct SamplePaste {
    std::string_view name;
    std::string_view head;                          // once, before all
    void (*add)(std::string& text, std::size_t i);  // so much more of it
};

std::span<const SamplePaste> sample_pastes();

// At least so many bytes of it.
std::string paste_of(const SamplePaste& sample, std::size_t bytes);

}  // namespace nmtx::bench
