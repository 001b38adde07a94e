// Notes on malloc in reports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// "glibc 2.36"; empty where nothing is known.
std::string allocator_name(const MallocWalk& walk);

inline constexpr std::string_view malloc_not_analysed = "malloc was not analysed";
// "malloc was not analysed: --malloc=never was given. Find what is in use …: nmtx malloc 4711"; empty where
// it was.
std::string no_walk_text(const ProcessView& view);

// What the figures are based on. `all`: also what the tables show.
std::vector<std::string> malloc_notes(const Moment& moment, bool all = true);

// "177,719 blocks of 1,016 bytes, in libtarget.so": the most resident group of untracked blocks, shortened to
// fit `room` columns.
std::string largest_remark(const MallocWalk& walk, std::size_t room);

}  // namespace nmtx
