// The links of long free lists, collected in one pass over the memory. Following a list of a million chunks
// link by link would take a million reads all over the heap.
#pragma once

#include <cstdint>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/glibc_heap.h"

namespace nmtx {

// Addresses are kept as granules of 16 bytes counted over all regions, so a link takes 8 bytes. A sink for
// chunk_walk.h that takes every small chunk in use whose first word may be a link; chunks come in ascending
// order, so links are sorted.
class LinkTable {
  public:
    static constexpr std::uint64_t largest_fast_chunk = 0x80;

    // Space for a million links, and more where more memory is walked, so that they take a small part of it.
    explicit LinkTable(const GlibcHeap& heap);

    void begin(const ChunkRegion& region, Bytes resident);
    void lost(const ChunkRegion&, std::uint64_t) {}
    void chunk(const Chunk& chunk);

    // Marks the chunks of the list that begins with this one, up to its end, an unknown chunk, or one that
    // is already marked.
    void follow(std::uint64_t chunk);
    // All marked ones, ascending.
    [[nodiscard]] std::vector<std::uint64_t> followed() const;
    [[nodiscard]] bool full() const { return full_; }
    [[nodiscard]] std::size_t size() const { return links_.size(); }

  private:
    struct Part {
        std::uint64_t begin, end;
        std::uint64_t first_granule;
    };
    // 0 outside all regions, so that 0 ends a list.
    [[nodiscard]] std::uint32_t granule(std::uint64_t at);
    [[nodiscard]] std::uint64_t address(std::uint32_t granule) const;
    // Index of the granule's link; links_.size() where it has none.
    [[nodiscard]] std::size_t find(std::uint32_t granule) const;
    void make_index();

    bool mangled_;
    std::size_t most_ = 1'000'000;
    std::vector<Part> parts_;  // ascending
    std::uint64_t granules_ = 1;
    std::size_t last_ = 0;              // index into parts_
    std::vector<std::uint64_t> links_;  // ascending; chunk << 32 | next
    std::vector<std::uint32_t> index_;  // index of the first link from each 1024th granule on
    std::vector<bool> marked_;          // by link
    bool full_ = false;
};

}  // namespace nmtx
