// What reports say about malloc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// "glibc 2.36"; empty where nothing is known.
std::string allocator_name(const MallocWalk& walk);

// What the figures rest on. `all`: also what the tables show.
std::vector<std::string> malloc_notes(const Moment& moment, bool all = true);

// "177,719 blocks of 1,016 bytes, in libtarget.so": the entry of the untracked blocks that weighs most, in
// fewer words where they do not fit `room` columns.
std::string largest_remark(const MallocWalk& walk, std::size_t room);

}  // namespace nmtx
