// Where the tables of a collector lie. Committed memory and the rest of a reservation alternate, and the
// kernel joins what is alike, of one table and of the next:
//
//   tables     [ marks          ][ marks          ][ offsets ][ cards   ]
//   mappings   [ rw-p ][ ---p   ][ rw-p ][ ---p   ][ rw-p              ]
//   borders    |      |         |       |         |                    |
//
// So the part between two borders is searched that is as large as one table or several together, and that
// has committed as much as they have.
#include <algorithm>

#include "kernel/mappings/program_files.h"
#include "ledger/claims/collector_tables.h"
#include "ledger/claims/layout_shapes.h"

namespace nmtx {
namespace {

// What nobody has claimed of a mapping.
struct Part {
    Range range;
    Bytes committed;
};

// Neighbours without a gap.
using Stretch = std::vector<Part>;

std::vector<Stretch> stretches_of(const ProcessView& view, const Layer<Claim>& above) {
    std::vector<Stretch> stretches;
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
            stretches.back().push_back({gap, mapping.protection.write ? gap.size() : Bytes()});
        });
    }
    return stretches;
}

// Several tables that lie side by side, as one.
struct Group {
    CollectorTable sum;
    std::vector<std::size_t> members;
};

// One by one first, the largest first.
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
        }
    }
    std::stable_sort(all.begin(), all.end(), [](const Group& a, const Group& b) {
        if (a.members.size() != b.members.size()) return a.members.size() < b.members.size();
        return a.sum.reserved > b.sum.reserved;
    });
    return all;
}

class TableSearch {
  public:
    TableSearch(std::vector<Stretch> stretches, const std::vector<CollectorTable>& tables, Bytes& left,
                Claim claim)
        : stretches_(std::move(stretches)), found_(tables.size()), left_(left), claim_(claim) {}

    // Fills the layer. `more` is what a part may have beyond the size: small neighbours, joined to it.
    void search(const std::vector<Group>& groups, Bytes more) {
        for (const Group& group : groups) {
            if (std::any_of(group.members.begin(), group.members.end(),
                            [&](std::size_t i) { return found_[i]; }))
                continue;
            if (!take(group.sum, more)) continue;
            for (const std::size_t i : group.members) found_[i] = true;
        }
    }

    Layer<Claim> found() {
        normalise(layer_);
        return std::move(layer_);
    }

  private:
    bool take(const CollectorTable& table, Bytes more) {
        for (std::size_t at = 0; at < stretches_.size(); ++at) {
            for (std::size_t i = 0; i < stretches_[at].size(); ++i) {
                if (const std::size_t end = end_of(stretches_[at], i, table, more)) {
                    claim(at, i, end);
                    return true;
                }
            }
        }
        return false;
    }

    // Of the part that begins with stretch[first] and is as large as the table; 0 where none is.
    [[nodiscard]] std::size_t end_of(const Stretch& stretch, std::size_t first, const CollectorTable& table,
                                     Bytes more) const {
        Bytes committed;
        for (std::size_t i = first; i < stretch.size(); ++i) {
            committed += stretch[i].committed;
            const Bytes size = Range{stretch[first].range.begin, stretch[i].range.end}.size();
            if (size > table.reserved + more) return 0;
            if (size >= table.reserved && fits(table, committed, more)) return i + 1;
        }
        return 0;
    }

    [[nodiscard]] bool fits(const CollectorTable& table, Bytes committed, Bytes more) const {
        return committed != Bytes() && committed <= table.committed + table.margin + more &&
               table.committed <= committed + table.margin && committed <= left_ + more;
    }

    // What lies before and behind are stretches of their own from now on.
    void claim(std::size_t at, std::size_t first, std::size_t last) {
        Stretch& stretch = stretches_[at];
        for (std::size_t i = first; i < last; ++i) {
            if (stretch[i].committed == Bytes()) continue;
            layer_.push_back({stretch[i].range, claim_});
            left_ = minus_or_zero(left_, stretch[i].committed);
        }
        Stretch behind(stretch.begin() + static_cast<std::ptrdiff_t>(last), stretch.end());
        stretch.resize(first);
        stretches_.push_back(std::move(behind));
    }

    std::vector<Stretch> stretches_;
    std::vector<bool> found_;
    Bytes& left_;
    Claim claim_;
    Layer<Claim> layer_;
};

}  // namespace

Layer<Claim> claims_of_collector_tables(const ProcessView& view, const Layer<Claim>& above, Bytes& left,
                                        Owners& owners) {
    const std::vector<CollectorTable> tables = collector_tables(view);
    if (tables.empty()) return {};
    const Claim claim{owners.id("jvm/gc"), Evidence::table_size, true};
    const std::vector<Group> groups = groups_of(tables);
    TableSearch search(stretches_of(view, above), tables, left, claim);
    for (const Bytes more : {Bytes(), kib(4), kib(16), kib(64)}) search.search(groups, more);
    return search.found();
}

}  // namespace nmtx
