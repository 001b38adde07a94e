#include "allocator/walk_malloc.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "allocator/block_index.h"
#include "allocator/block_owners.h"
#include "allocator/serving_allocator.h"

namespace nmtx {
namespace {

constexpr std::size_t most_size_classes = 64;

void fill_arenas(MallocWalk& walk, const GlibcHeap& heap, const BlockTally& tally) {
    walk.arenas = tally.arenas();
    for (std::size_t i = 0; i < walk.arenas.size(); ++i) {
        walk.arenas[i].state = heap.arenas[i].state;
        walk.arenas[i].main = heap.arenas[i].main;
        walk.arenas[i].heaps = heap.arenas[i].heaps;
        walk.arenas[i].system = heap.arenas[i].system;
    }
    walk.mmapped_tracked = tally.mmapped().tracked;
    walk.mmapped_untracked = tally.mmapped().untracked;
    walk.mmapped_not_walked = tally.mmapped().not_walked;
    walk.mmapped_expected = heap.mmapped_expected;
    walk.regions = tally.regions();
}

void fill_tracked(MallocWalk& walk, const MallocRequest& request, const BlockTally& tally) {
    const auto& tags = tally.tags();
    const std::vector<std::string> names =
        request.name_tags ? request.name_tags(tags) : std::vector<std::string>();
    for (std::size_t tag = 0; tag < tags.size(); ++tag) {
        if (tags[tag].chunks.blocks == 0) continue;
        walk.tracked.push_back({tag < names.size() ? names[tag] : fmt::format("tag {}", tag),
                                tags[tag].requested, tags[tag].chunks});
    }
    std::sort(walk.tracked.begin(), walk.tracked.end(),
              [](const TrackedCategory& a, const TrackedCategory& b) {
                  return a.chunks.bytes != b.chunks.bytes ? a.chunks.bytes > b.chunks.bytes : a.name < b.name;
              });
}

void note_outcome(MallocWalk& walk, const WalkOutcome& outcome) {
    if (outcome.left_out != Bytes()) {
        walk.notes.push_back(fmt::format("The limit left {:.1f} MiB unwalked.",
                                         static_cast<double>(outcome.left_out.value()) / (1 << 20)));
    }
    if (outcome.resyncs > 0) {
        walk.notes.push_back(
            fmt::format("{} times the chunks broke off and were found again further on: the target ran "
                        "meanwhile, or something other than malloc has memory there.",
                        outcome.resyncs));
    }
    if (outcome.gave_up)
        walk.notes.emplace_back(
            "Too much of malloc's memory shows no chunks; the search for them was given up.");
}

struct Tallied {
    FreeChunks free;
    BlockTally tally;
    std::optional<BlockIndex> index;  // with --owners
};

// One walk for both.
struct TallySink {
    void begin(const ChunkRegion& region, Bytes resident) {
        done.tally.begin(region, resident);
        entered = &region;
    }
    void lost(const ChunkRegion& region, std::uint64_t bytes) { done.tally.lost(region, bytes); }
    [[gnu::always_inline]] void chunk(const Chunk& chunk) {
        const TalliedAs block = done.tally.chunk(chunk);
        if (!done.index) return;
        // Only now: what a limit keeps the walk out of takes no memory.
        if (entered != nullptr) done.index->add_region(*std::exchange(entered, nullptr), memory);
        done.index->add_chunk(chunk, indexed_as(chunk, block));
    }
    static IndexedAs indexed_as(const Chunk& chunk, TalliedAs block) {
        if (block == TalliedAs::other || chunk.user.empty()) return IndexedAs::other;
        return block == TalliedAs::tracked ? IndexedAs::tracked : IndexedAs::node;
    }
    Tallied& done;
    TargetMemory& memory;
    const ChunkRegion* entered = nullptr;
};

Tallied tally_blocks(const MallocRequest& request, const GlibcHeap& heap, NmtHeaders headers,
                     TargetMemory& memory, MallocWalk& walk) {
    Tallied done{find_free_chunks_of(request, heap, memory),
                 BlockTally(heap.arenas.size(), headers, request.tags, request.file_ranges),
                 {}};
    if (request.owners) done.index.emplace();
    TallySink sink{done, memory};
    const WalkOutcome outcome = walk_chunks(heap, done.free, memory, request.bounds, sink);
    if (done.index) done.index->finish();
    walk.notes = heap.notes;
    walk.notes.insert(walk.notes.end(), done.free.notes.begin(), done.free.notes.end());
    note_outcome(walk, outcome);
    return done;
}

// Which file's data the addresses of the allocation functions are in.
std::vector<NamedChunk> chunks_of_zlib(const std::vector<ZlibBlock>& blocks, const BlockTally& tally) {
    std::vector<NamedChunk> named;
    named.reserve(blocks.size());
    for (const ZlibBlock& block : blocks) {
        if (const FileRange* range = tally.file_of(block.zalloc)) named.push_back({block.at, range->file});
    }
    std::sort(named.begin(), named.end(),
              [](const NamedChunk& a, const NamedChunk& b) { return a.at < b.at; });
    return named;
}

BlockEvidence evidence_of(const MallocRequest& request, const GlibcHeap& heap, const Tallied& done,
                          TargetMemory& memory, TargetFiles& files, MallocWalk& walk) {
    BlockEvidence evidence;
    evidence.first_words = done.tally.first_words();
    std::vector<Range> arenas;
    for (const ChunkRegion& region : heap.regions) {
        if (region.kind != RegionKind::mmapped_chunk) arenas.push_back({region.first, region.end});
    }
    evidence.zlib = find_zlib_blocks(done.tally.z_streams(), arenas, memory);
    evidence.sizes = done.tally.sizes();
    if (!done.index) return evidence;
    const HolderSearch search{heap,           done.tally,           *done.index,
                              request.files,  request.library_data, chunks_of_zlib(evidence.zlib, done.tally),
                              request.holders};
    FoundHolders found = find_block_holders(search, memory, files);
    evidence.held = std::move(found.blocks);
    walk.holders = std::move(found.holders);
    return evidence;
}

}  // namespace

GlibcHeap find_heap_to_walk(const MallocRequest& request, TargetMemory& memory) {
    GlibcHeap heap = find_glibc_heap(request.search, memory);
    if (heap.layout == nullptr) return heap;
    std::vector<Range> resident;
    for (const ChunkRegion& region : heap.regions) {
        const std::vector<Range> runs = memory.resident_runs(region.whole);
        resident.insert(resident.end(), runs.begin(), runs.end());
    }
    memory.know_resident(std::move(resident));
    return heap;
}

FreeChunks find_free_chunks_of(const MallocRequest& request, const GlibcHeap& heap, TargetMemory& memory) {
    return find_free_chunks(heap, find_caches(heap, memory, request.bounds), memory, request.bounds);
}

MallocWalk walk_malloc(const MallocRequest& request, TargetMemory& memory, TargetFiles& files) {
    MallocWalk walk;
    walk.allocator = request.allocator;
    walk.version = request.search.release.value_or("");
    const GlibcHeap heap = find_heap_to_walk(request, memory);
    if (heap.layout == nullptr) {
        walk.why_not_walked = heap.why;
        settle_serving_allocator(walk, request.hotspot);
        return walk;
    }
    walk.layout = heap.layout->name;
    NmtHeaders headers = request.headers;
    Tallied done = tally_blocks(request, heap, headers, memory, walk);
    if (headers == NmtHeaders::canary && request.headers_may_be_older && done.tally.tracked_blocks() == 0) {
        headers = NmtHeaders::size;
        done = tally_blocks(request, heap, headers, memory, walk);
    }
    if (done.tally.tracked_blocks() > 0) walk.headers = headers == NmtHeaders::canary ? "canary" : "size";
    fill_arenas(walk, heap, done.tally);
    fill_tracked(walk, request, done.tally);
    BlockEvidence evidence = evidence_of(request, heap, done, memory, files, walk);
    walk.untracked = owners_of_blocks(evidence, done.tally, request.files, files);
    walk.sizes = largest_sizes(std::move(evidence.sizes), most_size_classes);
    settle_serving_allocator(walk, request.hotspot);
    return walk;
}

}  // namespace nmtx
