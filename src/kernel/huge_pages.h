// /sys/kernel/mm/transparent_hugepage/enabled: whether the kernel uses huge pages for anonymous memory that
// did not request them. Source: Linux Documentation/admin-guide/mm/transhuge.rst.
#pragma once

#include <string_view>

#include "base/error.h"

namespace nmtx {

enum class ThpMode { always, madvise, never };
std::string_view name_of(ThpMode mode);  // "always", "madvise", "never"

// "always [madvise] never": the word in brackets.
Expected<ThpMode> parse_thp_mode(std::string_view text, std::string_view document = "transparent_hugepage");

}  // namespace nmtx
