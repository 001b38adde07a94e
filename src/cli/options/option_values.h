// Shared by options with the same kind of value.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace nmtx {

// Errors name the option and show what was typed.
tl::unexpected<Error> wrong_value(std::string_view option, std::string_view wanted, std::string_view typed);

Expected<Bytes> size_of(std::string_view option, const std::string& text);
// Between these two.
Expected<std::chrono::milliseconds> time_of(std::string_view option, const std::string& text,
                                            std::chrono::milliseconds least, std::chrono::milliseconds most);
Expected<std::uint64_t> number_of(std::string_view option, const std::string& text, std::uint64_t least,
                                  std::uint64_t most);
// Not empty.
Expected<std::string> word_of(std::string_view option, const std::string& text);

}  // namespace nmtx
