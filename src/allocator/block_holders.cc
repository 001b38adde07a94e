#include "allocator/block_holders.h"

#include "allocator/holder_work.h"

namespace nmtx {
namespace {

constexpr std::size_t most_edge_bytes = std::size_t{24} << 20U;  // and a part of what is walked
constexpr std::size_t edge_bytes_part = 25;                      // a twenty-fifth of the blocks' bytes
constexpr std::size_t most_held_groups = 65536;
constexpr std::size_t most_chain = 64;

// Which blocks there are.
struct Indexer : NoRegions {
    Indexer(const BlockTally& of, BlockIndex& into, TargetMemory& target)
        : tally(of), index(into), memory(target) {}
    void begin(const ChunkRegion& entered, Bytes) { region = &entered; }
    void chunk(const Chunk& chunk) {
        // Only now: what a limit keeps the walk out of takes no memory.
        if (region != nullptr) index.add_region(*std::exchange(region, nullptr), memory);
        const bool node = is_node(chunk, tally);
        index.add_chunk(chunk, node);
        if (node) bytes += chunk.size;
    }
    const BlockTally& tally;
    BlockIndex& index;
    TargetMemory& memory;
    const ChunkRegion* region = nullptr;
    std::uint64_t bytes = 0;
};

}  // namespace

FoundHolders HolderWork::run() {
    Indexer indexer(search_.tally, index_, memory_);
    walk_chunks(search_.heap, search_.free, memory_, search_.bounds, indexer);
    index_.finish();
    const std::size_t room = most_edge_bytes + static_cast<std::size_t>(indexer.bytes / edge_bytes_part);
    graph_.emplace(index_.nodes(), room / sizeof(std::uint32_t));
    own_.emplace(index_.nodes());
    jvm_.emplace(index_.nodes());
    jvm_inside_.emplace(index_.nodes());
    walk_chunks(search_.heap, search_.free, memory_, search_.bounds, *this);
    found_.holders.pointers = graph_->edges();
    strong_roots();
    relative_links();
    weak_roots();
    own_roots();
    Sums sums{*this, {}};
    walk_chunks(search_.heap, search_.free, memory_, search_.bounds, sums);
    finish(sums);
    return std::move(found_);
}

template <typename Visit>
void HolderWork::for_each_word_of(const Chunk& chunk, Visit visit) {
    std::size_t at = 0;
    for (; at + 8 <= chunk.user.size(); at += 8) visit(word_at(chunk.user, at));
    const std::uint64_t user = chunk.at + chunk_header_bytes;
    if (chunk.user.size() >= chunk.usable()) return;
    for_each_word(memory_, words_, range_of(user + at, user + chunk.usable()),
                  [&](Address, std::uint64_t word) { visit(word); });
}

void HolderWork::note_own_library(const Chunk& chunk, std::uint32_t node) {
    std::optional<std::uint32_t> file;
    while (named_at_ < search_.named.size() && search_.named[named_at_].at < chunk.at) ++named_at_;
    if (named_at_ < search_.named.size() && search_.named[named_at_].at == chunk.at) {
        file = search_.named[named_at_].file;
    } else if (const FileRange* range = search_.tally.first_file(chunk)) {
        file = range->file;
    }
    if (!file) return;
    own_->set(node);
    if (!is_base_library(search_.files[*file].path)) graph_->set_library(node, libraries_.of(*file));
}

void HolderWork::chunk(const Chunk& chunk) {
    if (chunk.state != ChunkState::live || chunk.user.empty()) return;
    const AddressFilter& near = index_.near();
    const std::uint32_t node = index_.node_at(chunk.at + chunk_header_bytes);
    if (node == BlockIndex::none) {
        // What came after the first walk belongs to nobody here.
        if (!search_.tally.is_tracked(chunk)) return;
        for_each_word_of(chunk, [&](std::uint64_t word) {
            if (!near.may_contain(word)) return;
            const BlockIndex::Target to = index_.target_of(word);
            if (to.node != BlockIndex::none) (to.inside ? jvm_inside_ : jvm_)->set(to.node);
        });
        return;
    }
    note_own_library(chunk, node);
    targets_.clear();
    for_each_word_of(chunk, [&](std::uint64_t word) {
        if (!near.may_contain(word)) return;
        const BlockIndex::Target to = index_.target_of(word);
        if (to.node == BlockIndex::none || to.node == node) return;
        const std::uint32_t marked = to.node | (to.inside ? BlockGraph::inside : 0);
        if (targets_.empty() || targets_.back() != marked) targets_.push_back(marked);
    });
    if (!graph_->add_edges(node, targets_)) found_.holders.pointers_left_out = true;
}

void HolderWork::Sums::chunk(const Chunk& chunk) {
    if (!is_node(chunk, work.search_.tally)) return;
    const std::uint32_t node = work.index_.node_at(chunk.at + chunk_header_bytes);
    const Row row = node == BlockIndex::none ? BlockGraph::nobody : work.graph_->row(node);
    const ChunkSum sum{1, Bytes(chunk.size), Bytes(chunk.resident)};
    HolderRow& of = work.table_[row];
    of.held += sum;
    if (node == BlockIndex::none) return;
    if (row != BlockGraph::nobody && work.graph_->distance(node) == 0) of.direct += sum;
    if (work.graph_->shared(node)) of.shared += sum;
    if (const auto file = work.shown_by(chunk, node)) {
        ++of.shown[*file];
        if (work.graph_->distance(node) == 0) ++of.shown_directly[*file];
    }
    if (work.own_->has(node) || row == BlockGraph::nobody) return;
    const std::tuple key{row, work.graph_->library(node), chunk.usable()};
    if (held.size() < most_held_groups || held.count(key) != 0) held[key] += sum;
}

// The library that the block points into; of several the first. Not the JVM's: code of JNI keeps its address.
std::optional<std::uint32_t> HolderWork::shown_by(const Chunk& chunk, std::uint32_t node) const {
    if (own_->has(node)) {
        const std::uint8_t library = graph_->library(node);
        return library == 0 ? std::nullopt : std::optional(libraries_.file(library));
    }
    constexpr std::size_t looked_at = 1024;
    for (std::size_t at = 0; at + 8 <= std::min(chunk.user.size(), looked_at); at += 8) {
        const FileRange* const range = search_.tally.file_of(word_at(chunk.user, at));
        if (range == nullptr) continue;
        const std::string& path = search_.files[range->file].path;
        if (!is_base_library(path) && path.find("/libjvm.so") == std::string::npos) return range->file;
    }
    return std::nullopt;
}

void HolderWork::find_chain() {
    if (!search_.request.why) return;
    HolderChain& chain = found_.holders.chain.emplace();
    chain.asked = *search_.request.why;
    std::uint32_t node = index_.node_at(chain.asked.value);
    if (node == BlockIndex::none) node = index_.node_at(chain.asked.value + chunk_header_bytes);
    if (node == BlockIndex::none) node = index_.node_around(chain.asked.value);
    if (node == BlockIndex::none) return;
    const Row row = graph_->row(node);
    chain.kind = table_[row].kind;
    chain.holder = table_.title(row);
    if (row == BlockGraph::nobody) {
        chain.blocks.push_back(index_.address_of(node));
        return;
    }
    for (const std::uint32_t step : graph_->way_to(node, most_chain))
        chain.blocks.push_back(index_.address_of(step));
}

void HolderWork::finish(const Sums& sums) {
    find_chain();
    table_.fill(found_.holders);
    for (const auto& [key, chunks] : sums.held) {
        const auto& [row, number, usable] = key;
        const HolderRow& of = table_[row];
        const bool java = of.kind <= HolderKind::java_array;
        HeldBlocks blocks;
        blocks.owner = number != 0 ? table_.file_name(libraries_.file(number)) : table_.library_of(row).first;
        if (blocks.owner.empty() && java) blocks.owner = of.name.substr(0, of.name.rfind('.'));
        if (blocks.owner.empty()) continue;
        blocks.kind = java ? of.name : "";
        blocks.evidence = java ? "Java heap" : "pointed to by";
        blocks.usable = usable;
        blocks.chunks = chunks;
        found_.blocks.push_back(std::move(blocks));
    }
}

FoundHolders find_block_holders(const HolderSearch& search, TargetMemory& memory, TargetFiles& files) {
    return HolderWork(search, memory, files).run();
}

}  // namespace nmtx
