// How much of RSS NMT does not track, the most frequent question.
#pragma once

#include <string>
#include <string_view>

#include "ledger/ledger.h"

namespace nmtx {

inline constexpr std::string_view gap_name = "Not tracked by NMT";

// "Not tracked by NMT: 50.5 MiB (46.3 to 64.8): …. RSS minus NMT committed (-12.9 MiB) misleads: …"; empty
// where NMT has no total. `bounds`: also explains the range.
std::string gap_text(const Ledger& ledger, bool bounds);

}  // namespace nmtx
