#include "allocator/block_sample.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace nmtx {
namespace {

constexpr std::size_t most_near = 3;  // on either side

// Keeps the first few by `nearer`, each once.
template <typename Nearer>
bool wanted(const std::vector<std::uint64_t>& sizes, std::uint64_t size, Nearer nearer) {
    if (std::find(sizes.begin(), sizes.end(), size) != sizes.end()) return false;
    return sizes.size() < most_near || nearer(size, sizes.back());
}

template <typename Nearer>
void keep(std::vector<std::uint64_t>& sizes, std::uint64_t size, Nearer nearer) {
    sizes.insert(std::upper_bound(sizes.begin(), sizes.end(), size, nearer), size);
    if (sizes.size() > most_near) sizes.pop_back();
}

}  // namespace

void BlockSampler::chunk(const Chunk& chunk) {
    if (chunk.state != ChunkState::live) return;
    if (chunk.usable() != usable_) return note_near(chunk);
    if (tally_.is_tracked(chunk)) return;
    const std::uint64_t user = chunk.at + chunk_header_bytes;
    choose(range_of(user, user + usable_));
}

// Of n blocks each is among the chosen with most / n.
void BlockSampler::choose(Range block) {
    ++sample_.of;
    if (sample_.blocks.size() < most_) {
        sample_.blocks.push_back(block);
    } else if (const std::uint64_t slot = below(sample_.of); slot < most_) {
        sample_.blocks[static_cast<std::size_t>(slot)] = block;
    }
}

void BlockSampler::note_near(const Chunk& chunk) {
    const std::uint64_t size = chunk.usable();
    if (size < usable_ && wanted(smaller_, size, std::greater<>()) && !tally_.is_tracked(chunk)) {
        keep(smaller_, size, std::greater<>());
    } else if (size > usable_ && wanted(larger_, size, std::less<>()) && !tally_.is_tracked(chunk)) {
        keep(larger_, size, std::less<>());
    }
}

// A linear congruential generator modulo 2^64 (Knuth's MMIX), of which the upper half is used.
std::uint64_t BlockSampler::below(std::uint64_t bound) {
    random_ = random_ * 6364136223846793005U + 1442695040888963407U;
    return (random_ >> 32U) % bound;
}

BlockSample BlockSampler::finish() {
    std::sort(sample_.blocks.begin(), sample_.blocks.end());
    for (auto size = smaller_.rbegin(); size != smaller_.rend(); ++size) sample_.nearest.emplace_back(*size);
    for (const std::uint64_t size : larger_) sample_.nearest.emplace_back(size);
    return std::move(sample_);
}

BlockSample sample_blocks(const MallocRequest& request, Bytes usable, std::size_t most,
                          TargetMemory& memory) {
    const GlibcHeap heap = find_heap_to_walk(request, memory);
    if (heap.layout == nullptr) return {};
    const FreeChunks free = find_free_chunks_of(request, heap, memory);
    const BlockTally tally(heap.arenas.size(), request.headers, request.tags, request.file_ranges);
    BlockSampler sampler(usable, most, tally);
    walk_chunks(heap, free, memory, request.bounds, sampler);
    return sampler.finish();
}

}  // namespace nmtx
