// What untracked blocks and those of NMT's say themselves, in one pass over their words: which blocks they
// point to, and which library they show.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "allocator/block_graph.h"
#include "allocator/block_holders.h"
#include "allocator/chunk_window.h"

namespace nmtx {

// Libraries that blocks show, as small numbers.
class LibraryNumbers {
  public:
    std::uint8_t of(std::uint32_t file) {
        if (const auto known = numbers_.find(file); known != numbers_.end()) return known->second;
        if (files_.size() >= 255) return 0;
        files_.push_back(file);
        return numbers_[file] = static_cast<std::uint8_t>(files_.size());
    }
    [[nodiscard]] std::uint32_t file(std::uint8_t number) const { return files_[number - 1U]; }

  private:
    std::map<std::uint32_t, std::uint8_t> numbers_;
    std::vector<std::uint32_t> files_;
};

// All resident words of a range of the target that may be addresses of interest.
template <typename Visit>
void for_each_candidate(TargetMemory& memory, ChunkWindow& window, const AddressFilter& near, Range wanted,
                        Visit visit) {
    for (const Range& run : memory.resident_runs(wanted)) {
        for (std::uint64_t at = (run.begin.value + 7) / 8 * 8; at < run.end.value;) {
            const auto bytes = window.from(at, 8, run.end.value);
            if (bytes.size() < 8) break;
            near.for_each_candidate(
                bytes, [&](std::size_t offset, std::uint64_t word) { visit(Address{at + offset}, word); });
            at += bytes.size() / 8 * 8;
        }
    }
}

class BlockPointers {
  public:
    explicit BlockPointers(const HolderSearch& search);

    // Adds the blocks' pointers and libraries to the graph, which takes roots meanwhile; once.
    void read(TargetMemory& memory, BlockGraph& graph);

    // The block shows its library itself.
    [[nodiscard]] const NodeBits& own() const { return own_; }
    // A block of NMT's points to it, or into it.
    [[nodiscard]] const NodeBits& from_jvm() const { return jvm_; }
    [[nodiscard]] const NodeBits& from_jvm_inside() const { return jvm_inside_; }
    // The library that a block points into which is not its own; 0 where none.
    [[nodiscard]] std::uint8_t shown(std::uint32_t node) const { return shown_[node]; }
    [[nodiscard]] std::uint32_t file(std::uint8_t library) const { return libraries_.file(library); }
    [[nodiscard]] bool left_out() const { return left_out_; }

  private:
    void node(const BlockIndex::Block& block, BlockGraph& graph);
    void block_of_jvm(const BlockIndex::Block& block);
    // HolderRow::no_file where it shows none.
    [[nodiscard]] std::uint32_t own_file(const BlockIndex::Block& block);
    [[nodiscard]] std::uint8_t library_at(std::uint64_t word);
    template <typename Visit>
    void for_each_pointer_behind(const BlockIndex::Block& block, Visit visit);

    const HolderSearch& search_;
    const BlockIndex& index_;
    AddressFilter files_or_blocks_;
    NodeBits own_, jvm_, jvm_inside_;
    std::vector<std::uint8_t> shown_;
    LibraryNumbers libraries_;
    bool left_out_ = false;
    std::size_t named_at_ = 0;
    // While it reads.
    TargetMemory* memory_ = nullptr;
    std::optional<ChunkWindow> words_;
    std::span<const std::byte> user_;  // of the block, what is there at once
    std::vector<std::uint32_t> targets_;
    std::uint32_t part_ = 0;  // of the last target
};

}  // namespace nmtx
