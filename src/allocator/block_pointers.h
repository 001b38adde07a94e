// What untracked blocks and those of NMT's say themselves, in one pass over their words: which blocks they
// point to, and which library they show.
#pragma once

#include <atomic>
#include <bitset>
#include <cstdint>
#include <optional>
#include <vector>

#include "allocator/block_graph.h"
#include "allocator/block_holders.h"
#include "allocator/chunk_window.h"

namespace nmtx {

// Libraries that blocks may show, as small numbers.
class LibraryNumbers {
  public:
    void add(std::uint32_t file) {
        if (files_.size() >= 255 || of(file) != 0) return;
        files_.push_back(file);
        if (numbers_.size() <= file) numbers_.resize(std::size_t{file} + 1);
        numbers_[file] = static_cast<std::uint8_t>(files_.size());
    }
    // 0 where it has none.
    [[nodiscard]] std::uint8_t of(std::uint32_t file) const {
        return file < numbers_.size() ? numbers_[file] : std::uint8_t{0};
    }
    [[nodiscard]] std::uint32_t file(std::uint8_t number) const { return files_[number - 1U]; }

  private:
    std::vector<std::uint8_t> numbers_;  // by file
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

    // Adds the blocks' pointers and libraries to the graph, which takes roots meanwhile. Several threads may
    // do so at once, each with a memory of its own: lane by lane, each takes one that none has.
    void read(TargetMemory& memory, BlockGraph& graph);

    // The block shows its library itself.
    [[nodiscard]] const NodeBits& own() const { return own_; }
    // A block of NMT's points to it, or into it.
    [[nodiscard]] const NodeBits& from_jvm() const { return jvm_; }
    [[nodiscard]] const NodeBits& from_jvm_inside() const { return jvm_inside_; }
    // The library that a block points into which is not its own; 0 where none.
    [[nodiscard]] std::uint8_t shown(std::uint32_t node) const { return shown_[node]; }
    [[nodiscard]] std::uint32_t file(std::uint8_t library) const { return libraries_.file(library); }
    [[nodiscard]] std::optional<std::uint32_t> loader() const { return loader_; }
    [[nodiscard]] bool left_out() const { return left_out_; }

  private:
    class Reader;

    const HolderSearch& search_;
    const BlockIndex& index_;
    AddressFilter files_or_blocks_;
    NodeBits own_, jvm_, jvm_inside_;
    std::vector<std::uint8_t> shown_;
    LibraryNumbers libraries_;
    std::optional<std::uint32_t> loader_;  // its file
    std::bitset<256>
        first_word_only_;  // by number: libjvm.so and the loader, which only a block's own first word shows
    std::atomic<std::uint32_t> next_lane_ = 0;
    std::atomic<std::uint64_t> done_ = 0;  // bytes of nodes
    std::atomic<bool> left_out_ = false;
};

}  // namespace nmtx
