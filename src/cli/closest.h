// Suggestions for mistyped words.
#pragma once

#include <string_view>
#include <vector>

namespace nmtx {

// The word of `known` that is at most two typing mistakes away from `typed`; empty where none is.
std::string_view closest(std::string_view typed, const std::vector<std::string_view>& known);

}  // namespace nmtx
