#include "allocator/glibc_heap.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_set>

#include "allocator/chunk_window.h"
#include "allocator/main_arena.h"

namespace nmtx {
namespace {

constexpr std::uint64_t heap_span = arena_heap_span.value();

std::uint64_t heap_of(std::uint64_t address) {
    return address / heap_span * heap_span;
}

// malloc_state and what hangs on it, read once.
class ArenaReader {
  public:
    ArenaReader(const GlibcLayout& layout, TargetMemory& memory)
        : layout_(layout), memory_(memory), state_(layout.state_size() + 8) {}

    // False where it cannot be read or is not an arena.
    bool read(std::uint64_t at, GlibcArena& arena) {
        if (memory_.read({at}, state_) != state_.size()) return false;
        arena.state = {at};
        arena.top = {word_at(state_, layout_.top)};
        // 2.17 to 2.22 have the count of threads or not, by the distribution; a size of memory is whole
        // pages and not zero, that count never is such a size.
        std::uint64_t size_at = layout_.system_mem();
        if (layout_.attached_threads == 0) {
            const std::uint64_t word = word_at(state_, size_at);
            if (word == 0 || word % 4096 != 0) size_at += 8;
        }
        arena.system = Bytes(word_at(state_, size_at));
        arena.fastbins.clear();
        for (std::uint64_t i = 0; i < layout_.fastbin_count; ++i) {
            const std::uint64_t head = word_at(state_, layout_.fastbins + i * 8);
            if (head != 0) arena.fastbins.push_back({head});
        }
        next_ = word_at(state_, layout_.next());
        return true;
    }
    [[nodiscard]] std::uint64_t next() const { return next_; }

  private:
    const GlibcLayout& layout_;
    TargetMemory& memory_;
    std::vector<std::byte> state_;
    std::uint64_t next_ = 0;
};

class Finder {
  public:
    Finder(const GlibcSearch& search, TargetMemory& memory, const GlibcBounds& bounds)
        : search_(search), memory_(memory), bounds_(bounds) {}

    GlibcHeap run() {
        const auto found = find_main_arena(search_.libc_data, search_.release, memory_);
        if (!found) {
            heap_.why = why_not_found();
            return std::move(heap_);
        }
        heap_.layout = found->layout;
        heap_.key_words = found->key_words;
        if (!arenas(found->state)) return std::move(heap_);
        for (std::uint32_t i = 1; i < heap_.arenas.size(); ++i) heaps_of(i);
        mmapped_chunks();
        add_left_out();
        MainArenaRegions main(search_, heap_, memory_, bounds_.extension_steps);
        main.find(found->words);
        std::sort(heap_.regions.begin(), heap_.regions.end(),
                  [](const ChunkRegion& a, const ChunkRegion& b) { return a.whole < b.whole; });
        drop_overlaps();
        mark_beside_rss();
        return std::move(heap_);
    }

  private:
    // Yama restricts reading memory, but not seeing which pages are resident.
    [[nodiscard]] std::string why_not_found() const {
        if (search_.libc_data.empty()) return "no glibc (libc.so.6) is mapped";
        std::vector<Range> resident;
        for (const Range& data : search_.libc_data) {
            const std::vector<Range> runs = memory_.resident_runs(data);
            resident.insert(resident.end(), runs.begin(), runs.end());
        }
        if (resident.empty()) return "none of the C library's data is resident";
        std::array<std::byte, 8> word{};
        const bool readable = std::any_of(resident.begin(), resident.end(), [&](const Range& run) {
            return memory_.read(run.begin, word) == word.size();
        });
        return std::string(
            readable ? std::string_view("no main arena of glibc's was found in the C library's data")
                     : memory_not_readable);
    }

    // The ring of `next` pointers, from the main arena back to it. False where glibc's malloc is not in use,
    // or its main arena, found a moment ago, can be read no more.
    bool arenas(std::uint64_t main) {
        ArenaReader reader(*heap_.layout, memory_);
        std::unordered_set<std::uint64_t> seen;
        std::uint64_t at = main;
        do {
            GlibcArena arena;
            const bool placed = at == main || at - heap_of(at) == heap_.layout->heap_info;
            if (!placed || !seen.insert(at).second || !reader.read(at, arena)) {
                note(fmt::format("The ring of arenas breaks off at {:x}.", at));
                break;
            }
            arena.main = at == main;
            heap_.arenas.push_back(std::move(arena));
            at = reader.next();
            if (at != main && heap_.arenas.size() >= bounds_.arenas) {
                note(fmt::format("Only the first {} arenas were walked.", bounds_.arenas));
                break;
            }
        } while (at != main);
        if (heap_.arenas.empty()) return nothing_of("the main arena of glibc's could not be read");
        if (heap_.arenas.size() == 1 && heap_.arenas.front().system == Bytes() &&
            search_.shapes.mmapped_chunks.empty()) {
            return nothing_of("glibc's malloc has taken no memory: another allocator serves the process");
        }
        return true;
    }

    bool nothing_of(std::string why) {
        heap_.layout = nullptr;
        heap_.arenas.clear();
        heap_.why = std::move(why);
        return false;
    }

    // From the heap that holds the top chunk back to the one that holds the malloc_state.
    void heaps_of(std::uint32_t index) {
        GlibcArena& arena = heap_.arenas[index];
        std::uint64_t base = heap_of(arena.top.value);
        for (;; ++heaps_) {
            std::array<std::uint64_t, 4> info{};
            const auto bytes = std::as_writable_bytes(std::span(info));
            if (heaps_ >= bounds_.heaps || base == 0 || known_.contains(base) ||
                memory_.read({base}, bytes) != bytes.size() || info[0] != arena.state.value ||
                info[2] < heap_.layout->heap_info || info[2] > heap_span || info[3] < info[2] ||
                info[3] > heap_span || info[1] % heap_span != 0) {
                note(fmt::format("The heaps of the arena at {:x} break off at {:x}.", arena.state.value,
                                 base));
                return;
            }
            // Only now: where another arena's top points here, that makes it none of that one's.
            known_.insert(base);
            ++arena.heaps;
            const bool first = heap_of(arena.state.value) == base;
            std::uint64_t chunks = first ? arena.state.value + state_size() : base + heap_.layout->heap_info;
            chunks = (chunks + 15) / 16 * 16;
            const std::uint64_t end = base + info[2];
            if (chunks < end)
                heap_.regions.push_back(
                    {range_of(base, base + info[3]), {chunks}, {end}, RegionKind::arena, index});
            if (first) return;
            base = info[1];
        }
    }

    // A forged target could have any number of them.
    void note(std::string sentence) {
        if (heap_.notes.size() < bounds_.notes) {
            heap_.notes.push_back(std::move(sentence));
        } else {
            ++notes_left_out_;
        }
    }
    void add_left_out() {
        if (notes_left_out_ > 0)
            heap_.notes.push_back(
                fmt::format("{} more arenas or heaps of malloc are inconsistent.", notes_left_out_));
    }

    // malloc_state is followed by the first chunk; 2.17 to 2.22 may have one word more than the table says.
    [[nodiscard]] std::uint64_t state_size() const { return heap_.layout->state_size(); }

    void mmapped_chunks() {
        for (const Range& range : search_.shapes.mmapped_chunks) {
            heap_.regions.push_back(
                {range, {mmapped_header(range)}, range.end, RegionKind::mmapped_chunk, mmapped_arena});
        }
    }

    // aligned_alloc moves the header to 16 bytes before the aligned address and leaves the old one, now
    // stale, where the mapping starts: the moved one says how far it was moved, and the two sizes agree.
    [[nodiscard]] std::uint64_t mmapped_header(Range mapping) {
        std::array<std::uint64_t, 2> words{};
        const auto bytes = std::as_writable_bytes(std::span(words));
        const std::uint64_t begin = mapping.begin.value;
        if (memory_.read(mapping.begin, bytes) != bytes.size()) return begin;
        const std::uint64_t stale = words[1] & ~std::uint64_t{7};
        std::uint64_t last = 0;
        for (std::uint64_t alignment = 32; alignment != 0 && alignment < mapping.size().value();
             alignment *= 2) {
            const std::uint64_t user = (begin + chunk_header_bytes + alignment - 1) / alignment * alignment;
            const std::uint64_t header = user - chunk_header_bytes;
            if (header == begin || header == last || header + chunk_header_bytes > mapping.end.value)
                continue;
            last = header;
            if (memory_.read({header}, bytes) != bytes.size()) continue;
            const std::uint64_t moved = words[0] & ~mmapped_huge;
            if (moved == header - begin && words[1] == ((stale - moved) | 2)) return header;
        }
        return begin;
    }

    void mark_beside_rss() {
        for (ChunkRegion& region : heap_.regions) {
            region.in_rss =
                std::none_of(search_.beside_rss.begin(), search_.beside_rss.end(),
                             [&](const Range& range) { return range.contains(region.whole.begin); });
        }
    }

    // Only a forged or a changing target has any.
    void drop_overlaps() {
        Address taken;
        const auto overlapping = [&](const ChunkRegion& region) {
            if (region.whole.begin < taken) return true;
            taken = region.whole.end;
            return false;
        };
        if (std::erase_if(heap_.regions, overlapping) > 0)
            heap_.notes.emplace_back(
                "Regions of malloc overlap; only the first of each such pair was walked.");
    }

    const GlibcSearch& search_;
    TargetMemory& memory_;
    const GlibcBounds& bounds_;
    std::size_t heaps_ = 0;
    std::size_t notes_left_out_ = 0;
    std::unordered_set<std::uint64_t> known_;
    GlibcHeap heap_;
};

}  // namespace

GlibcHeap find_glibc_heap(const GlibcSearch& search, TargetMemory& memory, const GlibcBounds& bounds) {
    return Finder(search, memory, bounds).run();
}

}  // namespace nmtx
