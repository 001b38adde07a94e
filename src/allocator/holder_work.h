// The work of find_block_holders, for its two sources alone: block_holders.cc walks the blocks,
// holder_roots.cc finds what points to them.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "allocator/block_holders.h"
#include "allocator/holder_table.h"

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

// A pointer that counts only where nothing better reaches the block.
struct PendingRoot {
    std::uint32_t node;
    BlockGraph::Row row;
    Address from;
};

class HolderWork : public HeapFindings {
  public:
    using Row = BlockGraph::Row;

    HolderWork(const HolderSearch& search, TargetMemory& memory, TargetFiles& files)
        : search_(search),
          memory_(memory),
          files_(files),
          index_(search.index),
          table_(search.files),
          words_(memory) {}

    FoundHolders run();

    // Of the walk over the blocks' pointers.
    void begin(const ChunkRegion&, Bytes) {}
    void lost(const ChunkRegion&, std::uint64_t) {}
    void chunk(const Chunk& chunk);

    // Of the Java heap.
    [[nodiscard]] const AddressFilter& near() const override { return index_.near(); }
    bool contains(std::uint64_t word) override { return index_.target_of(word).node != BlockIndex::none; }
    Row row(HolderKind kind, const std::string& name) override { return table_.row(kind, name); }
    void point(Row row, Address from, std::uint64_t word) override;
    void set_library(Row row, std::string library, std::string evidence) override {
        table_[row].library = std::move(library);
        table_[row].evidence = std::move(evidence);
    }
    BlockHolders& figures() override { return found_.holders; }

  private:
    // What the blocks come to.
    struct Sums {
        using Key = std::tuple<Row, std::uint8_t, std::uint64_t>;

        explicit Sums(HolderWork& of) : work(of) {}
        void add(std::uint32_t node, const NodeChunk& chunk);
        HolderWork& work;
        std::map<Key, ChunkSum> held;
        std::map<Key, ChunkSum>::iterator last = held.end();  // neighbours are mostly alike
    };

    template <typename Visit>
    void for_each_pointer_of(const Chunk& chunk, Visit visit);
    void note_own_library(const Chunk& chunk, std::uint32_t node);
    [[nodiscard]] std::uint8_t library_in(const Chunk& chunk);
    void strong_root(std::uint32_t node, Row row, Address from);
    void weak_root(std::uint32_t node, Row row, Address from);
    void pend(std::vector<PendingRoot>& list, std::uint32_t node, Row row, Address from);
    void settle(std::vector<PendingRoot>& list);
    void strong_roots();
    void static_roots();
    void static_root(Row row, std::uint32_t node, Address from);
    void relative_links();
    void weak_roots();
    void ranges_as_roots(const std::vector<Range>& ranges, Row row);
    void own_roots();
    void finish(const Sums& sums);
    void find_chain();

    const HolderSearch& search_;
    TargetMemory& memory_;
    TargetFiles& files_;
    const BlockIndex& index_;
    std::optional<BlockGraph> graph_;
    std::optional<NodeBits> own_;               // the block shows its library itself
    std::optional<NodeBits> jvm_, jvm_inside_;  // a block of NMT's points to it
    std::vector<std::uint8_t> shown_;           // the library that a block points into which is not its own
    HolderTable table_;
    LibraryNumbers libraries_;
    AddressFilter files_near_;
    ChunkWindow words_;
    std::vector<std::uint32_t> targets_;
    std::vector<PendingRoot> inside_;  // strong, into the block
    std::vector<PendingRoot> second_;  // of what mostly looks at blocks of others
    std::vector<PendingRoot> weak_;    // of the Java heap, by no object
    std::vector<PendingRoot> weak_inside_;
    std::size_t named_at_ = 0;
    FoundHolders found_;
};

}  // namespace nmtx
