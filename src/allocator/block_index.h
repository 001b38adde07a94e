// Which untracked live block an address lies in: two bits for each 16 bytes that are resident of malloc's
// regions, and a number for each block, in the order of addresses.
//
//   chunks    [live, untracked][free][live, NMT][live, untracked   ]
//   starts     1000000000000000 10000 1000000000 1000000000000000000
//   nodes      1000000000000000 00000 0000000000 1000000000000000000      numbered 0, 1, …
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/glibc_heap.h"
#include "base/address_filter.h"
#include "base/target_memory.h"

namespace nmtx {

class BlockIndex {
  public:
    static constexpr std::uint32_t none = 0xffffffff;
    // Numbers stay below it: what comes later is in no node.
    static constexpr std::uint32_t most_nodes = std::uint32_t{1} << 30U;

    // Regions in ascending order, each before its chunks; chunks in ascending order.
    void add_region(const ChunkRegion& region, TargetMemory& memory);
    void add_chunk(const Chunk& chunk, bool node);
    // Once all are there. Nothing may be looked up before.
    void finish();

    // The node whose user's bytes begin at `user`; none where there is none.
    [[nodiscard]] std::uint32_t node_at(std::uint64_t user) const;
    // The node in whose user's bytes the address lies, beyond their beginning.
    [[nodiscard]] std::uint32_t node_around(std::uint64_t address) const;
    // Either; nothing where the word points into no node. A few bytes behind the beginning count as the
    // beginning: libraries put a header of their own in front of what they hand out, SQLite 8 bytes.
    struct Target {
        std::uint32_t node = none;
        bool inside = false;
    };
    [[nodiscard]] Target target_of(std::uint64_t word) const;
    // Where the node's user's bytes begin.
    [[nodiscard]] Address address_of(std::uint32_t node) const;
    [[nodiscard]] std::uint32_t nodes() const { return nodes_; }
    // All addresses in malloc's regions.
    [[nodiscard]] const AddressFilter& near() const { return near_; }

  private:
    // Of one resident run, or of a chunk with a mapping of its own.
    struct Part {
        std::uint64_t begin, end;
        std::size_t word;     // the first of its words
        bool single = false;  // one chunk alone
    };
    [[nodiscard]] const Part* part_of(std::uint64_t at) const;
    [[nodiscard]] std::uint32_t number_of(std::size_t word, unsigned bit) const;

    std::vector<Part> parts_;  // ascending
    std::vector<std::uint64_t> starts_, nodes_of_;
    std::vector<std::uint32_t> rank_;  // nodes before each eighth word
    std::uint32_t nodes_ = 0;
    AddressFilter near_;
    mutable std::size_t last_ = 0;
};

}  // namespace nmtx
