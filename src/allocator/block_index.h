// Which untracked live block an address lies in: two bits for each 16 bytes that are resident of malloc's
// regions, and a number for each block, in the order of addresses.
//
//   chunks     [live, untracked][free][live, NMT][live, untracked   ] no chunks here
//   untracked   1000000000000000 00000 1000000000 1000000000000000000 0
//   others      0000000000000000 10000 1000000000 0000000000000000000 1   both: a block of NMT's
//   nodes       0                                 1                       their numbers
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/glibc_heap.h"
#include "base/address_filter.h"
#include "base/target_memory.h"

namespace nmtx {

// A node's chunk: its size and usable bytes, and how much of it is resident.
struct NodeChunk {
    std::uint64_t size = 0, usable = 0, resident = 0;
    friend bool operator==(const NodeChunk&, const NodeChunk&) = default;
};

// What a chunk is to the index.
enum class IndexedAs : std::uint8_t {
    node,     // in use, and not NMT's
    tracked,  // in use, with NMT's header
    other,
};

class BlockIndex {
  public:
    static constexpr std::uint32_t none = 0xffffffff;
    // Numbers stay below it: what comes later is in no node.
    static constexpr std::uint32_t most_nodes = std::uint32_t{1} << 30U;

    // Regions in ascending order, each before its chunks; chunks in ascending order.
    void add_region(const ChunkRegion& region, TargetMemory& memory);
    void add_chunk(const Chunk& chunk, IndexedAs kind);
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
    [[nodiscard]] Target target_of(std::uint64_t word) const {
        std::uint32_t part = 0;
        return target_of(word, part);
    }
    // The same; `part` is where the last one was found, since neighbours point to neighbours. 0 at first.
    [[nodiscard]] Target target_of(std::uint64_t word, std::uint32_t& part) const {
        // Nearly all lead to a beginning there, or 8 bytes behind it.
        if (word % 8 == 0 && part < parts_.size() && !parts_[part].single) {
            const Part& in = parts_[part];
            const std::uint64_t at = word / granule_bytes * granule_bytes - chunk_header_bytes;
            if (in.begin <= at && at < in.end && word - 8 < in.end) {
                const std::uint64_t granule = (at - in.begin) / granule_bytes;
                const std::size_t bits = in.word + static_cast<std::size_t>(granule / 64);
                const auto bit = static_cast<unsigned>(granule % 64);
                if ((words_[bits].nodes() >> bit & 1U) != 0) return {number_of(bits, bit), false};
            }
        }
        return search_target(word, part);
    }
    // Where the node's user's bytes begin.
    [[nodiscard]] Address address_of(std::uint32_t node) const;
    // Where the resident run ends that the address lies in, or the chunk with a mapping of its own; the
    // address itself where it lies in neither.
    [[nodiscard]] std::uint64_t run_end(std::uint64_t address) const {
        const Part* const part = part_of(address);
        return part == nullptr ? address : part->end;
    }
    [[nodiscard]] std::uint32_t nodes() const { return nodes_; }
    [[nodiscard]] Bytes node_bytes() const { return Bytes(node_bytes_); }
    // All addresses in malloc's regions.
    [[nodiscard]] const AddressFilter& near() const { return near_; }
    // An untracked block, or one of NMT's, whose number is `none`.
    struct Block {
        std::uint32_t node = none;
        std::uint64_t at = 0;  // of the chunk
        NodeChunk chunk;
        std::uint64_t run_end = 0;  // so far memory was resident without a gap
    };
    // visit(const Block&), in the order of addresses.
    template <typename Visit>
    void for_each_block(Visit visit) const {
        for_each_block(0, none, visit);
    }
    // Those of a part: NMT's blocks belong to the node before them, those before all nodes to the first one.
    template <typename Visit>
    void for_each_block(std::uint32_t first_node, std::uint32_t end_node, Visit visit) const;
    // visit(node, NodeChunk), in the order of numbers.
    template <typename Visit>
    void for_each_node(Visit visit) const;
    // The same for some of them, in ascending order.
    template <typename Visit>
    void for_each_node_of(std::span<const std::uint32_t> wanted, Visit visit) const;

  private:
    static constexpr std::uint64_t granule_bytes = 16;

    // Of one resident run, or of a chunk with a mapping of its own.
    struct Part {
        std::uint64_t begin, end;
        std::size_t word;     // the first of its words
        bool single = false;  // one chunk alone
        bool in_rss = true;   // its bytes count as resident

        [[nodiscard]] std::size_t words() const {
            if (single) return 1;
            return static_cast<std::size_t>(((end - begin + granule_bytes - 1) / granule_bytes + 63) / 64);
        }
    };
    // Bits of 64 granules.
    struct Word {
        std::uint64_t untracked = 0, others = 0;
        [[nodiscard]] std::uint64_t starts() const { return untracked | others; }
        [[nodiscard]] std::uint64_t nodes() const { return untracked & ~others; }
        [[nodiscard]] std::uint64_t tracked() const { return untracked & others; }
    };
    // A block whose size does not follow from where the next one starts, or which is not resident as a whole.
    struct OddBlock {
        std::uint64_t at;
        NodeChunk chunk;
    };
    struct Start {
        std::uint64_t at = 0;
        std::size_t word = 0;
        unsigned bit = 0;
    };
    // Where a node is.
    struct Place {
        std::size_t part = 0, word = 0;
        unsigned bit = 0;
    };
    // The parts that may hold an address, by its upper bits: two levels, since regions lie close together.
    static constexpr unsigned leaf_bits = 10;
    struct PartsOf {
        std::uint32_t first = 0, end = 0;
    };
    using Leaf = std::array<PartsOf, std::size_t{1} << leaf_bits>;

    void end_chunks(std::uint64_t next);
    bool enter_part(std::uint64_t at);
    void add_block(const Part& part, const Chunk& chunk, bool node);
    void make_table();
    [[nodiscard]] const Part* search_part(std::size_t first, std::size_t end, std::uint64_t at) const;
    [[nodiscard]] const Part* part_of(std::uint64_t at) const;
    // Of a node; `from`: that of one which is not behind it.
    [[nodiscard]] Place place_of(std::uint32_t node, Place from) const;
    [[nodiscard]] Place place_of(std::uint32_t node) const;
    [[nodiscard]] std::uint64_t address_at(const Place& place) const {
        const Part& part = parts_[place.part];
        return part.begin + ((place.word - part.word) * 64 + place.bit) * granule_bytes;
    }
    [[nodiscard]] std::vector<OddBlock>::const_iterator odd_from(std::uint64_t at) const;
    // Where the next chunk starts, or the part ends.
    [[nodiscard]] std::uint64_t end_of_chunk(const Place& place) const;
    [[nodiscard]] std::optional<Start> node_start(const Part& part, std::uint64_t address) const;
    [[nodiscard]] Target search_target(std::uint64_t word, std::uint32_t& part) const;
    [[nodiscard]] std::uint32_t number_of(std::size_t word, unsigned bit) const {
        return rank_[word] + count(words_[word].nodes() & ((std::uint64_t{1} << bit) - 1));
    }
    // The processors that nmtx is built for need not have an instruction for it.
    [[nodiscard]] static std::uint32_t count(std::uint64_t bits) {
        bits -= bits >> 1U & 0x5555555555555555U;
        bits = (bits & 0x3333333333333333U) + (bits >> 2U & 0x3333333333333333U);
        bits = (bits + (bits >> 4U)) & 0x0f0f0f0f0f0f0f0fU;
        return static_cast<std::uint32_t>(bits * 0x0101010101010101U >> 56U);
    }

    std::vector<Part> parts_;  // ascending
    std::vector<Word> words_;
    std::vector<std::uint32_t> rank_;  // nodes before each word
    std::vector<OddBlock> odd_;        // ascending
    std::vector<std::unique_ptr<Leaf>> table_;
    std::uint32_t nodes_ = 0;
    std::uint64_t node_bytes_ = 0;
    std::uint64_t chunks_end_ = 0;  // where the last chunk ends
    AddressFilter near_;
    std::size_t entered_ = 0;  // while chunks are added: the part of the last one
};

// Inlined, as the tally's part: both are called for each chunk of a walk.
[[gnu::always_inline]] inline void BlockIndex::add_chunk(const Chunk& chunk, IndexedAs kind) {
    if (chunks_end_ != 0 && chunks_end_ != chunk.at) end_chunks(chunk.at);
    if ((entered_ >= parts_.size() || chunk.at < parts_[entered_].begin ||
         chunk.at >= parts_[entered_].end) &&
        !enter_part(chunk.at))
        return;
    const Part& part = parts_[entered_];
    const std::uint64_t granule = part.single ? 0 : (chunk.at - part.begin) / granule_bytes;
    Word& word = words_[part.word + static_cast<std::size_t>(granule / 64)];
    const std::uint64_t bit = std::uint64_t{1} << (granule % 64);
    if ((word.starts() & bit) != 0) return;
    chunks_end_ = chunk.at + chunk.size;
    const bool node = kind == IndexedAs::node && nodes_ < most_nodes;
    if (!node) word.others |= bit;
    if (!node && kind != IndexedAs::tracked) return;
    word.untracked |= bit;
    add_block(part, chunk, node);
}

inline void BlockIndex::add_block(const Part& part, const Chunk& chunk, bool node) {
    const bool fits = !part.single && chunk.size <= part.end - chunk.at;
    if (!fits || chunk.resident != (part.in_rss ? chunk.size : 0))
        odd_.push_back({chunk.at, {chunk.size, chunk.usable(), chunk.resident}});
    if (!node) return;
    node_bytes_ += chunk.size;
    ++nodes_;
}

template <typename Visit>
void BlockIndex::for_each_block(std::uint32_t first_node, std::uint32_t end_node, Visit visit) const {
    const Place first = first_node == 0 || first_node >= nodes_ ? Place{} : place_of(first_node);
    if (parts_.empty() || first_node >= std::max(std::min(end_node, nodes_), std::uint32_t{1})) return;
    Block block;
    std::uint32_t node = first_node;
    auto odd = odd_from(first_node == 0 ? 0 : address_at(first));
    bool open = false;  // the block's end is not yet known
    const auto close = [&](const Part& part, std::uint64_t end) {
        if (!open) return;
        open = false;
        const std::uint64_t size = end - block.at;
        block.chunk = {size, size - 8, part.in_rss ? size : 0};
        if (odd != odd_.end() && odd->at == block.at) block.chunk = (odd++)->chunk;
        visit(std::as_const(block));
    };
    std::uint64_t wanted = ~std::uint64_t{0} << first.bit;  // of the first word
    std::size_t word = first.word - parts_[first.part].word;
    for (std::size_t number = first.part; number < parts_.size(); ++number, word = 0) {
        const Part& part = parts_[number];
        block.run_end = part.end;
        for (; word < part.words(); ++word) {
            const Word& bits = words_[part.word + word];
            const std::uint64_t nodes = bits.nodes();
            for (std::uint64_t left = bits.starts() & std::exchange(wanted, ~std::uint64_t{0}); left != 0;
                 left &= left - 1) {
                const auto bit = static_cast<unsigned>(std::countr_zero(left));
                const std::uint64_t at = part.begin + (word * 64 + bit) * granule_bytes;
                close(part, at);
                open = (bits.untracked >> bit & 1U) != 0;
                if (!open) continue;
                const bool is_node = (nodes >> bit & 1U) != 0;
                if (is_node && node == end_node) return;
                block.at = at;
                block.node = is_node ? node++ : none;
            }
        }
        close(part, part.end);
    }
}

template <typename Visit>
void BlockIndex::for_each_node_of(std::span<const std::uint32_t> wanted, Visit visit) const {
    Place place;
    auto odd = odd_.begin();
    for (const std::uint32_t node : wanted) {
        place = place_of(node, place);
        const std::uint64_t at = address_at(place), size = end_of_chunk(place) - at;
        while (odd != odd_.end() && odd->at < at) ++odd;
        if (odd != odd_.end() && odd->at == at) {
            visit(node, odd->chunk);
        } else {
            visit(node, NodeChunk{size, size - 8, parts_[place.part].in_rss ? size : 0});
        }
    }
}

template <typename Visit>
void BlockIndex::for_each_node(Visit visit) const {
    for_each_block([&](const Block& block) {
        if (block.node != none) visit(block.node, block.chunk);
    });
}

}  // namespace nmtx
