#include "allocator/block_index.h"

#include <algorithm>

namespace nmtx {
namespace {

// How far back the start of a block is looked for: 4 MiB. Larger ones have a mapping of their own, but for
// those that a program with a large M_MMAP_THRESHOLD has in its heap.
constexpr std::size_t most_words_back = (std::size_t{4} << 20U) / 1024;

}  // namespace

void BlockIndex::add_region(const ChunkRegion& region, TargetMemory& memory) {
    end_chunks(0);
    near_.add({region.first, region.end});
    if (region.kind == RegionKind::mmapped_chunk) {
        parts_.push_back({region.first.value, region.end.value, words_.size(), true, region.in_rss});
        words_.resize(words_.size() + 1);
        return;
    }
    for (const Range& run : memory.resident_runs({region.first, region.end})) {
        const std::uint64_t begin = run.begin.value / granule_bytes * granule_bytes;
        parts_.push_back({begin, run.end.value, words_.size(), false, region.in_rss});
        words_.resize(words_.size() + parts_.back().words());
    }
}

// What begins where the last chunk ends is a start, too: of the next chunk, or of bytes in which there are
// none.
void BlockIndex::end_chunks(std::uint64_t next) {
    const std::uint64_t end = std::exchange(chunks_end_, 0);
    if (end == 0 || end == next) return;
    const Part* const part = search_part(0, parts_.size(), end);
    if (part == nullptr || part->single) return;
    const std::uint64_t granule = (end - part->begin) / granule_bytes;
    Word& word = words_[part->word + static_cast<std::size_t>(granule / 64)];
    const std::uint64_t bit = std::uint64_t{1} << (granule % 64);
    if ((word.starts() & bit) == 0) word.others |= bit;
}

bool BlockIndex::enter_part(std::uint64_t at) {
    const Part* const part = search_part(0, parts_.size(), at);
    if (part != nullptr) entered_ = static_cast<std::size_t>(part - parts_.data());
    return part != nullptr;
}

void BlockIndex::finish() {
    end_chunks(0);
    rank_.clear();
    rank_.reserve(words_.size());
    std::uint32_t sum = 0;
    for (const Word& word : words_) {
        rank_.push_back(sum);
        sum += count(word.nodes());
    }
    make_table();
}

void BlockIndex::make_table() {
    constexpr unsigned top_bits = AddressFilter::address_bits - AddressFilter::slot_bits - leaf_bits;
    table_.clear();
    table_.resize(std::size_t{1} << top_bits);
    for (std::uint32_t number = 0; number < parts_.size(); ++number) {
        const Part& part = parts_[number];
        if (part.begin >= part.end || (part.end - 1) >> AddressFilter::address_bits != 0) continue;
        const std::uint64_t last = (part.end - 1) >> AddressFilter::slot_bits;
        for (std::uint64_t slot = part.begin >> AddressFilter::slot_bits; slot <= last; ++slot) {
            auto& leaf = table_[static_cast<std::size_t>(slot >> leaf_bits)];
            if (leaf == nullptr) leaf = std::make_unique<Leaf>();
            PartsOf& parts = leaf->at(static_cast<std::size_t>(slot) % leaf->size());
            if (parts.first == parts.end) parts.first = number;
            parts.end = number + 1;
        }
    }
}

// Of parts [first, end).
const BlockIndex::Part* BlockIndex::search_part(std::size_t first, std::size_t end, std::uint64_t at) const {
    const auto begin = parts_.begin();
    const auto after =
        std::upper_bound(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(end),
                         at, [](std::uint64_t a, const Part& part) { return a < part.begin; });
    return after == begin || at >= std::prev(after)->end ? nullptr : &*std::prev(after);
}

const BlockIndex::Part* BlockIndex::part_of(std::uint64_t at) const {
    if (at >> AddressFilter::address_bits != 0) return nullptr;
    const std::uint64_t slot = at >> AddressFilter::slot_bits;
    const auto& leaf = table_[static_cast<std::size_t>(slot >> leaf_bits)];
    if (leaf == nullptr) return nullptr;
    const PartsOf parts = (*leaf)[static_cast<std::size_t>(slot) % leaf->size()];
    return parts.first == parts.end ? nullptr : search_part(parts.first, parts.end, at);
}

// The chunk whose user's bytes hold the address, beginning included, where it is a node: they end 8 bytes
// behind the next one's beginning. The beginning of the next one is what malloc's own lists hold, and no
// pointer into the block before it.
std::optional<BlockIndex::Start> BlockIndex::node_start(const Part& part, std::uint64_t address) const {
    if (part.single) {
        if (address < part.begin + chunk_header_bytes || (words_[part.word].nodes() & 1U) == 0)
            return std::nullopt;
        return Start{part.begin, part.word, 0};
    }
    const std::uint64_t from = (address - 8 - part.begin) / granule_bytes;
    auto word = static_cast<std::size_t>(from / 64);
    std::uint64_t bits = words_[part.word + word].starts() & (~std::uint64_t{0} >> (63 - from % 64));
    for (std::size_t steps = 0; bits == 0; ++steps) {
        // A block may begin in the run before this one.
        if (word == 0 || steps >= most_words_back) return std::nullopt;
        bits = words_[part.word + --word].starts();
    }
    const auto bit = static_cast<unsigned>(63 - std::countl_zero(bits));
    const Start start{part.begin + (word * 64 + bit) * granule_bytes, part.word + word, bit};
    if (address < start.at + chunk_header_bytes || (words_[start.word].nodes() >> bit & 1U) == 0)
        return std::nullopt;
    if (address % granule_bytes == 0 && address < part.end && address != start.at + chunk_header_bytes) {
        const std::uint64_t own = (address - part.begin) / granule_bytes;
        if ((words_[part.word + static_cast<std::size_t>(own / 64)].starts() >> (own % 64) & 1U) != 0)
            return std::nullopt;
    }
    return start;
}

BlockIndex::Target BlockIndex::search_target(std::uint64_t word, std::uint32_t& part) const {
    if (word < chunk_header_bytes) return {};
    if (part >= parts_.size() || word - 8 < parts_[part].begin || word - 8 >= parts_[part].end) {
        const Part* const other = part_of(word - 8);
        if (other == nullptr) return {};
        part = static_cast<std::uint32_t>(other - parts_.data());
    }
    const Part& in = parts_[part];
    // Nearly all lead to a beginning, or 8 bytes behind it.
    const std::uint64_t at = word / granule_bytes * granule_bytes - chunk_header_bytes;
    if (word % 8 == 0 && at >= in.begin && (!in.single || at == in.begin)) {
        const std::uint64_t granule = in.single ? 0 : (at - in.begin) / granule_bytes;
        const std::size_t bits = in.word + static_cast<std::size_t>(granule / 64);
        const auto bit = static_cast<unsigned>(granule % 64);
        if ((words_[bits].nodes() >> bit & 1U) != 0) return {number_of(bits, bit), false};
    }
    const auto start = node_start(in, word);
    if (!start) return {};
    const std::uint64_t inside = word - chunk_header_bytes - start->at;
    return {number_of(start->word, start->bit), inside != 0 && inside != 8 && inside != 16};
}

std::uint32_t BlockIndex::node_at(std::uint64_t user) const {
    if (user % granule_bytes != 0 || user < chunk_header_bytes) return none;
    const std::uint64_t at = user - chunk_header_bytes;
    const Part* const part = part_of(at);
    if (part == nullptr || (part->single && at != part->begin)) return none;
    const std::uint64_t granule = part->single ? 0 : (at - part->begin) / granule_bytes;
    const std::size_t word = part->word + static_cast<std::size_t>(granule / 64);
    const auto bit = static_cast<unsigned>(granule % 64);
    return (words_[word].nodes() >> bit & 1U) == 0 ? none : number_of(word, bit);
}

std::uint32_t BlockIndex::node_around(std::uint64_t address) const {
    if (address < chunk_header_bytes) return none;
    const Part* const part = part_of(address - 8);
    const auto start = part == nullptr ? std::nullopt : node_start(*part, address);
    if (!start || address == start->at + chunk_header_bytes) return none;
    return number_of(start->word, start->bit);
}

BlockIndex::Place BlockIndex::place_of(std::uint32_t node, Place from) const {
    while (from.word + 1 < rank_.size() && rank_[from.word + 1] <= node) ++from.word;
    while (from.part + 1 < parts_.size() && parts_[from.part + 1].word <= from.word) ++from.part;
    std::uint64_t bits = words_[from.word].nodes();
    for (std::uint32_t left = node - rank_[from.word]; left > 0; --left) bits &= bits - 1;
    from.bit = static_cast<unsigned>(std::countr_zero(bits));
    return from;
}

BlockIndex::Place BlockIndex::place_of(std::uint32_t node) const {
    const auto after = std::upper_bound(rank_.begin(), rank_.end(), node);
    const auto word = static_cast<std::size_t>(after - rank_.begin()) - 1;
    const auto part = std::prev(std::upper_bound(parts_.begin(), parts_.end(), word,
                                                 [](std::size_t w, const Part& p) { return w < p.word; }));
    return place_of(node, {static_cast<std::size_t>(part - parts_.begin()), word, 0});
}

Address BlockIndex::address_of(std::uint32_t node) const {
    if (node >= nodes_) return {};
    return {address_at(place_of(node)) + chunk_header_bytes};
}

std::uint64_t BlockIndex::end_of_chunk(const Place& place) const {
    const Part& part = parts_[place.part];
    std::size_t word = place.word;
    std::uint64_t bits = words_[word].starts() & (~std::uint64_t{1} << place.bit);
    while (bits == 0) {
        if (++word - part.word >= part.words()) return part.end;
        bits = words_[word].starts();
    }
    return part.begin +
           ((word - part.word) * 64 + static_cast<unsigned>(std::countr_zero(bits))) * granule_bytes;
}

std::vector<BlockIndex::OddBlock>::const_iterator BlockIndex::odd_from(std::uint64_t at) const {
    return std::lower_bound(odd_.begin(), odd_.end(), at,
                            [](const OddBlock& odd, std::uint64_t a) { return odd.at < a; });
}

}  // namespace nmtx
