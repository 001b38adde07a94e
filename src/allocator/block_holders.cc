#include "allocator/block_holders.h"

#include "allocator/holder_work.h"

namespace nmtx {
namespace {

constexpr std::size_t most_edge_bytes = std::size_t{24} << 20U;  // and a part of what is walked
constexpr std::size_t edge_bytes_part = 25;                      // a twenty-fifth of the blocks' bytes
constexpr std::size_t most_held_groups = 65536;
constexpr std::size_t most_chain = 64;

// Of a Java class's blocks, by the evidence for their library.
std::string_view java_evidence(std::string_view of_library) {
    if (of_library == library_evidence::of_class) return held_evidence::natives_of_class;
    return of_library == library_evidence::of_package ? held_evidence::natives_of_package : "Java heap";
}

}  // namespace

FoundHolders HolderWork::run() {
    const std::uint64_t bytes = index_.node_bytes().value();
    const std::size_t room = most_edge_bytes + static_cast<std::size_t>(bytes / edge_bytes_part);
    graph_.emplace(index_.nodes(), room / sizeof(std::uint32_t));
    read_blocks_and_java_heap();
    found_.holders.pointers = graph_->edges();
    strong_roots();
    relative_links();
    weak_roots();
    own_roots();
    Sums sums(*this);
    index_.for_each_node([&](std::uint32_t node, const NodeChunk& chunk) { sums.add(node, chunk); });
    sums.finish();
    finish(sums);
    if (pointers_.left_out()) found_.holders.pointers_left_out = true;
    return std::move(found_);
}

// At once where the memory allows: one adds pointers to the graph, the other one roots, then pointers, too.
void HolderWork::read_blocks_and_java_heap() {
    const auto blocks = [this](TargetMemory& memory) { pointers_.read(memory, *graph_); };
    const HolderRequest& request = search_.request;
    if (!request.java_heap) return memory_.both(blocks, blocks);
    const auto java_heap = [&](TargetMemory& memory) {
        request.java_heap(*this, memory);
        blocks(memory);
    };
    // The first one tells how far it is.
    if (request.java_heap_bytes > index_.node_bytes()) return memory_.both(java_heap, blocks);
    memory_.both(blocks, java_heap);
}

void HolderWork::Sums::add(std::uint32_t node, const NodeChunk& chunk) {
    const BlockGraph& graph = *work_.graph_;
    const std::uint64_t facts = std::uint64_t{graph.row(node)} | std::uint64_t{graph.library(node)} << 16U |
                                std::uint64_t{work_.pointers_.shown(node)} << 24U |
                                std::uint64_t{graph.shared(node)} << 32U |
                                std::uint64_t{work_.pointers_.own().has(node)} << 33U;
    if (facts != last_->facts || chunk != last_->chunk) {
        last_ = &alike_[(facts ^ facts >> 24U ^ chunk.size / 16) % alike_.size()];
        if (facts != last_->facts || chunk != last_->chunk) {
            sum_up(*last_);
            last_->facts = facts;
            last_->chunk = chunk;
        }
    }
    ++last_->blocks;
    last_->direct += graph.distance(node) == 0 ? 1U : 0U;
}

void HolderWork::Sums::finish() {
    for (Alike& alike : alike_) sum_up(alike);
}

void HolderWork::Sums::sum_up(Alike& alike) {
    const std::uint64_t direct = std::exchange(alike.direct, 0), blocks = std::exchange(alike.blocks, 0);
    if (blocks == 0) return;
    const auto row = static_cast<Row>(alike.facts & 0xffffU);
    const auto library = static_cast<std::uint8_t>(alike.facts >> 16U & 0xffU);
    const bool shared = (alike.facts >> 32U & 1U) != 0, own = (alike.facts >> 33U & 1U) != 0;
    const auto shown = own ? library : static_cast<std::uint8_t>(alike.facts >> 24U & 0xffU);
    const auto sum_of = [&alike](std::uint64_t count) {
        return ChunkSum{count, Bytes(alike.chunk.size * count), Bytes(alike.chunk.resident * count)};
    };
    const ChunkSum sum = sum_of(blocks);
    HolderRow& of = work_.table_[row];
    of.held += sum;
    if (row != BlockGraph::nobody) of.direct += sum_of(direct);
    if (shared) of.shared += sum;
    if (shown != 0) {
        of.shown[work_.pointers_.file(shown)] += blocks;
        if (direct > 0) of.shown_directly[work_.pointers_.file(shown)] += direct;
    }
    if (own || row == BlockGraph::nobody) return;
    const Key key{row, library, alike.chunk.usable};
    auto held = held_.find(key);
    if (held == held_.end() && held_.size() < most_held_groups) held = held_.emplace(key, ChunkSum{}).first;
    if (held != held_.end()) held->second += sum;
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
    for (const auto& [key, chunks] : sums.held()) {
        const auto& [row, number, usable] = key;
        const HolderRow& of = table_[row];
        const bool java = of.kind <= HolderKind::java_array;
        HeldBlocks blocks;
        const auto [library, of_library] = table_.library_of(row);
        blocks.owner = number != 0 ? table_.file_name(pointers_.file(number)) : library;
        if (blocks.owner.empty() && java) blocks.owner = of.name.substr(0, of.name.rfind('.'));
        if (blocks.owner.empty()) continue;
        blocks.kind = java ? of.name : "";
        blocks.evidence = !java ? "pointed to by" : number != 0 ? "Java heap" : java_evidence(of_library);
        blocks.usable = usable;
        blocks.chunks = chunks;
        found_.blocks.push_back(std::move(blocks));
    }
}

FoundHolders find_block_holders(const HolderSearch& search, TargetMemory& memory, TargetFiles& files) {
    return HolderWork(search, memory, files).run();
}

}  // namespace nmtx
