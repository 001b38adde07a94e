#include "ledger/partition/pieces.h"

#include <algorithm>
#include <map>

#include "ledger/claims/claims.h"
#include "ledger/mapping_owner.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

void add_piece(std::vector<Piece>& pieces, Range range, std::uint32_t mapping, Claim claim) {
    if (!pieces.empty() && pieces.back().mapping == mapping && pieces.back().claim == claim &&
        pieces.back().range.end == range.begin) {
        pieces.back().range.end = range.end;
        return;
    }
    pieces.push_back({range, mapping, claim, Bytes()});
}

// Calls visit(part, claim) for the parts of `range` in order, with no claim where none covers the part.
// `first` moves on with the ranges.
template <typename Visit>
void for_each_part(const Layer<Claim>& claims, std::size_t& first, Range range, Visit visit) {
    while (first < claims.size() && claims[first].range.end <= range.begin) ++first;
    Address at = range.begin;
    for (std::size_t c = first; c < claims.size() && claims[c].range.begin < range.end; ++c) {
        const Range part = intersect(claims[c].range, range);
        if (at < part.begin) visit(Range{at, part.begin}, static_cast<const Claim*>(nullptr));
        visit(part, &claims[c].value);
        at = part.end;
    }
    if (at < range.end) visit(Range{at, range.end}, static_cast<const Claim*>(nullptr));
}

// Mappings of the Java heap that show pages of a file which another one shows too: indices, ascending, the
// first views among them. Empty but for ZGC before generations.
std::vector<std::uint32_t> multiply_mapped(const ProcessView& view, const Owners& owners,
                                           const std::vector<Piece>& pieces) {
    struct View {
        std::uint32_t mapping;
        std::uint64_t begin, end;
    };
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::vector<View>> files;
    for (const Piece& piece : pieces) {
        const Mapping& mapping = view.smaps->mappings[piece.mapping];
        if (!mapping.protection.shared || mapping.inode == 0 ||
            owners.path(piece.claim.owner) != owner_path::java_heap)
            continue;
        auto& views = files[{mapping.device, mapping.inode}];
        if (!views.empty() && views.back().mapping == piece.mapping) continue;
        const std::uint64_t size = mapping.range.size().value();
        const std::uint64_t room = ~std::uint64_t{0} - mapping.offset;
        views.push_back({piece.mapping, mapping.offset, mapping.offset + std::min(size, room)});
    }
    std::vector<std::uint32_t> found;
    for (auto& [file, views] : files) {
        std::sort(views.begin(), views.end(), [](const View& a, const View& b) { return a.begin < b.begin; });
        std::uint64_t covered_to = 0;
        bool overlapping = false;
        for (const View& v : views) {
            overlapping = overlapping || v.begin < covered_to;
            covered_to = std::max(covered_to, v.end);
        }
        if (!overlapping) continue;
        for (const View& v : views) found.push_back(v.mapping);
    }
    std::sort(found.begin(), found.end());
    return found;
}

// Offsets of one file that were seen resident already, as disjoint intervals begin -> end.
class SeenOffsets {
  public:
    // Marks [begin, end); returns how many bytes of it were new.
    std::uint64_t add(std::uint64_t begin, std::uint64_t end) {
        std::uint64_t fresh = end - begin;
        auto it = intervals_.upper_bound(begin);
        if (it != intervals_.begin() && std::prev(it)->second >= begin) --it;
        while (it != intervals_.end() && it->first <= end) {
            const std::uint64_t low = std::max(begin, it->first);
            const std::uint64_t high = std::min(end, it->second);
            if (high > low) fresh -= high - low;
            begin = std::min(begin, it->first);
            end = std::max(end, it->second);
            it = intervals_.erase(it);
        }
        intervals_.emplace(begin, end);
        return fresh;
    }

  private:
    std::map<std::uint64_t, std::uint64_t> intervals_;
};

class Filler {
  public:
    Filler(const ProcessView& view, Owners& owners, std::vector<Piece>& pieces)
        : view_(view), pieces_(pieces), again_(owners.id(owner_path::java_heap_again)) {
        views_ = multiply_mapped(view, owners, pieces);
    }

    ResidencyNotes run() {
        std::vector<Piece> extra;
        for (std::size_t i = 0; i < pieces_.size();) {
            std::size_t end = i + 1;
            while (end < pieces_.size() && pieces_[end].mapping == pieces_[i].mapping) ++end;
            const Mapping& mapping = view_.smaps->mappings[pieces_[i].mapping];
            fill(mapping, i, end);
            if (view_.smaps->rss_estimated) {
                for (std::size_t piece = i; piece < end; ++piece) pieces_[piece].claim.estimated = true;
            }
            if (std::binary_search(views_.begin(), views_.end(), pieces_[i].mapping))
                split_views(mapping, i, end, extra);
            i = end;
        }
        if (!extra.empty()) {
            pieces_.insert(pieces_.end(), extra.begin(), extra.end());
            std::stable_sort(pieces_.begin(), pieces_.end(),
                             [](const Piece& a, const Piece& b) { return a.range.begin < b.range.begin; });
        }
        if (view_.smaps->rss_estimated) notes_.estimated = view_.smaps->rss;
        return notes_;
    }

  private:
    void fill(const Mapping& mapping, std::size_t first, std::size_t last) {
        if (last - first == 1) {
            pieces_[first].resident = mapping.rss;
            return;
        }
        if (mapping.rss == Bytes()) return;
        if (mapping.rss == mapping.range.size()) {
            for (std::size_t i = first; i < last; ++i) pieces_[i].resident = pieces_[i].range.size();
            return;
        }
        if (view_.residency && view_.residency->covers(mapping.range)) {
            for (std::size_t i = first; i < last; ++i) {
                pieces_[i].resident = view_.residency->resident_in(pieces_[i].range);
            }
            settle(mapping, first, last);
        } else {
            spread(mapping, first, last);
        }
    }

    // smaps and page residency are read at different times. smaps is what the ledger sums to, so the largest
    // pieces take the difference.
    void settle(const Mapping& mapping, std::size_t first, std::size_t last) {
        Bytes sum;
        for (std::size_t i = first; i < last; ++i) sum += pieces_[i].resident;
        if (sum == mapping.rss) return;
        std::vector<Piece*> by_size;
        for (std::size_t i = first; i < last; ++i) by_size.push_back(&pieces_[i]);
        if (sum < mapping.rss) {
            Bytes missing = minus_or_zero(mapping.rss, sum);
            notes_.moved += missing;
            const auto room = [](const Piece* p) { return minus_or_zero(p->range.size(), p->resident); };
            std::stable_sort(by_size.begin(), by_size.end(),
                             [&](const Piece* a, const Piece* b) { return a->resident > b->resident; });
            for (Piece* piece : by_size) {
                const Bytes step = std::min(missing, room(piece));
                piece->resident += step;
                missing = minus_or_zero(missing, step);
            }
            by_size.front()->resident += missing;
        } else {
            Bytes surplus = minus_or_zero(sum, mapping.rss);
            notes_.moved += surplus;
            std::stable_sort(by_size.begin(), by_size.end(),
                             [](const Piece* a, const Piece* b) { return a->resident > b->resident; });
            for (Piece* piece : by_size) {
                const Bytes step = std::min(surplus, piece->resident);
                piece->resident = minus_or_zero(piece->resident, step);
                surplus = minus_or_zero(surplus, step);
            }
        }
    }

    // No page data: by size, in whole bytes, the last piece takes the rest; every piece is marked.
    void spread(const Mapping& mapping, std::size_t first, std::size_t last) {
        notes_.estimated += mapping.rss;
        Bytes left = mapping.rss;
        const auto share = static_cast<long double>(mapping.rss.value()) /
                           static_cast<long double>(mapping.range.size().value());
        for (std::size_t i = first; i < last; ++i) {
            const auto part =
                static_cast<std::uint64_t>(share * static_cast<long double>(pieces_[i].range.size().value()));
            pieces_[i].resident = i + 1 == last ? left : std::min(left, Bytes(part / 4096 * 4096));
            left = minus_or_zero(left, pieces_[i].resident);
            pieces_[i].claim.estimated = true;
        }
    }

    // The part of each piece whose file pages an earlier view has shown already goes to `mapped again`.
    void split_views(const Mapping& mapping, std::size_t first, std::size_t last, std::vector<Piece>& extra) {
        SeenOffsets& seen = seen_[{mapping.device, mapping.inode}];
        for (std::size_t i = first; i < last; ++i) {
            Piece& piece = pieces_[i];
            if (piece.resident == Bytes()) continue;
            std::uint64_t fresh = 0;
            const auto mark = [&](Range run) {
                const std::uint64_t begin = mapping.offset + (run.begin.value - mapping.range.begin.value);
                fresh += seen.add(begin, begin + run.size().value());
            };
            if (piece.resident == piece.range.size()) {
                mark(piece.range);
            } else if (view_.residency && view_.residency->covers(piece.range)) {
                const auto& runs = view_.residency->present;
                auto run = std::partition_point(runs.begin(), runs.end(),
                                                [&](Range r) { return r.end <= piece.range.begin; });
                for (; run != runs.end() && run->begin < piece.range.end; ++run)
                    mark(intersect(*run, piece.range));
            } else {
                mark(piece.range);
                fresh = std::min(fresh, piece.resident.value());
                piece.claim.estimated = true;
            }
            const Bytes own = std::min(piece.resident, Bytes(fresh));
            if (own == piece.resident) continue;
            Piece again = piece;
            again.claim.owner = again_;
            again.resident = minus_or_zero(piece.resident, own);
            if (own == Bytes()) {
                piece = again;
            } else {
                piece.resident = own;
                extra.push_back(again);
            }
        }
    }

    const ProcessView& view_;
    std::vector<Piece>& pieces_;
    OwnerId again_;
    std::vector<std::uint32_t> views_;
    std::map<std::pair<std::uint32_t, std::uint64_t>, SeenOffsets> seen_;
    ResidencyNotes notes_;
};

}  // namespace

std::vector<Piece> cut_into_pieces(const ProcessView& view, Owners& owners) {
    const Layer<Claim> claims = claims_of(view, owners);
    MappingOwners mapping_owners(view, owners);
    std::vector<Piece> pieces;
    const auto& mappings = view.smaps->mappings;
    pieces.reserve(mappings.size() + claims.size());
    std::size_t first = 0;
    for (std::uint32_t i = 0; i < mappings.size(); ++i) {
        const Claim by_name = mapping_owners.next(mappings[i]);
        for_each_part(claims, first, mappings[i].range, [&](Range part, const Claim* claim) {
            add_piece(pieces, part, i, claim == nullptr ? by_name : *claim);
        });
    }
    return pieces;
}

std::vector<std::uint32_t> mappings_to_tell_apart(const ProcessView& view) {
    Owners owners;
    const Layer<Claim> claims = claims_of(view, owners);
    MappingOwners mapping_owners(view, owners);
    const auto& mappings = view.smaps->mappings;
    std::vector<std::uint32_t> wanted;
    std::vector<Piece> heap_views;
    std::size_t first = 0;
    for (std::uint32_t i = 0; i < mappings.size(); ++i) {
        const Mapping& mapping = mappings[i];
        const bool may_be_view = mapping.protection.shared && mapping.inode != 0;
        const Claim by_name = may_be_view ? mapping_owners.next(mapping) : Claim{};
        std::size_t parts = 0;
        for_each_part(claims, first, mapping.range, [&](Range part, const Claim* claim) {
            ++parts;
            if (may_be_view) add_piece(heap_views, part, i, claim == nullptr ? by_name : *claim);
        });
        if (parts > 1) wanted.push_back(i);
    }
    const std::vector<std::uint32_t> views = multiply_mapped(view, owners, heap_views);
    wanted.insert(wanted.end(), views.begin(), views.end());
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    std::erase_if(wanted, [&](std::uint32_t i) {
        return mappings[i].rss == Bytes() || mappings[i].rss == mappings[i].range.size();
    });
    return wanted;
}

ResidencyNotes fill_residency(const ProcessView& view, Owners& owners, std::vector<Piece>& pieces) {
    return Filler(view, owners, pieces).run();
}

}  // namespace nmtx
