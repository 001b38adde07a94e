#include "allocator/link_table.h"

#include <algorithm>
#include <limits>

#include "allocator/chunk_window.h"

namespace nmtx {
namespace {

constexpr unsigned index_shift = 10;

std::uint32_t from_of(std::uint64_t link) {
    return static_cast<std::uint32_t>(link >> 32U);
}

std::uint32_t to_of(std::uint64_t link) {
    return static_cast<std::uint32_t>(link);
}

}  // namespace

LinkTable::LinkTable(const GlibcHeap& heap) : mangled_(heap.layout->safe_linking) {
    for (const ChunkRegion& region : heap.regions) {
        if (region.kind == RegionKind::mmapped_chunk) continue;
        const std::uint64_t size = region.whole.size().value() / 16 + 1;
        // 64 GiB of arenas; links beyond are not followed.
        if (size > std::numeric_limits<std::uint32_t>::max() - granules_) break;
        parts_.push_back({region.whole.begin.value, region.whole.end.value, granules_});
        granules_ += size;
    }
}

void LinkTable::begin(const ChunkRegion& /*region*/, Bytes resident) {
    constexpr std::uint64_t bytes_a_link = 512;
    most_ += static_cast<std::size_t>(resident.value() / bytes_a_link);
}

void LinkTable::chunk(const Chunk& chunk) {
    if (chunk.state != ChunkState::live || chunk.size > largest_fast_chunk || chunk.user.size() < 8) return;
    std::uint64_t next = word_at(chunk.user, 0);
    if (mangled_) next ^= (chunk.at + chunk_header_bytes) >> 12U;
    if (next % 16 != 0) return;
    const std::uint32_t to = next == 0 ? 0 : granule(next);
    const std::uint32_t from = granule(chunk.at);
    if (from == 0 || (next != 0 && to == 0)) return;
    if (!links_.empty() && from <= from_of(links_.back())) return;
    if (links_.size() >= most_) {
        full_ = true;
        return;
    }
    links_.push_back(std::uint64_t{from} << 32U | to);
}

void LinkTable::make_index() {
    marked_.resize(links_.size());
    index_.reserve(static_cast<std::size_t>(granules_ >> index_shift) + 2);
    for (std::size_t i = 0; i < links_.size(); ++i) {
        while (index_.size() <= from_of(links_[i]) >> index_shift)
            index_.push_back(static_cast<std::uint32_t>(i));
    }
    index_.resize(static_cast<std::size_t>(granules_ >> index_shift) + 2,
                  static_cast<std::uint32_t>(links_.size()));
}

std::size_t LinkTable::find(std::uint32_t granule) const {
    const std::size_t slot = granule >> index_shift;
    if (granule == 0 || slot + 1 >= index_.size()) return links_.size();
    const auto begin = links_.begin() + index_[slot];
    const auto end = links_.begin() + index_[slot + 1];
    const auto at = std::lower_bound(begin, end, granule,
                                     [](std::uint64_t link, std::uint32_t g) { return from_of(link) < g; });
    if (at == end || from_of(*at) != granule) return links_.size();
    return static_cast<std::size_t>(at - links_.begin());
}

void LinkTable::follow(std::uint64_t chunk) {
    if (index_.empty()) make_index();
    if (chunk % 16 != 0) return;
    for (std::uint32_t at = granule(chunk); at != 0;) {
        const std::size_t link = find(at);
        if (link == links_.size() || marked_[link]) return;
        marked_[link] = true;
        at = to_of(links_[link]);
    }
}

std::vector<std::uint64_t> LinkTable::followed() const {
    std::vector<std::uint64_t> found;
    for (std::size_t i = 0; i < marked_.size(); ++i) {
        if (marked_[i]) found.push_back(address(from_of(links_[i])));
    }
    return found;
}

std::uint32_t LinkTable::granule(std::uint64_t at) {
    if (last_ >= parts_.size() || at < parts_[last_].begin || at >= parts_[last_].end) {
        const auto after = std::upper_bound(parts_.begin(), parts_.end(), at,
                                            [](std::uint64_t a, const Part& part) { return a < part.begin; });
        if (after == parts_.begin() || at >= std::prev(after)->end) return 0;
        last_ = static_cast<std::size_t>(std::prev(after) - parts_.begin());
    }
    return static_cast<std::uint32_t>(parts_[last_].first_granule + (at - parts_[last_].begin) / 16);
}

std::uint64_t LinkTable::address(std::uint32_t granule) const {
    const auto after =
        std::upper_bound(parts_.begin(), parts_.end(), std::uint64_t{granule},
                         [](std::uint64_t g, const Part& part) { return g < part.first_granule; });
    const Part& part = *std::prev(after);
    return part.begin + (granule - part.first_granule) * 16;
}

}  // namespace nmtx
