#include "allocator/malloc_layout.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "allocator/chunk.h"
#include "base/cursor.h"
#include "base/lines.h"
#include "base/pages.h"

namespace nmtx {
namespace {

std::uint64_t up_to_page(std::uint64_t n) {
    return (n + small_page - 1) / small_page * small_page;
}

std::vector<std::uint64_t> read_words(TargetMemory& memory, Address at, std::size_t count) {
    std::vector<std::uint64_t> words(count);
    if (memory.read(at, std::as_writable_bytes(std::span(words))) != count * sizeof(std::uint64_t))
        words.clear();
    return words;
}

// heap_info at the start of each 64 MiB-aligned heap: { ar_ptr, prev, size, mprotect_size, … }. The first
// heap of an arena holds the malloc_state right behind its heap_info, of 0x20 bytes up to glibc 2.34 and 0x30
// from 2.35; further heaps point back to an earlier one.
std::optional<ArenaHeap> heap_at(Range candidate, Address base, TargetMemory& memory) {
    const auto words = read_words(memory, base, 4);
    if (words.empty()) return std::nullopt;
    const auto [arena, previous, size, mprotected] = std::array{words[0], words[1], words[2], words[3]};
    const std::uint64_t span = arena_heap_span.value();
    if (size == 0 || size > span || size % small_page != 0 || mprotected < size || mprotected > span ||
        mprotected % small_page != 0) {
        return std::nullopt;
    }
    const bool first = previous == 0 && (arena == base.value + 0x20 || arena == base.value + 0x30);
    const bool further = previous != 0 && previous % span == 0 && arena % 16 == 0 &&
                         (arena % span == 0x20 || arena % span == 0x30) && previous != base.value;
    if (!first && !further) return std::nullopt;
    const Range readable = intersect(candidate, {base, base + Bytes(mprotected)});
    if (readable.empty()) return std::nullopt;
    return ArenaHeap{readable, {arena}};
}

// A chunk with a mapping of its own starts a page: prev_size 0, size with the flag IS_MMAPPED (2) alone; its
// size is the mapping's up to glibc 2.42 and 16 less from 2.43. There bit 0 of prev_size (MMAP_HP) says that
// the mapping is of huge pages (glibc.malloc.hugetlb=2). aligned_alloc leaves such a header at the start of
// the mapping too, with the true one further on.
std::optional<std::uint64_t> mmapped_chunk_span(const std::vector<std::uint64_t>& header,
                                                std::uint64_t room) {
    constexpr std::uint64_t flags = 7, is_mmapped = 2;
    if (header.size() != 2 || header[0] > mmapped_huge || (header[1] & flags) != is_mmapped)
        return std::nullopt;
    const std::uint64_t size = header[1] & ~flags;
    const bool of_2_43 = size % small_page == small_page - 16;
    if (size > room || (!of_2_43 && (size % small_page != 0 || header[0] == mmapped_huge)))
        return std::nullopt;
    const std::uint64_t span = up_to_page(size);
    if (span == 0 || span > room) return std::nullopt;
    return span;
}

class Search {
  public:
    Search(TargetMemory& memory, const MallocSearchBounds& bounds)
        : memory_(memory), bounds_(bounds), pages_left_(bounds.pages) {}

    MallocLayout over(const std::vector<Range>& candidates) {
        std::vector<Address> first_words;
        first_words.reserve(candidates.size());
        for (const Range& candidate : candidates) first_words.push_back(candidate.begin);
        memory_.expect(first_words);
        for (const Range& candidate : candidates) heaps_of(candidate);
        auto heap = found_.heaps.begin();
        for (const Range& candidate : candidates) {
            misses_left_ = bounds_.misses_a_candidate;
            Address at = candidate.begin;
            for (; heap != found_.heaps.end() && heap->range.begin < candidate.end; ++heap) {
                chunks_of({at, heap->range.begin});
                at = heap->range.end;
            }
            chunks_of({at, candidate.end});
        }
        return std::move(found_);
    }

  private:
    void heaps_of(Range candidate) {
        const std::uint64_t span = arena_heap_span.value();
        std::uint64_t base = (candidate.begin.value + span - 1) / span * span;
        for (; base < candidate.end.value && base >= candidate.begin.value && pages_left_ > 0; base += span) {
            --pages_left_;
            if (auto heap = heap_at(candidate, {base}, memory_)) found_.heaps.push_back(*heap);
        }
    }

    void chunks_of(Range piece) {
        if (misses_left_ == 0) return;
        std::uint64_t at = chunks_from(piece.begin.value, piece);
        if (at >= piece.end.value || misses_left_ == 0 || pages_left_ == 0) return;
        for (const Range& run : memory_.resident_runs({{at}, piece.end})) {
            at = std::max(run.begin.value, at);
            while (at < run.end.value && pages_left_ > 0 && misses_left_ > 0) at = chunks_from(at, piece);
        }
    }

    // Takes the chunks that follow one another from `at` on; returns where to look next: a page behind the
    // first that starts none.
    std::uint64_t chunks_from(std::uint64_t at, Range piece) {
        while (at < piece.end.value && pages_left_ > 0) {
            --pages_left_;
            const auto span = mmapped_chunk_span(read_words(memory_, {at}, 2), piece.end.value - at);
            if (!span) {
                --misses_left_;
                return at + small_page;
            }
            found_.mmapped_chunks.push_back(range_of(at, at + *span));
            at += *span;
        }
        return at;
    }

    TargetMemory& memory_;
    MallocSearchBounds bounds_;
    std::size_t pages_left_;
    std::size_t misses_left_ = 0;
    MallocLayout found_;
};

Expected<Range> take_range(Cursor& cursor, const Lines& lines, std::string_view document) {
    const auto begin = cursor.hex();
    const bool dash = cursor.take("-");
    const auto end = cursor.hex();
    if (!begin || !dash || !end || *end <= *begin) {
        return lines.error(document,
                           fmt::format("expected BEGIN-END in hexadecimal, found '{}'", lines.line()));
    }
    return range_of(*begin, *end);
}

}  // namespace

MallocLayout find_malloc_layout(const std::vector<Range>& candidates, TargetMemory& memory,
                                const MallocSearchBounds& bounds) {
    return Search(memory, bounds).over(candidates);
}

std::string format_malloc_layout(const MallocLayout& layout) {
    std::string out;
    for (const ArenaHeap& heap : layout.heaps) {
        out += fmt::format("heap {:x}-{:x} arena {:x}\n", heap.range.begin.value, heap.range.end.value,
                           heap.arena.value);
    }
    for (const Range& chunk : layout.mmapped_chunks) {
        out += fmt::format("chunk {:x}-{:x}\n", chunk.begin.value, chunk.end.value);
    }
    return out;
}

Expected<MallocLayout> parse_malloc_layout(std::string_view text, std::string_view document) {
    MallocLayout layout;
    Address heaps_end, chunks_end;
    Lines lines(text);
    while (lines.next()) {
        Cursor cursor(lines.line());
        const bool is_heap = cursor.take("heap ");
        if (!is_heap && !cursor.take("chunk ")) {
            return lines.error(document, fmt::format("expected 'heap' or 'chunk', found '{}'", lines.line()));
        }
        const auto range = take_range(cursor, lines, document);
        if (!range) return tl::make_unexpected(range.error());
        Address& last_end = is_heap ? heaps_end : chunks_end;
        if (range->begin < last_end) return lines.error(document, "ranges overlap or are not ascending");
        last_end = range->end;
        if (!is_heap) {
            layout.mmapped_chunks.push_back(*range);
            continue;
        }
        const bool has_arena = cursor.take(" arena ");
        const auto arena = cursor.hex();
        if (!has_arena || !arena) return lines.error(document, "expected 'arena ADDRESS' behind a heap");
        layout.heaps.push_back({*range, {*arena}});
    }
    return layout;
}

}  // namespace nmtx
