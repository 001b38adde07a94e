// Memory contents as text.
#pragma once

#include <string>

#include "allocator/block_sample.h"
#include "allocator/peek.h"
#include "base/error.h"
#include "ledger/peek_place.h"
#include "report/style/style.h"

namespace nmtx {

// `nmtx peek PID ADDRESS`
std::string peek_text(const ProcessView& view, const PeekPlace& place, const Peek& peek,
                      const TextStyle& style);
// Only the figures; the caller prints the heading.
std::string peek_figures(const Peek& peek, const TextStyle& style);

// `nmtx malloc PID --peek SIZE`, below the report: the contents of some untracked blocks of one usable size,
// or that there are none, with the nearest sizes.
std::string peek_blocks_text(const BlockSample& sample, const Peek& peek, bool told_apart,
                             const TextStyle& style);
Error no_such_blocks(Bytes usable, const BlockSample& sample);

}  // namespace nmtx
