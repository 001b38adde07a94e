#include "allocator/link_table.h"

#include <algorithm>
#include <limits>

#include "allocator/chunk_window.h"

namespace nmtx {

LinkTable::LinkTable(const GlibcHeap& heap)
    : mangled_(heap.layout->safe_linking), links_(std::size_t{1} << 16U) {
    std::uint64_t granules = 1;
    for (const ChunkRegion& region : heap.regions) {
        if (region.kind == RegionKind::mmapped_chunk) continue;
        const std::uint64_t size = region.whole.size().value() / 16 + 1;
        // 64 GiB of arenas; what lies beyond is followed by nobody.
        if (size > std::numeric_limits<std::uint32_t>::max() - granules) break;
        parts_.push_back({region.whole.begin.value, region.whole.end.value, granules});
        granules += size;
    }
}

void LinkTable::begin(const ChunkRegion& /*region*/, Bytes resident) {
    constexpr std::uint64_t bytes_a_link = 512;
    most_ += static_cast<std::size_t>(resident.value() / bytes_a_link);
    last_ = nullptr;
}

void LinkTable::chunk(const Chunk& chunk) {
    if (chunk.state != ChunkState::live || chunk.size > largest_fast_chunk || chunk.user.size() < 8) return;
    std::uint64_t next = word_at(chunk.user, 0);
    if (mangled_) next ^= (chunk.at + chunk_header_bytes) >> 12U;
    if (next % 16 != 0) return;
    const std::uint32_t to = next == 0 ? 0 : granule(next);
    const std::uint32_t from = granule(chunk.at);
    if (from == 0 || (next != 0 && to == 0)) return;
    if (used_ >= most_) {
        full_ = true;
        return;
    }
    if (used_ * 4 >= links_.size() * 3) grow();
    links_[slot(from)] = std::uint64_t{from} << 32U | to;
    ++used_;
}

std::optional<std::uint64_t> LinkTable::next(std::uint64_t chunk) const {
    const std::uint32_t from = granule(chunk);
    if (from == 0 || chunk % 16 != 0) return std::nullopt;
    const std::uint64_t link = links_[slot(from)];
    if (link == 0) return std::nullopt;
    const auto to = static_cast<std::uint32_t>(link);
    return to == 0 ? 0 : address(to);
}

std::uint32_t LinkTable::granule(std::uint64_t at) const {
    if (last_ == nullptr || at < last_->begin || at >= last_->end) {
        const auto after = std::upper_bound(parts_.begin(), parts_.end(), at,
                                            [](std::uint64_t a, const Part& part) { return a < part.begin; });
        if (after == parts_.begin() || at >= std::prev(after)->end) return 0;
        last_ = &*std::prev(after);
    }
    return static_cast<std::uint32_t>(last_->first_granule + (at - last_->begin) / 16);
}

std::uint64_t LinkTable::address(std::uint32_t granule) const {
    const auto after =
        std::upper_bound(parts_.begin(), parts_.end(), std::uint64_t{granule},
                         [](std::uint64_t g, const Part& part) { return g < part.first_granule; });
    const Part& part = *std::prev(after);
    return part.begin + (granule - part.first_granule) * 16;
}

// Where the granule's link stands or belongs.
std::size_t LinkTable::slot(std::uint32_t granule) const {
    const std::size_t mask = links_.size() - 1;
    std::size_t at = static_cast<std::size_t>(granule * 0x9e3779b97f4a7c15U >> 20U) & mask;
    while (links_[at] != 0 && links_[at] >> 32U != granule) at = (at + 1) & mask;
    return at;
}

void LinkTable::grow() {
    std::vector<std::uint64_t> old(links_.size() * 2);
    old.swap(links_);
    for (const std::uint64_t link : old) {
        if (link != 0) links_[slot(static_cast<std::uint32_t>(link >> 32U))] = link;
    }
}

}  // namespace nmtx
