#include "allocator/free_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "allocator/chunk_walk.h"
#include "allocator/chunk_window.h"
#include "allocator/link_table.h"

namespace nmtx {
namespace {

// A list longer than this is not followed read by read.
constexpr std::size_t most_links_followed = 20'000;

// The caches of 2.26 to 2.28 hold seven chunks of a size.
constexpr std::size_t most_cached_links = 1'000'000;

bool plausible_pointer(std::uint64_t word) {
    return word % 16 == 0 && word >> 47U == 0 && word >= 4096;
}

// Follows lists link by link, with a read for each, so at most `most` links in total.
class Lists {
  public:
    Lists(const GlibcHeap& heap, TargetMemory& memory, std::size_t most)
        : safe_linking_(heap.layout->safe_linking), memory_(memory), links_left_(most) {
        for (const ChunkRegion& region : heap.regions) regions_.push_back(region.whole);
    }

    // Next pointers lie at the user's bytes and point to user's bytes (`to_user`) or to headers.
    void follow(std::uint64_t chunk, bool to_user, std::vector<std::uint64_t>& into) {
        std::uint64_t met = 0;  // Brent: where a list comes back to it, it is a ring
        std::size_t until_next = 1, hops = 0;
        while (chunk != 0 && links_left_ > 0) {
            --links_left_;
            if (chunk % 16 != 0 || !inside(chunk) || chunk == met) return;
            if (++hops == until_next) {
                met = chunk;
                until_next *= 2;
            }
            into.push_back(chunk);
            const std::uint64_t field = chunk + chunk_header_bytes;
            std::uint64_t next = 0;
            if (memory_.read({field}, std::as_writable_bytes(std::span(&next, 1))) != sizeof next) return;
            if (safe_linking_) next ^= field >> 12U;
            if (next == 0) return;
            chunk = to_user ? next - chunk_header_bytes : next;
        }
    }
    [[nodiscard]] bool exhausted() const { return links_left_ == 0; }

  private:
    [[nodiscard]] bool inside(std::uint64_t chunk) const {
        const auto after = std::upper_bound(regions_.begin(), regions_.end(), Address{chunk},
                                            [](Address a, const Range& r) { return a < r.begin; });
        return after != regions_.begin() && std::prev(after)->contains(Address{chunk});
    }

    bool safe_linking_;
    TargetMemory& memory_;
    std::vector<Range> regions_;
    std::size_t links_left_;
};

std::vector<std::uint64_t> entries_of(std::uint64_t cache, TargetMemory& memory) {
    constexpr std::uint64_t flags = 7;
    std::uint64_t size = 0;
    if (memory.read({cache - 8}, std::as_writable_bytes(std::span(&size, 1))) != sizeof size) return {};
    const auto shape = tcache_shape(size & ~flags);
    if (!shape) return {};
    std::vector<std::uint64_t> entries(shape->slots);
    const std::size_t got =
        memory.read({cache + shape->entries()}, std::as_writable_bytes(std::span(entries)));
    entries.resize(got / 8);
    std::erase_if(entries, [](std::uint64_t entry) { return !plausible_pointer(entry); });
    return entries;
}

// Which of the words that may be the key stand in the first chunks of the caches' lists. All of them where no
// cache holds anything.
WordSet random_key(const GlibcHeap& heap, const std::vector<std::uint64_t>& caches, TargetMemory& memory) {
    constexpr std::size_t enough = 64, most_tries = 65536;
    WordSet candidates(heap.key_words);
    std::map<std::uint64_t, std::size_t> votes;
    std::size_t cast = 0, tries = 0;
    for (const std::uint64_t cache : caches) {
        for (const std::uint64_t entry : entries_of(cache, memory)) {
            std::uint64_t word = 0;
            ++tries;
            if (memory.read({entry + 8}, std::as_writable_bytes(std::span(&word, 1))) != sizeof word ||
                !candidates.contains(word))
                continue;
            ++votes[word];
            ++cast;
        }
        if (cast >= enough || tries >= most_tries) break;
    }
    const auto most = std::max_element(votes.begin(), votes.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == votes.end()) return candidates;
    return WordSet({most->first});
}

void sort_unique(std::vector<std::uint64_t>& addresses) {
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
}

// Short lists are followed in the target; where they turn out long, all links are gathered in one pass first.
void find_fast_chunks(const GlibcHeap& heap, TargetMemory& memory, const WalkBounds& bounds,
                      FreeChunks& found) {
    Lists lists(heap, memory, most_links_followed);
    for (const GlibcArena& arena : heap.arenas) {
        for (const Address first : arena.fastbins) lists.follow(first.value, false, found.in_fastbins);
    }
    if (!lists.exhausted()) return sort_unique(found.in_fastbins);
    found.in_fastbins.clear();
    LinkTable table(heap);
    walk_chunks(heap, found, memory, bounds, table);
    for (const GlibcArena& arena : heap.arenas) {
        for (const Address first : arena.fastbins) table.follow(first.value);
    }
    found.in_fastbins = table.followed();
    if (table.full()) {
        found.notes.push_back(fmt::format(
            "Only {} chunks of the fastbins were read; further ones count as live.", table.size()));
    }
}

}  // namespace

bool looks_like_tcache(const GlibcLayout& layout, std::uint64_t chunk_size, std::span<const std::byte> user) {
    const auto& sizes = layout.tcache_chunk;
    if (chunk_size == 0 || (chunk_size != sizes[0] && chunk_size != sizes[1])) return false;
    const auto shape = tcache_shape(chunk_size);
    if (!shape || user.size() < shape->size()) return false;
    std::size_t held = 0;
    for (std::uint64_t slot = 0; slot < shape->slots; ++slot) {
        const std::uint64_t entry = word_at(user, shape->entries() + slot * 8);
        if (entry != 0 && !plausible_pointer(entry)) return false;
        const auto byte = [&](std::uint64_t at) { return std::to_integer<unsigned>(user[at]); };
        const unsigned count =
            shape->count_bytes == 1 ? byte(slot) : byte(slot * 2) | byte(slot * 2 + 1) << 8U;
        if (!shape->downward && (count != 0) != (entry != 0)) return false;
        if (shape->downward && count > 1024) return false;
        held += entry != 0 ? 1 : 0;
    }
    return held > 0;
}

FreeChunks find_free_chunks(const GlibcHeap& heap, const std::vector<std::uint64_t>& caches,
                            TargetMemory& memory, const WalkBounds& bounds) {
    FreeChunks found;
    Lists lists(heap, memory, most_cached_links);
    switch (heap.layout->tcache) {
        case TcacheKind::none:
            break;
        case TcacheKind::lists_only:
            for (const std::uint64_t cache : caches) {
                for (const std::uint64_t entry : entries_of(cache, memory)) {
                    lists.follow(entry - chunk_header_bytes, true, found.in_caches);
                }
            }
            break;
        case TcacheKind::struct_key:
            found.keys = WordSet(caches);
            break;
        case TcacheKind::random_key:
            found.keys = random_key(heap, caches, memory);
            break;
    }
    sort_unique(found.in_caches);
    find_fast_chunks(heap, memory, bounds, found);
    return found;
}

}  // namespace nmtx
