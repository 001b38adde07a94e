#include "ledger/claims/committed_caps.h"

#include <algorithm>
#include <map>

#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

class Caps {
  public:
    Caps(const ProcessView& view, Owners& owners, std::vector<Piece>& pieces)
        : view_(view), owners_(owners), pieces_(pieces) {}

    void apply() {
        Bytes for_others;  // of all categories that have no address of their own
        for (const NmtCategory& category : view_.nmt->categories) {
            if (category.name == "Thread" || category.name == "Thread Stack") continue;
            const Bytes committed = category.mmap_committed;
            const Bytes resident = resident_of(category.name);
            if (resident > committed) give_up(minus_or_zero(resident, committed), category.name);
            // The heap's and the code's regions are known where they have rows: nothing of them lies
            // elsewhere.
            const bool whole = category.name == "Java Heap" || category.name == "Code";
            if (!whole || !has_row(category.name)) for_others += minus_or_zero(committed, resident);
        }
        const Bytes others = resident_of({});
        if (others > for_others) give_up(minus_or_zero(others, for_others), {});
        pieces_.insert(pieces_.end(), extra_.begin(), extra_.end());
        if (extra_.empty()) return;
        std::stable_sort(pieces_.begin(), pieces_.end(),
                         [](const Piece& a, const Piece& b) { return a.range.begin < b.range.begin; });
    }

  private:
    // Does it belong to the category? Without one: is it a JVM area that belongs to no single category?
    [[nodiscard]] bool belongs(const Piece& piece, std::string_view category) const {
        const std::string& own = owners_.nmt_category(piece.claim.owner);
        if (!category.empty() || !own.empty()) return own == category;
        const std::string& path = owners_.path(piece.claim.owner);
        return is_below(path, owner_path::jvm) && !is_stack(path) && !may_be(path, owner_path::java_heap);
    }

    [[nodiscard]] Bytes resident_of(std::string_view category) const {
        Bytes sum;
        for (const Piece& piece : pieces_) {
            if (belongs(piece, category)) sum += piece.resident;
        }
        return sum;
    }

    [[nodiscard]] bool has_row(std::string_view category) const {
        return std::any_of(pieces_.begin(), pieces_.end(),
                           [&](const Piece& piece) { return belongs(piece, category); });
    }

    void give_up(Bytes surplus, std::string_view category) {
        std::vector<std::size_t> givers;
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            if (belongs(pieces_[i], category) && pieces_[i].resident != Bytes()) givers.push_back(i);
        }
        std::stable_sort(givers.begin(), givers.end(), [&](std::size_t a, std::size_t b) {
            const Piece &one = pieces_[a], &other = pieces_[b];
            if (one.claim.estimated != other.claim.estimated) return one.claim.estimated;
            return one.resident > other.resident;
        });
        for (const std::size_t i : givers) {
            if (surplus == Bytes()) return;
            Piece& piece = pieces_[i];
            const Bytes given = std::min(surplus, piece.resident);
            surplus = minus_or_zero(surplus, given);
            if (given == piece.resident) {
                piece.claim = Claim{};
                continue;
            }
            Piece rest = piece;
            rest.claim = Claim{};
            rest.resident = given;
            piece.resident = minus_or_zero(piece.resident, given);
            extra_.push_back(rest);
        }
    }

    const ProcessView& view_;
    Owners& owners_;
    std::vector<Piece>& pieces_;
    std::vector<Piece> extra_;
};

}  // namespace

void cap_by_committed(const ProcessView& view, Owners& owners, std::vector<Piece>& pieces) {
    if (!view.nmt || view.nmt_from_file || !view.smaps->rss_known) return;
    Caps(view, owners, pieces).apply();
}

}  // namespace nmtx
