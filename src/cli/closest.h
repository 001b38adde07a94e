// What somebody probably meant to type.
#pragma once

#include <string_view>
#include <vector>

namespace nmtx {

// The one of `known` that is a typing mistake or two away from `typed`; empty where none is.
std::string_view closest(std::string_view typed, const std::vector<std::string_view>& known);

}  // namespace nmtx
