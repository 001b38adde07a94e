#include "threads/thread_stacks.h"

#include <algorithm>

#include "ledger/claims/stack_split.h"

namespace nmtx {
namespace {

// Guards are single pages up to the 64 KiB of a large page size's zone; what is larger is a reservation.
constexpr Bytes largest_guard = kib(64);

bool guard(const Mapping& mapping) {
    return mapping.protection.none() && !mapping.of_file() && mapping.range.size() <= largest_guard;
}

// Where the lowest resident page of the range begins; nothing where the pages were not asked for.
std::optional<Bytes> high_water(const ProcessView& view, const ThreadStack& stack) {
    if (stack.resident == Bytes()) return Bytes();
    if (stack.resident == stack.range.size()) return stack.range.size();
    if (!view.residency || !view.residency->covers(stack.range)) return std::nullopt;
    const auto& present = view.residency->present;
    const auto lowest = std::lower_bound(present.begin(), present.end(), stack.range.begin,
                                         [](const Range& run, Address at) { return run.end <= at; });
    if (lowest == present.end() || lowest->begin >= stack.range.end) return std::nullopt;
    return Range{std::max(lowest->begin, stack.range.begin), stack.range.end}.size();
}

class StackList {
  public:
    StackList(const Moment& moment)
        : view_(*moment.view), ledger_(*moment.ledger), mappings_(moment.view->smaps->mappings) {}

    std::vector<ThreadStack> list() {
        for (const Piece& piece : ledger_.pieces) {
            if (is_stack(ledger_.owners.path(piece.claim.owner))) take(piece);
        }
        split();
        for (ThreadStack& stack : stacks_) stack.high_water = high_water(view_, stack);
        return std::move(stacks_);
    }

  private:
    // Memory without access ends a stack; what lies right above another piece of the same owner goes on with
    // it (a part with huge pages, a part that was locked).
    void take(const Piece& piece) {
        const Mapping& mapping = mappings_[piece.mapping];
        const std::string& path = ledger_.owners.path(piece.claim.owner);
        if (!mapping.protection.write) {
            if (piece.resident != Bytes()) start(piece, mapping, path);  // odd, but no byte is lost
            return;
        }
        const StackBounds* const bounds =
            view_.thread_bounds ? view_.thread_bounds->at(piece.range.begin) : nullptr;
        const bool begins = bounds != nullptr && bounds->range.begin == piece.range.begin;
        if (!begins && !stacks_.empty() && stacks_.back().range.end == piece.range.begin &&
            stacks_.back().path == path) {
            ThreadStack& stack = stacks_.back();
            stack.range.end = piece.range.end;
            stack.reserved = stack.reserved + piece.range.size();
            stack.resident = stack.resident + piece.resident;
            add_mapping(stack, mapping, piece);
            return;
        }
        start(piece, mapping, path);
    }

    // The last part has what the others have left: all of them sum to the pieces.
    void split() {
        if (!view_.residency) return;
        const std::vector<Address> pointers = stack_pointers(view_);
        std::vector<ThreadStack> apart;
        apart.reserve(stacks_.size());
        for (ThreadStack& stack : stacks_) {
            const auto inside = pointers_in(pointers, stack.range);
            const auto parts = view_.residency->covers(stack.range)
                                   ? stacks_in(view_, stack.range, inside, view_.residency->present)
                                   : std::vector<Range>{stack.range};
            for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
                ThreadStack part;
                part.range = parts[i];
                part.path = stack.path;
                part.reserved = parts[i].size();
                part.resident = std::min(view_.residency->resident_in(parts[i]), stack.resident);
                stack.resident = minus_or_zero(stack.resident, part.resident);
                stack.reserved = minus_or_zero(stack.reserved, part.reserved);
                apart.push_back(std::move(part));
            }
            stack.range = parts.back();
            apart.push_back(std::move(stack));
        }
        stacks_ = std::move(apart);
    }

    void start(const Piece& piece, const Mapping& mapping, const std::string& path) {
        ThreadStack stack;
        stack.range = piece.range;
        stack.path = path;
        stack.reserved = piece.range.size() + guards_below(piece);
        stack.resident = piece.resident;
        add_mapping(stack, mapping, piece);
        stacks_.push_back(std::move(stack));
    }

    // Figures of the mapping are the stack's where no other owner has a part of it.
    static void add_mapping(ThreadStack& stack, const Mapping& mapping, const Piece& piece) {
        if (!(mapping.range == piece.range)) return;
        stack.huge = stack.huge + mapping.anon_huge_pages;
        stack.swap = stack.swap + mapping.swap;
    }

    // glibc's guard and HotSpot's zone lie one below the other.
    [[nodiscard]] Bytes guards_below(const Piece& piece) const {
        Bytes sum;
        Address end = piece.range.begin;
        for (std::size_t i = piece.mapping; i > 0; --i) {
            const Mapping& below = mappings_[i - 1];
            if (below.range.end != end || !guard(below)) break;
            sum = sum + below.range.size();
            end = below.range.begin;
        }
        return sum;
    }

    const ProcessView& view_;
    const Ledger& ledger_;
    const std::vector<Mapping>& mappings_;
    std::vector<ThreadStack> stacks_;
};

}  // namespace

std::vector<ThreadStack> thread_stacks(const Moment& moment) {
    return StackList(moment).list();
}

}  // namespace nmtx
