#include "allocator/block_pointers.h"

#include <algorithm>
#include <utility>

#include "allocator/holder_table.h"
#include "allocator/loader_blocks.h"

namespace nmtx {
namespace {

constexpr std::size_t looked_at_for_library = 1024;
// Neighbours mostly have one size, so this many further on begins another block.
constexpr std::uint64_t blocks_ahead = 16;

}  // namespace

// In one thread, with a memory of its own.
class BlockPointers::Reader {
  public:
    Reader(BlockPointers& into, TargetMemory& memory, BlockGraph& graph)
        : into_(into),
          search_(into.search_),
          index_(into.index_),
          memory_(memory),
          graph_(graph),
          words_(memory),
          window_(memory, ChunkWindow::largest, ChunkWindow::Reading::ahead) {}

    // Nodes [first, end).
    void read(std::uint32_t first, std::uint32_t end);

  private:
    void node(const BlockIndex::Block& block);
    void block_of_jvm(const BlockIndex::Block& block);
    // HolderRow::no_file where it shows none.
    [[nodiscard]] std::uint32_t own_file(const BlockIndex::Block& block);
    [[nodiscard]] std::uint8_t library_at(std::uint64_t word) const;
    template <typename Visit>
    void for_each_pointer_behind(const BlockIndex::Block& block, Visit visit);

    BlockPointers& into_;
    const HolderSearch& search_;
    const BlockIndex& index_;
    TargetMemory& memory_;
    BlockGraph& graph_;
    ChunkWindow words_, window_;
    std::span<const std::byte> user_;  // of the block, what is there at once
    std::vector<std::uint32_t> targets_;
    std::vector<NamedChunk>::const_iterator named_;
    std::uint32_t part_ = 0;  // of the last target
};

BlockPointers::BlockPointers(const HolderSearch& search)
    : search_(search),
      index_(search.index),
      files_or_blocks_(index_.near()),
      own_(index_.nodes()),
      jvm_(index_.nodes()),
      jvm_inside_(index_.nodes()),
      shown_(index_.nodes()),
      loader_(loader_of(search.files)) {
    const auto add = [&](std::uint32_t file) {
        const std::string& path = search.files[file].path;
        if (is_base_library(path)) return;
        libraries_.add(file);
        if (path.find("/libjvm.so") != std::string::npos) first_word_only_.set(libraries_.of(file));
    };
    for (const FileRange& range : search.tally.files()) {
        files_or_blocks_.add(range.range);
        add(range.file);
    }
    for (const NamedChunk& chunk : search.named) add(chunk.file);
    if (loader_) {
        libraries_.add(*loader_);
        first_word_only_.set(libraries_.of(*loader_));
    }
    first_word_only_.reset(0);  // beyond the last number
}

void BlockPointers::read(TargetMemory& memory, BlockGraph& graph) {
    Reader reader(*this, memory, graph);
    for (std::uint32_t lane = next_lane_++; lane < graph.lanes(); lane = next_lane_++) {
        const std::uint64_t first = std::uint64_t{lane} << graph.lane_shift();
        const std::uint64_t end = std::uint64_t{lane + 1} << graph.lane_shift();
        reader.read(static_cast<std::uint32_t>(first),
                    lane + 1 == graph.lanes() ? BlockIndex::none : static_cast<std::uint32_t>(end));
    }
    memory.reached(index_.node_bytes(), index_.node_bytes());
}

void BlockPointers::Reader::read(std::uint32_t first, std::uint32_t end) {
    constexpr std::uint64_t tell_every = std::uint64_t{16} << 20U;
    std::uint64_t untold = 0;
    const auto tell = [&] {
        const std::uint64_t done = into_.done_ += std::exchange(untold, 0);
        memory_.reached(Bytes(done), index_.node_bytes());
    };
    named_ = search_.named.begin();
    index_.for_each_block(first, end, [&](const BlockIndex::Block& block) {
        const std::uint64_t usable = block.chunk.usable;
        const std::size_t least =
            static_cast<std::size_t>(std::min<std::uint64_t>(usable, looked_at_for_library));
        user_ = window_.from(block.at + chunk_header_bytes, least, block.run_end);
        fetch_early(user_, block.chunk.size * blocks_ahead);
        user_ = user_.first(static_cast<std::size_t>(std::min<std::uint64_t>(user_.size(), usable)));
        if (block.node == BlockIndex::none) return block_of_jvm(block);
        node(block);
        untold += block.chunk.size;
        if (untold >= tell_every) tell();
    });
    tell();
}

// Of the words of the block that were not there at once.
template <typename Visit>
void BlockPointers::Reader::for_each_pointer_behind(const BlockIndex::Block& block, Visit visit) {
    const std::uint64_t user = block.at + chunk_header_bytes;
    if (user_.size() >= block.chunk.usable) return;
    for_each_candidate(memory_, words_, index_.near(),
                       range_of(user + user_.size() / 8 * 8, user + block.chunk.usable),
                       [&](Address, std::uint64_t word) { visit(word); });
}

void BlockPointers::Reader::block_of_jvm(const BlockIndex::Block& block) {
    const auto note = [&](std::uint64_t word) {
        const BlockIndex::Target to = index_.target_of(word, part_);
        if (to.node != BlockIndex::none) (to.inside ? into_.jvm_inside_ : into_.jvm_).set_shared(to.node);
    };
    index_.near().for_each_candidate(user_, [&](std::size_t, std::uint64_t word) { note(word); });
    for_each_pointer_behind(block, note);
}

// By its shape, else by its first word.
std::uint32_t BlockPointers::Reader::own_file(const BlockIndex::Block& block) {
    while (named_ != search_.named.end() && named_->at < block.at) ++named_;
    if (named_ != search_.named.end() && named_->at == block.at) return named_->file;
    if (user_.size() < 8) return HolderRow::no_file;
    const std::uint64_t word = word_at(user_, 0);
    const FileRange* const range = search_.tally.file_of(word);
    if (range == nullptr) return HolderRow::no_file;
    if (into_.loader_ && block.chunk.usable >= least_link_map &&
        is_load_address(word, search_.files[range->file]))
        return *into_.loader_;
    return range->file;
}

// 0 where the word leads into none. Not the JVM's: code of JNI keeps its address. Nor the loader's.
std::uint8_t BlockPointers::Reader::library_at(std::uint64_t word) const {
    const FileRange* const range = search_.tally.file_of(word);
    if (range == nullptr) return 0;
    const std::uint8_t library = into_.libraries_.of(range->file);
    return into_.first_word_only_.test(library) ? std::uint8_t{0} : library;
}

void BlockPointers::Reader::node(const BlockIndex::Block& block) {
    const std::uint32_t node = block.node;
    const std::uint32_t file = own_file(block);
    const bool own = file != HolderRow::no_file;
    if (own) {
        into_.own_.set(node);
        if (const std::uint8_t library = into_.libraries_.of(file); library != 0)
            graph_.set_library(node, library);
    }
    targets_.clear();
    const std::uint64_t user = block.at + chunk_header_bytes;
    const auto note = [&](std::uint64_t word) {
        if (word - user < block.chunk.usable) return;  // its own, as many words are that lead into a block
        const BlockIndex::Target to = index_.target_of(word, part_);
        if (to.node == BlockIndex::none || to.node == node) return;
        const std::uint32_t marked = to.node | (to.inside ? BlockGraph::inside : 0);
        if (targets_.empty() || targets_.back() != marked) targets_.push_back(marked);
    };
    // Of several libraries the first.
    std::uint8_t library = 0;
    into_.files_or_blocks_.for_each_candidate(user_, [&](std::size_t offset, std::uint64_t word) {
        if (!own && library == 0 && offset < looked_at_for_library) library = library_at(word);
        if (index_.near().may_contain(word)) note(word);
    });
    for_each_pointer_behind(block, note);
    into_.shown_[node] = library;
    if (!graph_.add_edges(node, targets_)) into_.left_out_ = true;
}

}  // namespace nmtx
