// Amounts, shares, times and numbers as people read them: the same in every report.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace nmtx {

// "-25.1" with that many decimals. An amount that rounds to zero has no sign: "0.0", never "-0.0".
std::string decimals(double value, int digits);
// The same with a sign for increases too: "+0.3".
std::string signed_decimals(double value, int digits);

// "342.9" for that many MiB; "<0.1" for less than that, "0.0" only for zero bytes.
std::string in_mib(Bytes bytes);
// "-25.1"
std::string in_mib(Delta delta);
// "20.1" percent of `whole`; empty where `whole` is 0.
std::string percent(Bytes part, Bytes whole);
// "12 KiB", "342.9 MiB", "1.4 GiB"
std::string human(Bytes bytes);
inline constexpr double seconds_an_hour = 3600;
// "3 min", "2 h 5 min", "9 days"
std::string human_seconds(double seconds);

// "179,840"
std::string grouped(std::uint64_t number);
// "+1,024", "-32,784", "0"
std::string grouped(Delta delta);

}  // namespace nmtx
