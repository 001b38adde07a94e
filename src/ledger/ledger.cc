#include "ledger/ledger.h"

#include <algorithm>

#include "ledger/owner_paths.h"

namespace nmtx {

Ledger::Ledger() = default;
Ledger::Ledger(const Ledger&) = default;
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(const Ledger&) = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

const Piece* Ledger::piece_at(Address address) const {
    const auto behind = std::upper_bound(pieces.begin(), pieces.end(), address,
                                         [](Address a, const Piece& piece) { return a < piece.range.begin; });
    if (behind == pieces.begin() || !std::prev(behind)->range.contains(address)) return nullptr;
    return &*std::prev(behind);
}

Bytes Ledger::resident_of(std::string_view path) const {
    for (const Row& row : rows) {
        if (row.path == path) return row.resident;
    }
    return {};
}

Bytes Ledger::resident_below(std::string_view prefix) const {
    Bytes sum;
    for (const Row& row : rows) {
        if (is_below(row.path, prefix)) sum += row.resident;
    }
    return sum;
}

Bytes Ledger::resident_maybe_of(std::string_view area) const {
    Bytes sum;
    for (const Row& row : rows) {
        if (may_be(row.path, area)) sum += row.resident;
    }
    return sum;
}

const CategoryRow* Ledger::category(std::string_view name) const {
    const auto found = std::find_if(categories.begin(), categories.end(),
                                    [&](const CategoryRow& row) { return row.name == name; });
    return found == categories.end() ? nullptr : &*found;
}

bool is_stack(std::string_view path) {
    return path == owner_path::thread_stack || is_below(path, owner_path::stack);
}

}  // namespace nmtx
