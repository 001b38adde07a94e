#include "allocator/main_arena.h"

#include <algorithm>
#include <bit>

#include "base/pages.h"
#include "base/range_map.h"

namespace nmtx {
namespace {

constexpr std::uint64_t bin_pairs = 127;
// libc's data is 20 to 60 KiB, never larger than this.
constexpr std::uint64_t most_data_bytes = std::uint64_t{4} << 20U;

std::vector<DataWords> read_data(const std::vector<Range>& libc_data, TargetMemory& memory) {
    std::vector<DataWords> all;
    std::uint64_t left = most_data_bytes;
    for (const Range& range : libc_data) {
        for (const Range& run : memory.resident_runs(range)) {
            const std::uint64_t bytes = std::min(run.size().value(), left) / 8 * 8;
            DataWords data{run.begin.value, std::vector<std::uint64_t>(bytes / 8)};
            const std::size_t got = memory.read(run.begin, std::as_writable_bytes(std::span(data.words)));
            data.words.resize(got / 8);
            left -= bytes;
            if (!data.words.empty()) all.push_back(std::move(data));
        }
    }
    return all;
}

// tcache_key: a random word with 16 to 48 bits set. No address, and no text that happens to lie in a buffer
// of libc's.
bool may_be_key(std::uint64_t word) {
    const int bits = std::popcount(word);
    if (word >> 48U == 0 || bits < 16 || bits > 48) return false;
    for (std::uint64_t rest = word; rest != 0; rest >>= 8U) {
        const std::uint64_t byte = rest & 0xff;
        if (byte != 0 && (byte < 0x20 || byte > 0x7e)) return true;
    }
    return false;
}

class StateSearch {
  public:
    StateSearch(const DataWords& data, const GlibcLayout& layout, TargetMemory& memory)
        : data_(data), layout_(layout), memory_(memory) {}

    // `broken_off`: a state without a next arena.
    [[nodiscard]] std::optional<std::uint64_t> find(bool broken_off) const {
        const std::size_t size = (layout_.state_size() + 7) / 8;
        if (data_.words.size() < size) return std::nullopt;
        for (std::size_t i = 0; i + size <= data_.words.size(); ++i) {
            const std::uint64_t state = data_.begin + i * 8;
            const std::uint64_t* words = &data_.words[i];
            const std::uint64_t next = words[layout_.next() / 8];
            if ((next == 0) != broken_off) continue;
            if (may_follow(state, next) && has_bins(words, state) && goes_on(state, next)) return state;
        }
        return std::nullopt;
    }

  private:
    // The next arena: itself, or the start of another one's first heap.
    [[nodiscard]] bool may_follow(std::uint64_t state, std::uint64_t next) const {
        return next == state || next == 0 || next % arena_heap_span.value() == layout_.heap_info;
    }

    [[nodiscard]] bool has_bins(const std::uint64_t* words, std::uint64_t state) const {
        bool any_empty = false;
        for (std::uint64_t pair = 0; pair < bin_pairs; ++pair) {
            const std::uint64_t at = layout_.bins + pair * 16;
            const std::uint64_t head = state + at - chunk_header_bytes;
            const std::uint64_t forward = words[at / 8];
            const std::uint64_t backward = words[at / 8 + 1];
            if (forward == 0 || backward == 0 || (forward == head) != (backward == head)) return false;
            any_empty = any_empty || forward == head;
        }
        return any_empty;
    }

    // The main arena's bins look the same for layouts that have them elsewhere, since nothing says where it
    // begins; the address of the next arena says where that one does. One that is not resident says nothing.
    [[nodiscard]] bool goes_on(std::uint64_t state, std::uint64_t next) const {
        if (next == state || next == 0) return true;
        std::vector<std::uint64_t> words(layout_.next() / 8);
        const auto bytes = std::as_writable_bytes(std::span(words));
        return memory_.read({next}, bytes) != bytes.size() || has_bins(words.data(), next);
    }

    const DataWords& data_;
    const GlibcLayout& layout_;
    TargetMemory& memory_;
};

// Newest first: of several releases with bins at the same place the newest is the likeliest.
std::vector<const GlibcLayout*> layouts_to_try(const std::optional<std::string>& release) {
    std::vector<const GlibcLayout*> tried;
    const auto all = glibc_layouts();
    const GlibcLayout* known = release ? glibc_layout_of(*release) : nullptr;
    for (const GlibcLayout& layout : all) {
        if (known != nullptr && layout.first_minor == known->first_minor) tried.push_back(&layout);
    }
    for (auto layout = all.rbegin(); layout != all.rend(); ++layout) tried.push_back(&*layout);
    return tried;
}

// Two fenceposts end an extension that the arena has left, three where 16 bytes of its top were over. The
// first has no PREV_INUSE where more of the top was over: that was freed.
std::optional<std::uint64_t> end_of_fenceposts(ChunkWindow& window, std::uint64_t at, std::uint64_t limit) {
    for (std::uint64_t count = 0; count < 3; ++count) {
        const auto bytes = window.from(at, chunk_header_bytes, limit);
        if (bytes.size() < chunk_header_bytes) return std::nullopt;
        const std::uint64_t word = word_at(bytes, 8);
        if ((word | 1) != 0x11 || (count > 0 && word != 0x11)) return std::nullopt;
        at += chunk_header_bytes;
        if (at % small_page == 0) return count > 0 ? std::optional(at) : std::nullopt;
    }
    return std::nullopt;
}

bool find_state(MainArena& found, const GlibcLayout& layout, bool broken_off, TargetMemory& memory) {
    for (const DataWords& data : found.words) {
        const auto state = StateSearch(data, layout, memory).find(broken_off);
        if (!state) continue;
        found.state = *state;
        found.layout = &layout;
        if (layout.tcache != TcacheKind::random_key) return true;
        for (const DataWords& each : found.words) {
            std::copy_if(each.words.begin(), each.words.end(), std::back_inserter(found.key_words),
                         may_be_key);
        }
        return true;
    }
    return false;
}

}  // namespace

std::optional<MainArena> find_main_arena(const std::vector<Range>& libc_data,
                                         const std::optional<std::string>& release, TargetMemory& memory) {
    MainArena found;
    found.words = read_data(libc_data, memory);
    // A ring that is broken off is the last resort, in any layout: 16 bytes before the true state all looks
    // like one as well where last_remainder is set, and what would be its next arena is mostly 0.
    for (const bool broken_off : {false, true}) {
        for (const GlibcLayout* layout : layouts_to_try(release)) {
            if (find_state(found, *layout, broken_off, memory)) return found;
        }
    }
    return std::nullopt;
}

// malloc_par has, in this order, the 32-bit n_mmaps, n_mmaps_max, max_n_mmaps, no_dyn_threshold, then
// mmapped_mem, max_mmapped_mem, up to 2.23 max_total_mem, and sbrk_base. n_mmaps_max is 65536 unless a
// program has changed it, and sbrk_base lies in [heap]. From 2.35 on the four begin in the middle of a word.
void MainArenaRegions::read_parameters(const std::vector<DataWords>& libc_data) {
    constexpr std::uint64_t default_mmaps = 65536;
    if (!search_.brk) return;
    for (const DataWords& data : libc_data) {
        for (std::size_t i = 5; i < data.words.size(); ++i) {
            const std::uint64_t* base = &data.words[i];
            if (!search_.brk->contains(Address{*base})) continue;
            const bool with_total = base[-1] == 0 && base[-5] >> 32U == default_mmaps;
            const bool without = base[-4] >> 32U == default_mmaps || (base[-4] & 0xffffffff) == default_mmaps;
            const std::uint64_t* most = base - (with_total ? 2 : 1);
            if ((!with_total && !without) || most[-1] > *most) continue;
            sbrk_base_ = *base;
            heap_.mmapped_expected = Bytes(most[-1]);
            return;
        }
    }
}

void MainArenaRegions::find(const std::vector<DataWords>& libc_data) {
    const GlibcArena& main = heap_.arenas.front();
    if (main.system == Bytes()) return;
    read_parameters(libc_data);
    add_brk();
    Bytes in_brk;
    if (search_.brk && main.heaps > 0) {
        const std::uint64_t begin = sbrk_base_.value_or(search_.brk->begin.value);
        in_brk = Bytes(search_.brk->end.value - std::min(begin, search_.brk->end.value));
    }
    const Bytes missing = minus_or_zero(main.system, in_brk);
    if (missing.value() >= small_page) add_extensions(missing);
}

void MainArenaRegions::add_brk() {
    if (!search_.brk) return;
    const std::uint64_t begin = (sbrk_base_.value_or(search_.brk->begin.value) + 15) / 16 * 16;
    if (begin + chunk_header_bytes >= search_.brk->end.value) return;
    heap_.regions.push_back({*search_.brk, {begin}, search_.brk->end, RegionKind::main_arena, 0});
    ++heap_.arenas.front().heaps;
}

// An extension is a mapping of its own, a megabyte or more (from 2.35 on: what was asked for and 128 KiB),
// full of chunks of the main arena: from its first page to the top chunk or to the fenceposts that were put
// at its end when the arena moved on.
void MainArenaRegions::add_extensions(Bytes missing) {
    constexpr std::uint64_t smallest_extension = std::uint64_t{64} << 10U;
    Layer<int> taken;
    for (const ChunkRegion& region : heap_.regions) taken.push_back({region.whole, 0});
    normalise(taken);
    std::size_t first = 0;
    std::vector<Range> gaps;
    for (const Range& candidate : search_.candidates) {
        for_each_gap(taken, first, candidate, [&](Range gap) {
            if (gap.size().value() >= smallest_extension) gaps.push_back(gap);
        });
    }
    for (const Range& gap : gaps) {
        if (missing.value() >= small_page && steps_left_ > 0) add_extensions_of(gap, missing);
    }
    if (steps_left_ == 0)
        heap_.notes.emplace_back("The search for the main arena's extensions was given up.");
}

void MainArenaRegions::add_extensions_of(Range gap, Bytes& missing) {
    for (const Range& run : memory_.resident_runs(gap)) {
        std::uint64_t at = (run.begin.value + small_page - 1) / small_page * small_page;
        while (at < run.end.value && missing.value() >= small_page && steps_left_ > 0) {
            const auto end = extension_end(at, gap.end.value);
            if (!end) {
                at += small_page;
                continue;
            }
            heap_.regions.push_back({range_of(at, *end), {at}, {*end}, RegionKind::main_arena, 0});
            ++heap_.arenas.front().heaps;
            missing = minus_or_zero(missing, Bytes(*end - at));
            at = *end;
        }
        if (missing.value() < small_page) return;
    }
}

std::optional<std::uint64_t> MainArenaRegions::extension_end(std::uint64_t begin, std::uint64_t limit) {
    constexpr std::uint64_t top_flags = 7;
    constexpr std::size_t steps_a_read = 16;
    const std::uint64_t top = heap_.arenas.front().top.value;
    std::uint64_t at = begin;
    while (at < limit && steps_left_ > 0) {
        // Most pages do not start an extension: their first words are read through a separate window.
        ChunkWindow& window = at == begin ? starts_ : hops_;
        const std::uint64_t reads = window.reads();
        const auto bytes = window.from(at, chunk_header_bytes, limit);
        steps_left_ -= std::min<std::size_t>(steps_left_, 1 + (window.reads() - reads) * steps_a_read);
        if (bytes.size() < chunk_header_bytes) return std::nullopt;
        const std::uint64_t word = word_at(bytes, 8);
        const std::uint64_t size = word & ~top_flags;
        // The chunk before the first one does not exist: it counts as in use.
        if (at == begin && (word & 1) == 0) return std::nullopt;
        if ((word | 1) == 0x11 && at != begin) return end_of_fenceposts(hops_, at, limit);
        if (size < smallest_chunk || size % 16 != 0 || size > limit - at || (word & 6) != 0)
            return std::nullopt;
        at += size;
        if (at - size == top) return at % small_page == 0 ? std::optional(at) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace nmtx
