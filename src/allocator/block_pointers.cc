#include "allocator/block_pointers.h"

#include <algorithm>

#include "allocator/holder_table.h"

namespace nmtx {
namespace {

constexpr std::size_t looked_at_for_library = 1024;
// Neighbours mostly have one size, so this many further on begins another block.
constexpr std::uint64_t blocks_ahead = 16;

}  // namespace

BlockPointers::BlockPointers(const HolderSearch& search)
    : search_(search),
      index_(search.index),
      files_or_blocks_(index_.near()),
      own_(index_.nodes()),
      jvm_(index_.nodes()),
      jvm_inside_(index_.nodes()),
      shown_(index_.nodes()) {
    for (const FileRange& range : search.tally.files()) files_or_blocks_.add(range.range);
}

void BlockPointers::read(TargetMemory& memory, BlockGraph& graph) {
    memory_ = &memory;
    words_.emplace(memory);
    ChunkWindow window(memory, ChunkWindow::largest, ChunkWindow::Reading::ahead);
    constexpr std::uint64_t tell_every = std::uint64_t{16} << 20U;
    const Bytes all = index_.node_bytes();
    std::uint64_t done = 0, told = 0;
    index_.for_each_block([&](const BlockIndex::Block& block) {
        const std::uint64_t usable = block.chunk.usable;
        const std::size_t least =
            static_cast<std::size_t>(std::min<std::uint64_t>(usable, looked_at_for_library));
        user_ = window.from(block.at + chunk_header_bytes, least, block.run_end);
        fetch_early(user_, block.chunk.size * blocks_ahead);
        user_ = user_.first(static_cast<std::size_t>(std::min<std::uint64_t>(user_.size(), usable)));
        if (block.node == BlockIndex::none) return block_of_jvm(block);
        node(block, graph);
        done += block.chunk.size;
        if (done - told < tell_every) return;
        told = done;
        memory.reached(Bytes(done), all);
    });
    memory.reached(all, all);
}

// Of the words of the block that were not there at once.
template <typename Visit>
void BlockPointers::for_each_pointer_behind(const BlockIndex::Block& block, Visit visit) {
    const std::uint64_t user = block.at + chunk_header_bytes;
    if (user_.size() >= block.chunk.usable) return;
    for_each_candidate(*memory_, *words_, index_.near(),
                       range_of(user + user_.size() / 8 * 8, user + block.chunk.usable),
                       [&](Address, std::uint64_t word) { visit(index_.target_of(word, part_)); });
}

void BlockPointers::block_of_jvm(const BlockIndex::Block& block) {
    const auto note = [&](BlockIndex::Target to) {
        if (to.node != BlockIndex::none) (to.inside ? jvm_inside_ : jvm_).set(to.node);
    };
    index_.near().for_each_candidate(
        user_, [&](std::size_t, std::uint64_t word) { note(index_.target_of(word, part_)); });
    for_each_pointer_behind(block, note);
}

// By its shape, else by its first word.
std::uint32_t BlockPointers::own_file(const BlockIndex::Block& block) {
    const auto& named = search_.named;
    while (named_at_ < named.size() && named[named_at_].at < block.at) ++named_at_;
    if (named_at_ < named.size() && named[named_at_].at == block.at) return named[named_at_].file;
    const FileRange* const range = user_.size() < 8 ? nullptr : search_.tally.file_of(word_at(user_, 0));
    return range == nullptr ? HolderRow::no_file : range->file;
}

// 0 where the word leads into none. Not the JVM's: code of JNI keeps its address.
std::uint8_t BlockPointers::library_at(std::uint64_t word) {
    const FileRange* const range = search_.tally.file_of(word);
    if (range == nullptr) return 0;
    const std::string& path = search_.files[range->file].path;
    const bool counts = !is_base_library(path) && path.find("/libjvm.so") == std::string::npos;
    return counts ? libraries_.of(range->file) : std::uint8_t{0};
}

void BlockPointers::node(const BlockIndex::Block& block, BlockGraph& graph) {
    const std::uint32_t node = block.node;
    const std::uint32_t file = own_file(block);
    const bool own = file != HolderRow::no_file;
    if (own) {
        own_.set(node);
        if (!is_base_library(search_.files[file].path)) graph.set_library(node, libraries_.of(file));
    }
    targets_.clear();
    const auto note = [&](BlockIndex::Target to) {
        if (to.node == BlockIndex::none || to.node == node) return;
        const std::uint32_t marked = to.node | (to.inside ? BlockGraph::inside : 0);
        if (targets_.empty() || targets_.back() != marked) targets_.push_back(marked);
    };
    // Of several libraries the first.
    std::uint8_t library = 0;
    files_or_blocks_.for_each_candidate(user_, [&](std::size_t offset, std::uint64_t word) {
        if (!own && library == 0 && offset < looked_at_for_library) library = library_at(word);
        if (index_.near().may_contain(word)) note(index_.target_of(word, part_));
    });
    for_each_pointer_behind(block, note);
    shown_[node] = library;
    if (!graph.add_edges(node, targets_)) left_out_ = true;
}

}  // namespace nmtx
