// Walks the chunks of malloc's regions in order and passes each to a sink:
//
//   sink.begin(const ChunkRegion&, Bytes resident)     a region, and what of it is resident
//   sink.chunk(const Chunk&)                           each chunk once
//   sink.lost(const ChunkRegion&, std::uint64_t bytes) resident bytes in which no chunk could be found
//
// The resident bytes of a region's chunks and the lost bytes sum to the resident bytes of the region.
//
// The target may run meanwhile, and its memory may be forged: an impossible size is skipped, and the walk
// continues where eight chunks follow one another again. Only resident pages are read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/chunk_window.h"
#include "allocator/free_lists.h"
#include "allocator/glibc_heap.h"
#include "allocator/resident_runs.h"
#include "allocator/zlib_blocks.h"
#include "base/target_memory.h"

namespace nmtx {

struct WalkBounds {
    Bytes resident = Bytes(std::numeric_limits<std::uint64_t>::max());  // walk no further than this
    std::uint64_t resync_steps = 16'000'000;  // in total; a read of the target counts as 16
};

struct WalkOutcome {
    Bytes walked;    // resident bytes of the regions that were walked
    Bytes left_out;  // resident bytes that the limit left out; they were passed on as lost
    std::uint64_t resyncs = 0;
    bool gave_up = false;  // the steps for resynchronising were used up
};

template <typename Sink>
class ChunkWalk {
  public:
    ChunkWalk(const GlibcHeap& heap, const FreeChunks& free, TargetMemory& memory, const WalkBounds& bounds,
              Sink& sink)
        : heap_(heap),
          free_(free),
          memory_(memory),
          bounds_(bounds),
          sink_(sink),
          steps_left_(bounds.resync_steps),
          window_(memory, ChunkWindow::largest, ChunkWindow::Reading::ahead) {}

    WalkOutcome run() {
        for (const ChunkRegion& region : heap_.regions) all_ += weight(region);
        for (const ChunkRegion& region : heap_.regions) {
            runs_ = ResidentRuns(memory_.resident_runs(region.whole));
            in_rss_ = region.in_rss;
            sink_.begin(region, in_rss_ ? runs_.total() : Bytes());
            if (outcome_.walked + runs_.total() > bounds_.resident) {
                lose(region, region.whole.begin.value, region.whole.end.value);
                outcome_.left_out += runs_.total();
            } else {
                outcome_.walked += runs_.total();
                walk(region);
            }
            passed_ += weight(region);
            memory_.reached(passed_, all_);
        }
        return outcome_;
    }

  private:
    // How much of a chunk is read before it is passed on, if it is that long and resident.
    static constexpr std::size_t head_bytes = chunk_header_bytes + z_stream_bytes;
    static constexpr std::uint64_t steps_a_read = 16;
    static constexpr std::uint64_t tell_every = std::uint64_t{16} << 20U;
    // Neighbours mostly have one size, so this many further on begins another chunk.
    static constexpr std::uint64_t chunks_ahead = 16;
    static constexpr std::uint64_t is_mmapped = 2, non_main = 4, flags = 7;

    // For the whole walk: a chunk with its own mapping is passed in one step, however large it is.
    static Bytes weight(const ChunkRegion& region) {
        constexpr Bytes page(4096);
        return region.kind == RegionKind::mmapped_chunk ? page : region.whole.size();
    }

    void lose(const ChunkRegion& region, std::uint64_t begin, std::uint64_t end) {
        if (begin >= end) return;
        if (const std::uint64_t bytes = resident(begin, end); bytes > 0) sink_.lost(region, bytes);
    }

    [[nodiscard]] std::uint64_t resident(std::uint64_t begin, std::uint64_t end) {
        return in_rss_ ? runs_.in(begin, end) : 0;
    }

    void walk(const ChunkRegion& region) {
        if (region.kind == RegionKind::mmapped_chunk) return walk_mmapped(region);
        const std::uint64_t end = region.end.value;
        main_ = region.arena == 0;
        top_ = heap_.arenas[region.arena].top.value;
        std::uint64_t at = region.first.value;
        // heap_info and malloc_state.
        if (region.kind == RegionKind::arena) {
            own(region, region.whole.begin.value, at);
        } else {
            lose(region, region.whole.begin.value, at);
        }
        for (std::uint64_t told = at; at < end;) {
            at = stride(region, at, end);
            if (at < end) at = step(region, at, end);
            if (at - told < tell_every) continue;
            told = at;
            memory_.reached(passed_ + Bytes(std::min(at, end) - region.whole.begin.value), all_);
        }
        lose(region, end, region.whole.end.value);
    }

    void walk_mmapped(const ChunkRegion& region) {
        const std::uint64_t at = region.first.value;
        lose(region, region.whole.begin.value, at);
        hand_over(region, at, region.end.value - at, ChunkState::live, region.end.value);
    }

    // The fast path over chunks whose next header is also in the window, which are nearly all: memory in the
    // window is resident. Stops at any other chunk.
    std::uint64_t stride(const ChunkRegion& region, std::uint64_t at, std::uint64_t end) {
        const std::span<const std::byte> bytes = window_.here(at);
        Chunk chunk;
        chunk.arena = region.arena;
        std::size_t offset = 0;
        while (offset + head_bytes <= bytes.size()) {
            const std::uint64_t word = word_at(bytes, offset + 8);
            const std::uint64_t size = word & ~flags;
            if (!plausible(word, at, end) || at == top_ || is_cache_size(size)) break;
            if (size + chunk_header_bytes > bytes.size() - offset) break;
            fetch_early(bytes, offset + size * chunks_ahead);
            const std::uint64_t next_word = word_at(bytes, offset + size + 8);
            if (at + size != top_ && !plausible(next_word, at + size, end)) break;
            chunk.at = at;
            chunk.size = size;
            chunk.resident = in_rss_ ? size : 0;
            chunk.state = ChunkState::binned;
            chunk.to_trim = 0;
            if ((next_word & 1) != 0) {
                chunk.user = bytes.subspan(offset + chunk_header_bytes, size - 8);
                chunk.state = state_of_used(chunk);
            } else if (in_rss_) {
                const TrimmedPages pages = pages_to_trim(at, size);
                chunk.to_trim = pages.end - pages.begin;
            }
            sink_.chunk(chunk);
            offset += size;
            at += size;
        }
        return at;
    }

    // From one chunk to the next; both headers are needed, since the next one says whether this one is in
    // use.
    std::uint64_t step(const ChunkRegion& region, std::uint64_t at, std::uint64_t end) {
        const std::uint64_t run_end = runs_.end_of_run(at);
        auto bytes = window_.from(at, std::min<std::uint64_t>(head_bytes, end - at), std::min(run_end, end));
        if (bytes.size() < chunk_header_bytes)
            return skip(region, at, std::max(at + 16, runs_.next_run(at, end)), end);
        const std::uint64_t word = word_at(bytes, 8);
        const std::uint64_t size = word & ~flags;
        if (at == top_ && plausible(word, at, end)) {
            hand_over(region, at, size, ChunkState::top, end);
            return at + size;
        }
        if (size == chunk_header_bytes || (size == 0 && !main_ && end - at == chunk_header_bytes)) {
            own(region, at, at + chunk_header_bytes);  // a fencepost
            return at + chunk_header_bytes;
        }
        if (!plausible(word, at, end)) return resync(region, at, end);
        const std::uint64_t next = at + size;
        if (is_cache_size(size))
            bytes = window_.from(at, static_cast<std::size_t>(size), std::min(run_end, end));
        if (next == end) {  // the chunk at the end of a region is its top, whatever malloc_state said before
            hand_over(region, at, size, ChunkState::top, end);
            return end;
        }
        std::uint64_t next_word = 0;
        if (!header_behind(next, bytes, size, end, next_word))
            return skip(region, at, runs_.next_run(at, end), end);
        const bool fits = next == top_ || plausible(next_word, next, end) ||
                          (next_word & ~flags) == chunk_header_bytes || (next_word & ~flags) == 0;
        if (!fits) return resync(region, at, end);
        hand_over(region, at, size, (next_word & 1) != 0 ? ChunkState::live : ChunkState::binned, end);
        return next;
    }

    bool header_behind(std::uint64_t next, std::span<const std::byte> bytes, std::uint64_t size,
                       std::uint64_t end, std::uint64_t& word) {
        if (size + chunk_header_bytes <= bytes.size()) {
            word = word_at(bytes, size + 8);
            return true;
        }
        if (end - next < chunk_header_bytes) return false;
        // Not through the window, which still has to hold this chunk's own bytes.
        return memory_.read({next + 8}, std::as_writable_bytes(std::span(&word, 1))) == sizeof word;
    }

    [[nodiscard]] bool plausible(std::uint64_t word, std::uint64_t at, std::uint64_t end) const {
        const std::uint64_t size = word & ~flags;
        const std::uint64_t forbidden = main_ ? is_mmapped | non_main : is_mmapped;
        return size >= smallest_chunk && size % 16 == 0 && size <= end - at && (word & forbidden) == 0;
    }

    void own(const ChunkRegion& region, std::uint64_t begin, std::uint64_t end) {
        Chunk chunk;
        chunk.at = begin;
        chunk.size = end - begin;
        chunk.resident = resident(begin, end);
        chunk.arena = region.arena;
        chunk.state = ChunkState::overhead;
        sink_.chunk(chunk);
    }

    void hand_over(const ChunkRegion& region, std::uint64_t at, std::uint64_t size, ChunkState state,
                   std::uint64_t end) {
        Chunk chunk;
        chunk.at = at;
        chunk.size = size;
        chunk.arena = region.arena;
        chunk.state = state;
        if (region.kind == RegionKind::mmapped_chunk) chunk.mmapped_short = heap_.layout->mmapped_short;
        if (state == ChunkState::live) {
            const std::uint64_t user = at + chunk_header_bytes;
            auto bytes = window_.here(user);
            if (bytes.empty() && region.kind == RegionKind::mmapped_chunk) {
                bytes = window_.from(user, head_bytes, std::min(runs_.end_of_run(user), end));
            }
            chunk.user =
                bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), chunk.usable())));
            chunk.state = state_of_used(chunk);
        }
        chunk.resident = resident(at, at + size);
        if (state == ChunkState::binned) {
            const TrimmedPages pages = pages_to_trim(at, size);
            if (pages.begin < pages.end) chunk.to_trim = resident(pages.begin, pages.end);
        }
        sink_.chunk(chunk);
    }

    [[nodiscard]] bool is_cache_size(std::uint64_t size) const {
        return size == heap_.layout->tcache_chunk[0] || size == heap_.layout->tcache_chunk[1];
    }

    // Cached and fast chunks look in use.
    ChunkState state_of_used(const Chunk& chunk) {
        if (chunk.user.size() >= 16 && free_.keys.contains(word_at(chunk.user, 8))) return ChunkState::tcache;
        if (listed(free_.in_fastbins, fast_at_, chunk.at)) return ChunkState::fast;
        if (listed(free_.in_caches, cached_at_, chunk.at)) return ChunkState::tcache;
        if (is_cache_size(chunk.size) && looks_like_tcache(*heap_.layout, chunk.size, chunk.user))
            return ChunkState::overhead;
        return ChunkState::live;
    }

    // Regions and chunks come in ascending order, and so do the lists.
    static bool listed(const std::vector<std::uint64_t>& list, std::size_t& index, std::uint64_t at) {
        while (index < list.size() && list[index] < at) ++index;
        return index < list.size() && list[index] == at;
    }

    // Counts [at, to) as lost and continues where chunks are recognised again.
    std::uint64_t skip(const ChunkRegion& region, std::uint64_t at, std::uint64_t to, std::uint64_t end) {
        const std::uint64_t found = to >= end ? end : first_chain(to, end);
        lose(region, at, found);
        return found;
    }
    std::uint64_t resync(const ChunkRegion& region, std::uint64_t at, std::uint64_t end) {
        ++outcome_.resyncs;
        return skip(region, at, at + 16, end);
    }

    // The first address from `at` on from which eight chunks follow one another, or fewer up to the end.
    std::uint64_t first_chain(std::uint64_t at, std::uint64_t end) {
        at = (at + 15) / 16 * 16;
        while (at < end) {
            if (steps_left_ == 0) {
                outcome_.gave_up = true;
                return end;
            }
            const std::uint64_t run_end = std::min(runs_.end_of_run(at), end);
            if (run_end <= at) {
                at = (runs_.next_run(at, end) + 15) / 16 * 16;
                continue;
            }
            spend(1);
            if (chains(at, end)) return at;
            at += 16;
        }
        return end;
    }

    void spend(std::uint64_t steps) { steps_left_ -= std::min(steps_left_, steps); }

    bool chains(std::uint64_t at, std::uint64_t end) {
        constexpr int enough = 8;
        for (int i = 0; i < enough; ++i) {
            if (at == end) return i > 0;
            // The trial steps have their own small window, so that the next address to try stays in the
            // large one.
            const std::uint64_t reads = hops_.reads();
            const auto bytes = (i == 0 ? window_ : hops_).from(at, chunk_header_bytes, end);
            if (i > 0) spend(1 + (hops_.reads() - reads) * steps_a_read);
            if (bytes.size() < chunk_header_bytes) return false;
            const std::uint64_t word = word_at(bytes, 8);
            if (!plausible(word, at, end)) return i > 0 && (word & ~flags) == chunk_header_bytes;
            if (at == top_) return true;
            at += word & ~flags;
        }
        return true;
    }

    const GlibcHeap& heap_;
    const FreeChunks& free_;
    TargetMemory& memory_;
    WalkBounds bounds_;
    Sink& sink_;
    std::uint64_t steps_left_;
    ChunkWindow window_;
    ChunkWindow hops_{memory_, 4096};
    ResidentRuns runs_{{}};
    WalkOutcome outcome_;
    Bytes passed_, all_;
    std::size_t fast_at_ = 0;
    std::size_t cached_at_ = 0;
    std::uint64_t top_ = 0;
    bool main_ = false;
    bool in_rss_ = true;  // of the current region
};

template <typename Sink>
WalkOutcome walk_chunks(const GlibcHeap& heap, const FreeChunks& free, TargetMemory& memory,
                        const WalkBounds& bounds, Sink& sink) {
    return ChunkWalk<Sink>(heap, free, memory, bounds, sink).run();
}

// All tcache_perthread_structs (addresses of their user's bytes). From 2.34 on only those at the start of a
// region, which are enough to identify the key; before, all regions are walked for them.
std::vector<std::uint64_t> find_caches(const GlibcHeap& heap, TargetMemory& memory, const WalkBounds& bounds);

}  // namespace nmtx
