#include "allocator/block_index.h"

#include <algorithm>
#include <bit>

namespace nmtx {
namespace {

constexpr std::uint64_t index_granule = 16;
constexpr std::size_t words_a_rank = 8;
// How far back the start of a block is looked for: 4 MiB. Larger ones have a mapping of their own, but for
// those that a program with a large M_MMAP_THRESHOLD has in its heap.
constexpr std::size_t most_words_back = (std::size_t{4} << 20U) / (64 * index_granule);

}  // namespace

void BlockIndex::add_region(const ChunkRegion& region, TargetMemory& memory) {
    near_.add({region.first, region.end});
    if (region.kind == RegionKind::mmapped_chunk) {
        parts_.push_back({region.first.value, region.end.value, starts_.size(), true});
        starts_.resize(starts_.size() + 1);
        return;
    }
    for (const Range& run : memory.resident_runs({region.first, region.end})) {
        const std::uint64_t begin = run.begin.value / index_granule * index_granule;
        parts_.push_back({begin, run.end.value, starts_.size(), false});
        const std::uint64_t granules = (run.end.value - begin + index_granule - 1) / index_granule;
        starts_.resize(starts_.size() + static_cast<std::size_t>((granules + 63) / 64));
    }
    nodes_of_.resize(starts_.size());
}

const BlockIndex::Part* BlockIndex::part_of(std::uint64_t at) const {
    if (last_ < parts_.size() && at >= parts_[last_].begin && at < parts_[last_].end) return &parts_[last_];
    const auto after = std::upper_bound(parts_.begin(), parts_.end(), at,
                                        [](std::uint64_t a, const Part& part) { return a < part.begin; });
    if (after == parts_.begin() || at >= std::prev(after)->end) return nullptr;
    last_ = static_cast<std::size_t>(std::prev(after) - parts_.begin());
    return &parts_[last_];
}

void BlockIndex::add_chunk(const Chunk& chunk, bool node) {
    nodes_of_.resize(starts_.size());
    const Part* const part = part_of(chunk.at);
    if (part == nullptr) return;
    const std::uint64_t granule = part->single ? 0 : (chunk.at - part->begin) / index_granule;
    const std::size_t word = part->word + static_cast<std::size_t>(granule / 64);
    const std::uint64_t bit = std::uint64_t{1} << (granule % 64);
    if ((starts_[word] & bit) != 0) return;
    starts_[word] |= bit;
    if (!node || nodes_ >= most_nodes) return;
    nodes_of_[word] |= bit;
    ++nodes_;
}

void BlockIndex::finish() {
    nodes_of_.resize(starts_.size());
    rank_.clear();
    rank_.reserve(nodes_of_.size() / words_a_rank + 1);
    std::uint32_t sum = 0;
    for (std::size_t word = 0; word < nodes_of_.size(); ++word) {
        if (word % words_a_rank == 0) rank_.push_back(sum);
        sum += static_cast<std::uint32_t>(std::popcount(nodes_of_[word]));
    }
    last_ = 0;
}

std::uint32_t BlockIndex::number_of(std::size_t word, unsigned bit) const {
    std::uint32_t number = rank_[word / words_a_rank];
    for (std::size_t i = word / words_a_rank * words_a_rank; i < word; ++i)
        number += static_cast<std::uint32_t>(std::popcount(nodes_of_[i]));
    const std::uint64_t below = nodes_of_[word] & ((std::uint64_t{1} << bit) - 1);
    return number + static_cast<std::uint32_t>(std::popcount(below));
}

std::uint32_t BlockIndex::node_at(std::uint64_t user) const {
    if (user % index_granule != 0 || user < chunk_header_bytes) return none;
    const std::uint64_t at = user - chunk_header_bytes;
    const Part* const part = part_of(at);
    if (part == nullptr || (part->single && at != part->begin)) return none;
    const std::uint64_t granule = part->single ? 0 : (at - part->begin) / index_granule;
    const std::size_t word = part->word + static_cast<std::size_t>(granule / 64);
    const auto bit = static_cast<unsigned>(granule % 64);
    return (nodes_of_[word] >> bit & 1U) == 0 ? none : number_of(word, bit);
}

std::uint32_t BlockIndex::node_around(std::uint64_t address) const {
    // The chunk whose user's bytes hold the address: they end 8 bytes behind the next one's beginning. The
    // beginning itself is what malloc's own lists hold, and no pointer into the block before it.
    if (address < chunk_header_bytes) return none;
    const Part* part = part_of(address - 8);
    if (part == nullptr) return none;
    if (part->single) {
        const bool inside = address > part->begin + chunk_header_bytes && (nodes_of_[part->word] & 1U) != 0;
        return inside ? number_of(part->word, 0) : none;
    }
    std::uint64_t granule = (address - 8 - part->begin) / index_granule;
    std::size_t word = static_cast<std::size_t>(granule / 64);
    std::uint64_t bits = starts_[part->word + word] & (~std::uint64_t{0} >> (63 - granule % 64));
    for (std::size_t steps = 0; bits == 0; ++steps) {
        if (word == 0) {
            // A block may begin in the run before this one.
            return none;
        }
        if (steps >= most_words_back) return none;
        bits = starts_[part->word + --word];
    }
    const auto bit = static_cast<unsigned>(63 - std::countl_zero(bits));
    granule = word * 64 + bit;
    const std::uint64_t at = part->begin + granule * index_granule;
    if (address <= at + chunk_header_bytes) return none;
    const std::size_t next = part->word + word;
    if ((nodes_of_[next] >> bit & 1U) == 0) return none;
    // What another chunk begins at belongs to malloc: "at" of the next one.
    if (address % index_granule == 0) {
        const std::uint64_t own = (address - part->begin) / index_granule;
        const std::size_t own_word = part->word + static_cast<std::size_t>(own / 64);
        const bool in_part = address < part->end;
        if (in_part && (starts_[own_word] >> (own % 64) & 1U) != 0) return none;
    }
    return number_of(next, bit);
}

BlockIndex::Target BlockIndex::target_of(std::uint64_t word) const {
    if (const std::uint32_t node = node_at(word); node != none) return {node, false};
    const std::uint32_t node = node_around(word);
    if (node == none) return {};
    const bool behind_header = node_at(word - 8) == node || node_at(word - 16) == node;
    return {node, !behind_header};
}

Address BlockIndex::address_of(std::uint32_t node) const {
    if (node >= nodes_) return {};
    const auto after = std::upper_bound(rank_.begin(), rank_.end(), node);
    std::size_t word = (static_cast<std::size_t>(after - rank_.begin()) - 1) * words_a_rank;
    std::uint32_t left = node - *std::prev(after);
    for (;; ++word) {
        const auto here = static_cast<std::uint32_t>(std::popcount(nodes_of_[word]));
        if (left < here) break;
        left -= here;
    }
    std::uint64_t bits = nodes_of_[word];
    for (; left > 0; --left) bits &= bits - 1;
    const auto part = std::prev(std::upper_bound(parts_.begin(), parts_.end(), word,
                                                 [](std::size_t w, const Part& p) { return w < p.word; }));
    const std::uint64_t granule = (word - part->word) * 64 + static_cast<unsigned>(std::countr_zero(bits));
    return {part->begin + granule * index_granule + chunk_header_bytes};
}

}  // namespace nmtx
