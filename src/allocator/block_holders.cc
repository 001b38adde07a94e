#include "allocator/block_holders.h"

#include "allocator/holder_work.h"

namespace nmtx {
namespace {

constexpr std::size_t most_edge_bytes = std::size_t{24} << 20U;  // and a part of what is walked
constexpr std::size_t edge_bytes_part = 25;                      // a twenty-fifth of the blocks' bytes
constexpr std::size_t most_held_groups = 65536;
constexpr std::size_t most_chain = 64;

}  // namespace

FoundHolders HolderWork::run() {
    for (const FileRange& range : search_.tally.files()) files_near_.add(range.range);
    const std::uint64_t bytes = index_.node_bytes().value();
    const std::size_t room = most_edge_bytes + static_cast<std::size_t>(bytes / edge_bytes_part);
    graph_.emplace(index_.nodes(), room / sizeof(std::uint32_t));
    own_.emplace(index_.nodes());
    jvm_.emplace(index_.nodes());
    jvm_inside_.emplace(index_.nodes());
    shown_.resize(index_.nodes());
    walk_chunks(search_.heap, search_.free, memory_, search_.bounds, *this);
    found_.holders.pointers = graph_->edges();
    strong_roots();
    relative_links();
    weak_roots();
    own_roots();
    Sums sums(*this);
    index_.for_each_node([&](std::uint32_t node, const NodeChunk& chunk) { sums.add(node, chunk); });
    finish(sums);
    return std::move(found_);
}

template <typename Visit>
void HolderWork::for_each_pointer_of(const Chunk& chunk, Visit visit) {
    const auto look_at = [&](std::uint64_t word) {
        if (const BlockIndex::Target to = index_.target_of(word); to.node != BlockIndex::none) visit(to);
    };
    index_.near().for_each_candidate(chunk.user, [&](std::size_t, std::uint64_t word) { look_at(word); });
    const std::uint64_t user = chunk.at + chunk_header_bytes;
    if (chunk.user.size() >= chunk.usable()) return;
    for_each_candidate(memory_, words_, index_.near(),
                       range_of(user + chunk.user.size() / 8 * 8, user + chunk.usable()),
                       [&](Address, std::uint64_t word) { look_at(word); });
}

void HolderWork::note_own_library(const Chunk& chunk, std::uint32_t node) {
    std::optional<std::uint32_t> file;
    while (named_at_ < search_.named.size() && search_.named[named_at_].at < chunk.at) ++named_at_;
    if (named_at_ < search_.named.size() && search_.named[named_at_].at == chunk.at) {
        file = search_.named[named_at_].file;
    } else if (const FileRange* range = search_.tally.first_file(chunk)) {
        file = range->file;
    }
    if (!file) {
        shown_[node] = library_in(chunk);
        return;
    }
    own_->set(node);
    if (!is_base_library(search_.files[*file].path)) graph_->set_library(node, libraries_.of(*file));
}

// The library that the block points into; of several the first. Not the JVM's: code of JNI keeps its address.
std::uint8_t HolderWork::library_in(const Chunk& chunk) {
    constexpr std::size_t looked_at = 1024;
    std::uint8_t found = 0;
    const auto look_at = [&](std::size_t, std::uint64_t word) {
        const FileRange* const range = found == 0 ? search_.tally.file_of(word) : nullptr;
        if (range == nullptr) return;
        const std::string& path = search_.files[range->file].path;
        if (!is_base_library(path) && path.find("/libjvm.so") == std::string::npos)
            found = libraries_.of(range->file);
    };
    files_near_.for_each_candidate(chunk.user.first(std::min(chunk.user.size(), looked_at)), look_at);
    return found;
}

void HolderWork::chunk(const Chunk& chunk) {
    if (chunk.state != ChunkState::live || chunk.user.empty()) return;
    const std::uint32_t node = index_.node_at(chunk.at + chunk_header_bytes);
    if (node == BlockIndex::none) {
        // What came after the first walk belongs to nobody here.
        if (!search_.tally.is_tracked(chunk)) return;
        for_each_pointer_of(chunk,
                            [&](BlockIndex::Target to) { (to.inside ? jvm_inside_ : jvm_)->set(to.node); });
        return;
    }
    note_own_library(chunk, node);
    targets_.clear();
    for_each_pointer_of(chunk, [&](BlockIndex::Target to) {
        if (to.node == node) return;
        const std::uint32_t marked = to.node | (to.inside ? BlockGraph::inside : 0);
        if (targets_.empty() || targets_.back() != marked) targets_.push_back(marked);
    });
    if (!graph_->add_edges(node, targets_)) found_.holders.pointers_left_out = true;
}

void HolderWork::Sums::add(std::uint32_t node, const NodeChunk& chunk) {
    const Row row = work.graph_->row(node);
    const bool directly = row != BlockGraph::nobody && work.graph_->distance(node) == 0;
    const bool own = work.own_->has(node);
    const std::uint8_t library = work.graph_->library(node);
    const ChunkSum sum{1, Bytes(chunk.size), Bytes(chunk.resident)};
    HolderRow& of = work.table_[row];
    of.held += sum;
    if (directly) of.direct += sum;
    if (work.graph_->shared(node)) of.shared += sum;
    if (const std::uint8_t shown = own ? library : work.shown_[node]; shown != 0) {
        ++of.shown[work.libraries_.file(shown)];
        if (work.graph_->distance(node) == 0) ++of.shown_directly[work.libraries_.file(shown)];
    }
    if (own || row == BlockGraph::nobody) return;
    const Key key{row, library, chunk.usable};
    if (last == held.end() || last->first != key) {
        last = held.find(key);
        if (last == held.end() && held.size() < most_held_groups) last = held.emplace(key, ChunkSum{}).first;
    }
    if (last != held.end()) last->second += sum;
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
