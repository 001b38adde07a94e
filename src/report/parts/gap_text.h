// How much of RSS NMT does not track, the most frequent question.
#pragma once

#include <string>
#include <string_view>

#include "ledger/ledger.h"

namespace nmtx {

inline constexpr std::string_view gap_name = "Not tracked by NMT";

// "Not tracked by NMT: 50.5 MiB (between 46.3 and 64.8): native malloc 25.1, …."; empty where the addresses
// of NMT's memory are unknown. `bounds`: also explains the range.
std::string gap_text(const Ledger& ledger, bool bounds);

// "The usual estimate (RSS - NMT committed = -12.9 MiB) fails: …": tickets quote it, and it is negative in
// many healthy processes. It is only called wrong where it is out of the range of gap_text(), behind which
// this is printed. Empty where NMT has no total.
std::string subtraction_text(const Ledger& ledger);

}  // namespace nmtx
