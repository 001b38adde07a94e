// Builds glibc's heap of a chosen layout in a PageMemory, chunk by chunk, and remembers what each chunk is.
//
//   ForgedHeap forged(layout, memory);
//   forged.main.cache();            a tcache_perthread_struct
//   forged.main.live(0x40);         chunks one behind another, by their whole size
//   forged.main.binned(0x90);
//   forged.main.end_with_top();     up to the end of the page
//   forged.finish();                libc's data: the states, their ring, mp_
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "allocator/chunk.h"
#include "allocator/glibc_heap.h"
#include "allocator/page_memory.h"

namespace nmtx {

// For tests that are about no one layout.
inline const GlibcLayout& layout_2_36 = *glibc_layout_of("2.36");

struct ForgedChunk {
    std::uint64_t at = 0;
    std::uint64_t size = 0;
    ChunkState state = ChunkState::live;
    friend auto operator<=>(const ForgedChunk&, const ForgedChunk&) = default;
};

class ForgedHeap;

// An arena with the place where its next chunk goes.
class ForgedArena {
  public:
    ForgedArena(const GlibcLayout& layout, PageMemory& memory, bool main, std::uint64_t at)
        : state(at), layout_(layout), memory_(memory), main_(main) {}

    // Goes on at `at`, the start of a heap or region: what was there before is in use.
    void from(std::uint64_t at) {
        at_ = at;
        previous_free_ = 0;
    }
    [[nodiscard]] std::uint64_t at() const { return at_; }

    // Each returns the address of the chunk.
    std::uint64_t live(std::uint64_t size) { return used(size, ChunkState::live); }

    std::uint64_t binned(std::uint64_t size) {
        const std::uint64_t chunk = used(size, ChunkState::binned);
        previous_free_ = size;
        memory_.put(chunk + 16, state + layout_.bins - 16);
        memory_.put(chunk + 24, state + layout_.bins - 16);
        unsorted_ = chunk;
        return chunk;
    }

    std::uint64_t fast(std::uint64_t size) {
        const std::uint64_t chunk = used(size, ChunkState::fast);
        const std::uint64_t head = state + layout_.fastbins + (size / 16 - 2) * 8;
        memory_.put(chunk + 16, mangled(chunk + 16, memory_.word(head)));
        memory_.put(head, chunk);
        return chunk;
    }

    // A thread's cache. Its chunk is malloc's own where it holds something, or looks like any other.
    std::uint64_t cache(std::size_t which = 0) {
        if (layout_.tcache == TcacheKind::none) return 0;
        const std::uint64_t size = layout_.tcache_chunk[which];
        const TcacheShape shape = *tcache_shape(size);
        const std::uint64_t chunk = used(size, ChunkState::overhead);
        for (std::uint64_t at = 0; at < shape.size(); at += 8) memory_.put(chunk + 16 + at, 0);
        cache_ = chunk + 16;
        shape_ = shape;
        for (std::uint64_t slot = 0; slot < shape.slots && shape.downward; ++slot) count(slot, 16);
        return chunk;
    }

    std::uint64_t cached(std::uint64_t size) {
        const std::uint64_t chunk = used(size, ChunkState::tcache);
        const std::uint64_t slot = size / 16 - 2, user = chunk + 16;
        const std::uint64_t head = cache_ + shape_.entries() + slot * 8;
        memory_.put(user, mangled(user, memory_.word(head)));
        if (layout_.tcache == TcacheKind::struct_key) memory_.put(user + 8, cache_);
        if (layout_.tcache == TcacheKind::random_key) memory_.put(user + 8, key);
        memory_.put(head, user);
        const std::uint64_t held = ++held_[{cache_, slot}];
        count(slot, shape_.downward ? 16 - held : held);
        return chunk;
    }

    // The fenceposts at the end of a region: two in the main arena, in a heap the second has no size.
    void end_with_fenceposts() {
        used(16, ChunkState::overhead);
        if (main_) {
            used(16, ChunkState::overhead);
        } else {
            memory_.put(at_ + 8, 1);
            remember(16, ChunkState::overhead);
        }
    }

    // Fills the page but for the fenceposts; `size` of the page's rest is taken by one live chunk.
    void fill_page(std::uint64_t leave) {
        const std::uint64_t end =
            (at_ + leave + 32 + PageMemory::page - 1) / PageMemory::page * PageMemory::page;
        live(end - leave - at_);
    }

    void end_with_top(std::uint64_t pages = 0) {
        const std::uint64_t end = ((at_ + 32) / PageMemory::page + 1 + pages) * PageMemory::page;
        top = used(end - at_, ChunkState::top);
    }

    std::uint64_t user(std::uint64_t chunk, std::uint64_t offset, std::uint64_t word) {
        memory_.put(chunk + 16 + offset, word);
        return chunk;
    }

    void write_state(std::uint64_t next) {
        for (std::uint64_t pair = 0; pair < 127; ++pair) {
            const std::uint64_t at = state + layout_.bins + pair * 16;
            memory_.put(at, pair == 0 && unsorted_ != 0 ? unsorted_ : at - 16);
            memory_.put(at + 8, pair == 0 && unsorted_ != 0 ? unsorted_ : at - 16);
        }
        memory_.put(state + layout_.top, top);
        memory_.put(state + layout_.next(), next);
        if (layout_.attached_threads != 0) memory_.put(state + layout_.system_mem() - 8, 1);
        memory_.put(state + layout_.system_mem(), system);
        memory_.put(state + layout_.system_mem() + 8, system);
    }

    std::uint64_t state;
    std::uint64_t top = 0;
    std::uint64_t system = 0;
    std::vector<ForgedChunk> chunks;
    static constexpr std::uint64_t key = 0x9d3c51a7e6f2084b;

  private:
    std::uint64_t used(std::uint64_t size, ChunkState what) {
        const std::uint64_t chunk = at_;
        if (previous_free_ != 0) memory_.put(chunk, previous_free_);
        const std::uint64_t in_arena = main_ || what == ChunkState::binned || what == ChunkState::top ? 0 : 4;
        memory_.put(chunk + 8, size | (previous_free_ == 0 ? 1U : 0U) | (size == 16 ? 0 : in_arena));
        previous_free_ = 0;
        remember(size, what);
        return chunk;
    }

    void remember(std::uint64_t size, ChunkState what) {
        memory_.touch(range_of(at_, at_ + size));
        chunks.push_back({at_, size, what});
        at_ += size;
    }

    void count(std::uint64_t slot, std::uint64_t value) {
        const std::array<std::byte, 2> bytes{static_cast<std::byte>(value), std::byte{}};
        memory_.write(cache_ + slot * shape_.count_bytes, std::span(bytes).first(shape_.count_bytes));
    }

    [[nodiscard]] std::uint64_t mangled(std::uint64_t field, std::uint64_t next) const {
        return layout_.safe_linking ? next ^ field >> 12U : next;
    }

    const GlibcLayout& layout_;
    PageMemory& memory_;
    bool main_;
    std::uint64_t at_ = 0;
    std::uint64_t previous_free_ = 0;
    std::uint64_t unsorted_ = 0;
    std::uint64_t cache_ = 0;
    TcacheShape shape_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> held_;
};

class ForgedHeap {
  public:
    static constexpr std::uint64_t brk = 0x555500000000, span = 0x4000000;
    static constexpr std::uint64_t arenas_at = 0x7f1000000000, mapped_at = 0x7f8000000000;
    static constexpr std::uint64_t libc = 0x7ff000000000, main_state = libc + 0xc80, mp = libc + 0x300;

    ForgedHeap(const GlibcLayout& layout, PageMemory& memory)
        : main(layout, memory, true, main_state), layout_(layout), memory_(memory) {
        main.from(brk);
    }

    // A further arena in a heap of its own.
    ForgedArena& arena() {
        const std::uint64_t heap = next_heap();
        ForgedArena& arena = arenas.emplace_back(layout_, memory_, false, heap + layout_.heap_info);
        open_heap(arena, heap, 0);
        const std::uint64_t first = (arena.state + layout_.state_size() + 15) / 16 * 16;
        arena.chunks.push_back({heap, first - heap, ChunkState::overhead});
        arena.from(first);
        return arena;
    }

    // The last heap of the arena ends with fenceposts, and it goes on in a new one.
    void further_heap(ForgedArena& arena) {
        arena.end_with_fenceposts();
        close_heap(arena);
        const std::uint64_t heap = next_heap();
        open_heap(arena, heap, heaps_[&arena].back());
        arena.chunks.push_back({heap, layout_.heap_info, ChunkState::overhead});
        arena.from(heap + layout_.heap_info);
    }

    // The address of the chunk's header; `offset` is what aligned_alloc moved it by, `huge` mmapped_huge or
    // 0.
    std::uint64_t mmapped(std::uint64_t bytes, std::uint64_t offset = 0, std::uint64_t huge = 0) {
        const std::uint64_t begin = std::exchange(next_mapping_, next_mapping_ + bytes);
        if (huge != 0) memory_.put(begin, huge);
        memory_.put(begin + 8, (bytes - layout_.mmapped_short) | 2);
        if (offset != 0) {
            memory_.put(begin + offset, offset | huge);
            memory_.put(begin + offset + 8, (bytes - layout_.mmapped_short - offset) | 2);
        }
        memory_.touch(range_of(begin, begin + bytes));
        mapped += bytes;
        mmapped_chunks.push_back({begin + offset, bytes - offset, ChunkState::live});
        return begin + offset;
    }

    // Where an extension of the main arena may begin; a candidate of `bytes`.
    std::uint64_t mapping(std::uint64_t bytes) {
        next_mapping_ += 0x100000;  // what lies between is nobody's
        const std::uint64_t begin = std::exchange(next_mapping_, next_mapping_ + bytes);
        next_mapping_ += 0x100000;
        return begin;
    }

    // The main arena's brk ends where it has come to.
    void end_brk() {
        brk_end = (main.at() + PageMemory::page - 1) / PageMemory::page * PageMemory::page;
        main.system += brk_end - brk;
    }

    void finish() {
        if (brk_end == 0) end_brk();
        for (ForgedArena& arena : arenas) close_heap(arena);
        memory_.touch(range_of(libc, libc + 0x3000));
        for (std::size_t i = 0; i < arenas.size(); ++i)
            arenas[i].write_state(i + 1 < arenas.size() ? arenas[i + 1].state : main_state);
        main.write_state(arenas.empty() ? main_state : arenas.front().state);
        write_parameters();
        memory_.put(libc + 0x2f00, ForgedArena::key);
        memory_.put(libc + 0x2f08, 0x1e2d3c4b5a69788f);  // another word that might be the key
    }

    [[nodiscard]] GlibcSearch search() {
        GlibcSearch search;
        search.libc_data = {range_of(libc, libc + 0x3000)};
        search.brk = range_of(brk, brk_end);
        for (const auto& [arena, heaps] : heaps_) {
            for (const std::uint64_t heap : heaps)
                search.candidates.push_back(range_of(heap, heap + memory_.word(heap + 24)));
        }
        std::sort(search.candidates.begin(), search.candidates.end());
        if (next_mapping_ > mapped_at) search.candidates.push_back(range_of(mapped_at, next_mapping_));
        search.shapes = find_malloc_layout(search.candidates, memory_);
        search.release = "2." + std::to_string(layout_.first_minor);
        return search;
    }

    ForgedArena main;
    std::deque<ForgedArena> arenas;
    std::vector<ForgedChunk> mmapped_chunks;
    std::uint64_t mapped = 0;
    std::uint64_t brk_end = 0;

  private:
    std::uint64_t next_heap() { return std::exchange(next_heap_, next_heap_ + span); }

    void open_heap(const ForgedArena& arena, std::uint64_t heap, std::uint64_t previous) {
        memory_.put(heap, arena.state);
        memory_.put(heap + 8, previous);
        heaps_[&arena].push_back(heap);
    }

    void close_heap(ForgedArena& arena) {
        const std::uint64_t heap = heaps_[&arena].back();
        const std::uint64_t bytes = arena.at() - heap;
        memory_.put(heap + 16, bytes);
        memory_.put(heap + 24, bytes);
        arena.system += bytes;
    }

    // mp_: see main_arena.cc.
    void write_parameters() {
        std::uint64_t at = mp;
        memory_.put(at, 8);  // arena_max
        if (layout_.first_minor < 35) {
            memory_.put(at += 8, std::uint64_t{65536} << 32U | mmapped_chunks.size());
            memory_.put(at += 8, mmapped_chunks.size());
        } else {
            memory_.put(at += 8, mmapped_chunks.size() << 32U);
            memory_.put(at += 8, mmapped_chunks.size() << 32U | 65536U);
            memory_.put(at += 8, 0);
        }
        memory_.put(at += 8, mapped);
        memory_.put(at += 8, mapped + 4096);
        if (layout_.first_minor < 24) memory_.put(at += 8, 0);  // max_total_mem
        memory_.put(at += 8, brk);
    }

    const GlibcLayout& layout_;
    PageMemory& memory_;
    std::uint64_t next_heap_ = arenas_at, next_mapping_ = mapped_at;
    std::map<const ForgedArena*, std::vector<std::uint64_t>> heaps_;
};

// Collects what a walk hands over.
struct WalkedChunks {
    void begin(const ChunkRegion& region, Bytes resident) {
        regions.push_back(region);
        in_regions += resident.value();
    }
    void chunk(const Chunk& chunk) {
        chunks.push_back({chunk.at, chunk.size, chunk.state});
        in_chunks += chunk.resident;
    }
    void lost(const ChunkRegion&, std::uint64_t bytes) { in_lost += bytes; }

    std::vector<ChunkRegion> regions;
    std::vector<ForgedChunk> chunks;
    std::uint64_t in_regions = 0, in_chunks = 0, in_lost = 0;
};

}  // namespace nmtx
