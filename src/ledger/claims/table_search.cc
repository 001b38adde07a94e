// Finds the tables of a collector. Committed and uncommitted parts of the reservations alternate, and the
// kernel merges equal neighbours, even of different tables:
//
//   tables     [ marks          ][ marks          ][ offsets ][ cards   ]
//   mappings   [ rw-p ][ ---p   ][ rw-p ][ ---p   ][ rw-p              ]
//   borders    |      |         |       |         |                    |
//
// So the search is for a part between two borders with the size of one table, or several together, and with
// their committed memory. HotSpot reserves the tables one after the other, so the remaining ones are
// searched next to those already found.
#include <algorithm>
#include <optional>

#include "kernel/mappings/program_files.h"
#include "ledger/claims/collector_tables.h"
#include "ledger/claims/layout_shapes.h"

namespace nmtx {
namespace {

// The unclaimed part of a mapping.
struct Part {
    Range range;
    Bytes committed;
    Bytes resident;  // of all of its mapping, at most
};

// Neighbours without a gap.
using JoinedParts = std::vector<Part>;

std::vector<JoinedParts> stretches_of(const ProcessView& view, const Layer<Claim>& above) {
    std::vector<JoinedParts> stretches;
    std::size_t first = 0;
    const auto& mappings = view.smaps->mappings;
    const ProgramFiles programs(*view.smaps, view.loaded_images);
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const Mapping& mapping = mappings[i];
        const bool plain = mapping.private_anonymous() && !mapping.protection.execute &&
                           (mapping.protection.write || mapping.protection.none());
        if (!plain || all_bss(programs, mappings, i)) continue;
        for_each_gap(above, first, mapping.range, [&](Range gap) {
            if (stretches.empty() || stretches.back().back().range.end != gap.begin) stretches.emplace_back();
            stretches.back().push_back(
                {gap, mapping.protection.write ? gap.size() : Bytes(), std::min(mapping.rss, gap.size())});
        });
    }
    return stretches;
}

// VM.info's ranges end with the last byte that is in use.
Address whole_page(Address end) {
    return Address{(end.value + 4095) / 4096 * 4096};
}

// Several tables that lie side by side, as one.
struct Group {
    CollectorTable sum;
    std::vector<std::size_t> members;
};

// The largest first.
std::vector<Group> groups_of(const std::vector<CollectorTable>& tables) {
    std::vector<Group> all;
    for (std::size_t bits = 1; bits < std::size_t{1} << tables.size(); ++bits) {
        Group& group = all.emplace_back();
        for (std::size_t i = 0; i < tables.size(); ++i) {
            if ((bits >> i & 1U) == 0) continue;
            group.members.push_back(i);
            group.sum.reserved += tables[i].reserved;
            group.sum.committed += tables[i].committed;
            group.sum.margin += tables[i].margin;
            group.sum.untouched += tables[i].untouched;
        }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Group& a, const Group& b) { return a.sum.reserved > b.sum.reserved; });
    return all;
}

class TableSearch {
  public:
    TableSearch(std::vector<JoinedParts> stretches, const std::vector<CollectorTable>& tables, Bytes& left,
                Claim claim)
        : stretches_(std::move(stretches)), found_(tables.size()), left_(left), claim_(claim) {}

    // Fills the layer from the highest place down: the kernel fills the address space from above, and the
    // tables are reserved before any native code runs. `more` is what a part may have beyond the size: small
    // neighbours, joined to it.
    void search(const std::vector<Group>& groups, Bytes more) {
        for (;;) {
            std::optional<Place> highest;
            const Group* found = nullptr;
            for (const Group& group : groups) {
                const auto known = [&](std::size_t i) { return found_[i]; };
                if (std::any_of(group.members.begin(), group.members.end(), known)) continue;
                const auto place = place_of(group.sum, more);
                if (!place || (highest && place->begin <= highest->begin)) continue;
                highest = place;
                found = &group;
            }
            if (found == nullptr) return;
            for (const std::size_t i : found->members) found_[i] = true;
            claim(*highest);
        }
    }

    // The one table that is left and that has room beside a known one, of `above` or found: it begins or
    // ends there. Of several nothing says which.
    void search_beside(const std::vector<CollectorTable>& tables, const Layer<Claim>& above) {
        std::optional<Range> place;
        std::size_t table = 0;
        for (std::size_t i = 0; i < tables.size(); ++i) {
            if (found_[i] || tables[i].reserved < kib(128)) continue;
            const auto beside = place_beside(tables[i], above);
            if (beside && place) return;
            if (!beside) continue;
            place = beside;
            table = i;
        }
        if (!place) return;
        found_[table] = true;
        layer_.push_back({*place, claim_});
        left_ = minus_or_zero(left_, place->size());
    }

    FoundTables found(const std::vector<CollectorTable>& tables) {
        normalise(layer_);
        FoundTables all{std::move(layer_), Bytes()};
        for (std::size_t i = 0; i < tables.size(); ++i) {
            if (found_[i]) continue;
            const Bytes most = std::min(tables[i].committed + tables[i].margin, tables[i].reserved);
            *all.missing += minus_or_zero(most, tables[i].untouched);
        }
        return all;
    }

  private:
    struct Place {
        std::size_t at, first, last;  // parts [first, last) of a stretch
        Address begin;
    };

    // The highest one.
    [[nodiscard]] std::optional<Place> place_of(const CollectorTable& table, Bytes more) const {
        std::optional<Place> place;
        for (std::size_t at = 0; at < stretches_.size(); ++at) {
            const JoinedParts& stretch = stretches_[at];
            for (std::size_t i = 0; i < stretch.size(); ++i) {
                const Address begin = stretch[i].range.begin;
                if (place && begin < place->begin) continue;
                if (const std::size_t end = end_of(stretch, i, table, more)) place = Place{at, i, end, begin};
            }
        }
        return place;
    }

    // Of the part that begins with stretch[first] and is as large as the table; 0 where none is.
    [[nodiscard]] std::size_t end_of(const JoinedParts& stretch, std::size_t first,
                                     const CollectorTable& table, Bytes more) const {
        Bytes committed, resident;
        for (std::size_t i = first; i < stretch.size(); ++i) {
            committed += stretch[i].committed;
            resident += stretch[i].resident;
            const Bytes size = Range{stretch[first].range.begin, stretch[i].range.end}.size();
            if (size > table.reserved + more) return 0;
            if (size >= table.reserved && clear_of_others(stretch, i + 1, table, more) &&
                fits(table, committed, more) && is_untouched(table, resident))
                return i + 1;
        }
        return 0;
    }

    // Of a small table only as much may be beside it, and code heaps have small maps in reservations.
    [[nodiscard]] static bool clear_of_others(const JoinedParts& stretch, std::size_t end,
                                              const CollectorTable& table, Bytes more) {
        if (more > Bytes(table.reserved.value() / 8)) return false;
        const bool reservation = end < stretch.size() && stretch[end].committed == Bytes();
        return !reservation || table.reserved >= kib(128);
    }

    [[nodiscard]] bool fits(const CollectorTable& table, Bytes committed, Bytes more) const {
        return committed != Bytes() && committed <= table.committed + table.margin + more &&
               table.committed <= committed + table.margin && committed <= left_ + more;
    }

    [[nodiscard]] static bool is_untouched(const CollectorTable& table, Bytes resident) {
        constexpr Bytes begun = kib(64);
        return table.untouched == Bytes() ||
               resident <= minus_or_zero(table.reserved, table.untouched) + begun;
    }

    [[nodiscard]] bool known_at(const Layer<Claim>& layer, Address border) const {
        return std::any_of(layer.begin(), layer.end(), [&](const Segment<Claim>& segment) {
            return segment.value.owner == claim_.owner &&
                   (segment.range.begin == border || segment.range.end == border);
        });
    }

    [[nodiscard]] std::optional<Range> place_beside(const CollectorTable& table,
                                                    const Layer<Claim>& above) const {
        if (!fits(table, table.reserved, kib(4))) return std::nullopt;
        for (const JoinedParts& stretch : stretches_) {
            for (const Part& part : stretch) {
                if (part.committed <= table.reserved + kib(4) || !is_untouched(table, part.resident))
                    continue;
                const auto known = [&](Address border) {
                    return known_at(above, border) || known_at(layer_, border);
                };
                if (known(part.range.begin))
                    return Range{part.range.begin, whole_page(part.range.begin) + table.reserved};
                if (known(part.range.end))
                    return Range{Address{part.range.end.value - table.reserved.value()}, part.range.end};
            }
        }
        return std::nullopt;
    }

    // What lies before and behind are stretches of their own from now on.
    void claim(const Place& place) {
        JoinedParts& stretch = stretches_[place.at];
        for (std::size_t i = place.first; i < place.last; ++i) {
            if (stretch[i].committed == Bytes()) continue;
            layer_.push_back({stretch[i].range, claim_});
            left_ = minus_or_zero(left_, stretch[i].committed);
        }
        JoinedParts behind(stretch.begin() + static_cast<std::ptrdiff_t>(place.last), stretch.end());
        stretch.resize(place.first);
        stretches_.push_back(std::move(behind));
    }

    std::vector<JoinedParts> stretches_;
    std::vector<bool> found_;
    Bytes& left_;
    Claim claim_;
    Layer<Claim> layer_;
};

}  // namespace

FoundTables claims_of_collector_tables(const ProcessView& view, const Layer<Claim>& above, Bytes& left,
                                       Owners& owners) {
    const std::vector<CollectorTable> tables = collector_tables(view);
    if (tables.empty()) return {};
    const Claim claim{owners.id("jvm/gc"), Evidence::table_size, true};
    const std::vector<Group> groups = groups_of(tables);
    TableSearch search(stretches_of(view, above), tables, left, claim);
    for (const Bytes more : {Bytes(), kib(4), kib(16), kib(64)}) search.search(groups, more);
    search.search_beside(tables, above);
    return search.found(tables);
}

}  // namespace nmtx
