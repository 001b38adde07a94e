// What the kernel's "Key:   value" texts have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/not_understood.h"

namespace nmtx {

// "   2368 kB", blanks around it allowed; nothing where it is anything else or exceeds 64 bits of bytes.
std::optional<Bytes> read_kilobytes(std::string_view value);

// "2368", blanks behind it allowed; false where it is anything else.
bool read_number(std::string_view value, std::optional<std::uint64_t>& target);

}  // namespace nmtx
