#include "ledger/claims/arena_shape.h"

#include <algorithm>

#include "allocator/malloc_layout.h"

namespace nmtx {
namespace {

// Below this lie compressed heaps, class spaces (up to 64 GiB) and Go's arenas of 64 MiB (at 824 GiB); the
// kernel puts malloc's mappings far above.
constexpr std::uint64_t least_address = std::uint64_t{1} << 40U;
// Full heaps of one arena whose mappings the kernel has merged. More than these in a row are something else
// that is as well aligned: WebKit's cages have gigabytes.
constexpr Bytes most_merged = mib(1024);
// What HotSpot reserves for classes by default.
constexpr Bytes class_space = mib(1024);

bool usable(const Mapping& mapping) {
    const Protection& p = mapping.protection;
    return mapping.private_anonymous() && p.read && p.write && !p.execute;
}

// Neighbours without a gap that can be written, from a border of 64 MiB on; and what is reserved behind them.
struct Stretch {
    Range used;
    Range rest;  // empty where nothing is reserved there
    [[nodiscard]] Address last_border() const {
        const std::uint64_t span = arena_heap_span.value();
        return {(used.end.value + span - 1) / span * span};
    }
};

class Finder {
  public:
    explicit Finder(const Smaps& smaps) : mappings_(smaps.mappings) {}

    std::vector<Range> run() {
        std::vector<Stretch> merged;
        for (std::size_t i = 0; i < mappings_.size();) {
            if (!usable(mappings_[i]) || !begins_heap(mappings_[i].range.begin)) {
                ++i;
                continue;
            }
            const Stretch stretch = stretch_at(i);
            sort_out(stretch, merged);
        }
        // Each arena has a heap that is not full yet, so full ones never occur without others.
        if (!heaps_.empty()) {
            for (const Stretch& stretch : merged) add(stretch);
        }
        std::ranges::sort(heaps_);
        return std::move(heaps_);
    }

  private:
    static bool begins_heap(Address begin) {
        return begin.value >= least_address && begin.value % arena_heap_span.value() == 0;
    }

    // Moves `i` behind it. A heap begins at each border, so that one that is mapped by itself ends there.
    Stretch stretch_at(std::size_t& i) const {
        Stretch stretch{mappings_[i].range, {}};
        for (++i; i < mappings_.size() && usable(mappings_[i]) && !begins_heap(mappings_[i].range.begin) &&
                  mappings_[i].range.begin == stretch.used.end;
             ++i)
            stretch.used.end = mappings_[i].range.end;
        stretch.rest = {stretch.used.end, stretch.used.end};
        if (i < mappings_.size() && mappings_[i].private_anonymous() && mappings_[i].protection.none() &&
            mappings_[i].range.begin == stretch.used.end)
            stretch.rest.end = mappings_[i].range.end;
        return stretch;
    }

    void sort_out(const Stretch& stretch, std::vector<Stretch>& merged) {
        const Bytes used = stretch.used.size();
        const Address border = stretch.last_border();
        if (used + stretch.rest.size() == class_space) return;
        if (used < arena_heap_span) {
            if (stretch.rest.end >= border) add(stretch);
        } else if (used == arena_heap_span) {
            add(stretch);
        } else if (used <= most_merged && stretch.rest.end == border) {
            merged.push_back(stretch);
        }
    }

    void add(const Stretch& stretch) {
        for (Address at = stretch.used.begin; at < stretch.last_border(); at = at + arena_heap_span)
            heaps_.push_back({at, at + arena_heap_span});
    }

    const std::vector<Mapping>& mappings_;
    std::vector<Range> heaps_;
};

}  // namespace

std::vector<Range> arena_heaps_by_shape(const Smaps& smaps) {
    return Finder(smaps).run();
}

}  // namespace nmtx
