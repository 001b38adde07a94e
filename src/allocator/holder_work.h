// The work of find_block_holders, for its two sources alone: block_holders.cc sums up, holder_roots.cc finds
// what points to blocks.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "allocator/block_holders.h"
#include "allocator/block_pointers.h"
#include "allocator/holder_table.h"

namespace nmtx {

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
          pointers_(search),
          table_(search.files),
          words_(memory) {}

    FoundHolders run();

    // Of the Java heap.
    [[nodiscard]] const AddressFilter& near() const override { return index_.near(); }
    bool contains(std::uint64_t word) override { return target_of(word).node != BlockIndex::none; }
    Row row(HolderKind kind, const std::string& name) override { return table_.row(kind, name); }
    void point(Row row, Address from, std::uint64_t word) override;
    void set_library(Row row, std::string library, std::string evidence) override {
        table_[row].library = std::move(library);
        table_[row].evidence = std::move(evidence);
    }
    BlockHolders& figures() override { return found_.holders; }

  private:
    // What the blocks come to. Most are like one of those just before: they are added together.
    class Sums {
      public:
        using Key = std::tuple<Row, std::uint8_t, std::uint64_t>;

        explicit Sums(HolderWork& of) : work_(of) {}
        Sums(const Sums&) = delete;
        Sums& operator=(const Sums&) = delete;
        ~Sums() = default;
        void add(std::uint32_t node, const NodeChunk& chunk);
        void finish();
        [[nodiscard]] const std::map<Key, ChunkSum>& held() const { return held_; }

      private:
        struct Alike {
            std::uint64_t facts = 0;  // row, library, shown, shared and own: one comparison for all
            NodeChunk chunk;
            std::uint64_t blocks = 0, direct = 0;  // that are; of them, those without a block between
        };
        void sum_up(Alike& alike);
        HolderWork& work_;
        std::map<Key, ChunkSum> held_;
        std::array<Alike, 64> alike_;
        Alike* last_ = alike_.data();
    };

    void read_blocks_and_java_heap();
    BlockIndex::Target target_of(std::uint64_t word) { return index_.target_of(word, part_); }
    void strong_root(std::uint32_t node, Row row, Address from);
    void weak_root(std::uint32_t node, Row row, Address from);
    void pend(std::vector<PendingRoot>& list, std::uint32_t node, Row row, Address from);
    void settle(std::vector<PendingRoot>& list);
    void strong_roots();
    bool shows_other_libraries(const PendingRoot& root);
    void field_roots();
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
    BlockPointers pointers_;
    HolderTable table_;
    ChunkWindow words_;
    std::vector<PendingRoot> fields_;   // of Java fields, which count as strong_roots() decides
    std::vector<PendingRoot> odd_;      // of Java fields, to blocks that are not of the field's usual size
    std::vector<PendingRoot> inside_;   // strong, into the block
    std::vector<PendingRoot> second_;   // of what mostly looks at blocks of others
    std::vector<PendingRoot> doubted_;  // of Java fields, to blocks that show other libraries
    std::vector<PendingRoot> weak_;     // of the Java heap, by no object
    std::vector<PendingRoot> weak_inside_;
    std::uint32_t part_ = 0;                            // of the last target
    std::size_t reached_left_ = std::size_t{1} << 18U;  // blocks to look at for shows_other_libraries()
    FoundHolders found_;
};

}  // namespace nmtx
