// What of the sampled blocks stays in use, and for how many blocks they stand.
//
// Blocks are walked twice: before the samples, when only their addresses are kept, and after. By how many
// there are more of each size is counted, whatever thread called and however often. The samples only have to
// say whose they are: those of like size make a cell, and their weights are scaled so that they come to what
// was counted (calibration to known totals: Deville and Särndal, 1992). That is exact for a leak at any rate.
//
// Where old blocks of these sizes were freed meanwhile, more new ones have stayed, at most as many as are
// new. It is not done where there are more than the samples may stand for: then some calls are not sampled,
// such as libjvm.so's where NMT is off, and are not to be given to those that are.
//
// What was mapped by mmap is in no walk. It is in use as far as its addresses still are memory of no file;
// what has become such memory meanwhile is the most that can stay of all these calls.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "allocations/allocation_profile.h"
#include "base/address.h"

namespace nmtx {

// A sampled block that was in use at the end.
struct LiveBlock {
    std::uint64_t address = 0;
    std::uint64_t usable = 0;
};

// The blocks of a size that were in use at the end, at addresses that had none before and at others; and all
// that were in use before.
struct BlocksOfSize {
    std::uint64_t usable = 0;
    std::uint64_t fresh = 0, old = 0, before = 0;
};

struct BlocksOfTime {
    std::vector<LiveBlock> sampled;
    // Ascending; empty where there was no walk before.
    std::vector<BlocksOfSize> sizes{};
    double seconds = 0;  // from the middle of the first walk to that of the second
    double doubt = 0;    // the part of that time in which they walked, and of what they could not walk
    // Of sampled calls of mmap: bytes from the address on that are still memory, or are again.
    std::vector<LiveBlock> mapped{};
    // Bytes that are memory now and were not before, of the whole process.
    std::optional<std::uint64_t> freshly_mapped{};
};

// Which of some blocks are free at this moment; both by their addresses, ascending.
struct SampledBlock {
    std::uint64_t address = 0;
    bool mapped = false;  // by mmap
    friend auto operator<=>(const SampledBlock&, const SampledBlock&) = default;
};
using FreedNow = std::function<std::vector<std::uint64_t>(std::span<const SampledBlock>)>;

// The addresses of all samples of malloc's that have one, ascending, each once.
std::vector<std::uint64_t> sampled_addresses(const AllocationProfile& profile);
// What the sampled calls of mmap have mapped: of an address the longest, ascending.
std::vector<Range> sampled_mappings(const AllocationProfile& profile);

// Marks the samples whose block is still there: it was not seen to end, the address is that of a live block,
// its size can be what was asked for, and no later sample has the same address. Sets each sample's part in
// what stays, and its cell. What mmap has mapped may be given back in parts.
void mark_live(AllocationProfile& profile, const BlocksOfTime& blocks);

}  // namespace nmtx
