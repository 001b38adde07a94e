// What is wrong with a command line, and what its words stand for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace nmtx {

inline tl::unexpected<Error> usage(std::string what, std::string hint = "see nmtx --help") {
    return failure("", std::move(what), std::move(hint));
}

// "3938": a process or a thread.
std::optional<std::uint64_t> parse_pid(std::string_view text);

// "12"; not nothing, and not zero.
std::optional<std::size_t> parse_count(std::string_view text);

}  // namespace nmtx
