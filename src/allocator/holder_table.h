// The holders that a search has met, as numbered rows, and what they come to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "allocator/block_graph.h"
#include "allocator/malloc_walk.h"
#include "base/target_files.h"

namespace nmtx {

// The C library and its kin: what points into them says nothing about who allocated.
bool is_base_library(std::string_view path);

struct HolderRow {
    static constexpr std::uint32_t no_file = 0xffffffff;

    HolderKind kind = HolderKind::nothing;
    std::string name;
    std::uint32_t file = no_file;  // of a library's data or blocks
    // Counts only where no other of the strong ones reaches the block: buffers look at memory of others, and
    // so do boxed addresses.
    bool second_choice = false;
    bool calls_jdk_only = false;    // a class of the JDK's that is not made for blocks of others
    std::string library, evidence;  // of a class's, as somebody found out
    ChunkSum direct, held, shared;
    // Blocks by the library that they point into; of all, and of those that the holder points to itself.
    std::map<std::uint32_t, std::uint64_t> shown, shown_directly;
    std::map<BlockGraph::Row, std::uint64_t> also;
    Address example_from, example;
};

class HolderTable {
  public:
    explicit HolderTable(const std::vector<MappedFile>& files);

    // Beyond BlockGraph::most_rows all others of a kind are one, without a name.
    BlockGraph::Row row(HolderKind kind, const std::string& name, std::uint32_t file = HolderRow::no_file);
    HolderRow& operator[](BlockGraph::Row row) { return rows_[row]; }
    [[nodiscard]] const HolderRow& operator[](BlockGraph::Row row) const { return rows_[row]; }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    // Two rows point to a block: the one that it belongs to. A class stands before its cleaner, which is
    // nested in it, in the order of names.
    [[nodiscard]] BlockGraph::Row winner(BlockGraph::Row a, BlockGraph::Row b) const;
    // Notes that the block of one is held by the other, too.
    void share(BlockGraph::Row winner, BlockGraph::Row other);

    // Whether blocks that point into the file may belong to the row's class. Classes of the JDK call only its
    // own libraries; of any other class nothing is ruled out, since a wrapper may call any library.
    [[nodiscard]] bool may_call(BlockGraph::Row row, std::uint32_t file) const;

    // The library of the row's blocks, and by which evidence; both empty where unknown.
    [[nodiscard]] std::pair<std::string, std::string> library_of(BlockGraph::Row row) const;
    [[nodiscard]] std::string file_name(std::uint32_t file) const;
    // "com.example.Handle.peer", "g_cache in libfoo.so", "thread stacks".
    [[nodiscard]] std::string title(BlockGraph::Row row) const;
    // Most bytes first, what nothing points to included.
    void fill(BlockHolders& found) const;

  private:
    static constexpr std::size_t most_named = BlockGraph::most_rows - 64;
    const std::vector<MappedFile>& files_;
    std::string jdk_libraries_;    // their folder; empty where not known
    std::vector<HolderRow> rows_;  // [0]: nobody
    std::map<std::pair<std::pair<HolderKind, std::uint32_t>, std::string>, BlockGraph::Row> numbers_;
};

// "com.example.Handle.peer"; else what stands in for a name: "thread stacks".
std::string holder_title(HolderKind kind, std::string_view name, std::string_view library);

}  // namespace nmtx
