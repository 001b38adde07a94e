// The links of long free lists, gathered in one pass over the memory: following a list of a million chunks
// link by link would be a million reads all over the heap.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/glibc_heap.h"

namespace nmtx {

// From chunk to chunk; addresses are kept as granules of 16 bytes counted over all regions, so that a link
// takes 8 bytes. A sink for chunk_walk.h that takes up every small chunk in use whose first word may be a
// link.
class LinkTable {
  public:
    static constexpr std::uint64_t largest_fast_chunk = 0x80;

    // Room for a million links, and more where more memory is walked: what they take stays a small part of
    // it.
    explicit LinkTable(const GlibcHeap& heap);

    void begin(const ChunkRegion& region, Bytes resident);
    void lost(const ChunkRegion&, std::uint64_t) {}
    void chunk(const Chunk& chunk);

    // The chunk behind this one in its list: 0 where it is the last, nothing where this one was never met.
    [[nodiscard]] std::optional<std::uint64_t> next(std::uint64_t chunk) const;
    [[nodiscard]] bool full() const { return full_; }
    [[nodiscard]] std::size_t size() const { return used_; }

  private:
    struct Part {
        std::uint64_t begin, end;
        std::uint64_t first_granule;
    };
    // 0 where it lies in no region, so that 0 ends a list.
    [[nodiscard]] std::uint32_t granule(std::uint64_t at) const;
    [[nodiscard]] std::uint64_t address(std::uint32_t granule) const;
    [[nodiscard]] std::size_t slot(std::uint32_t granule) const;
    void grow();

    bool mangled_;
    std::size_t most_ = 1'000'000;
    std::vector<Part> parts_;  // ascending
    mutable const Part* last_ = nullptr;
    std::vector<std::uint64_t> links_;  // open addressing; chunk << 32 | next, 0: free
    std::size_t used_ = 0;
    bool full_ = false;
};

}  // namespace nmtx
