#include "allocations/lifetimes.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace nmtx {
namespace {

// When a block's time ends, and whether that is by free.
struct EndOfWatch {
    double age_s = 0;
    bool freed = false;
    double weight = 1;
};

constexpr std::size_t most_ends = std::size_t{4} << 20U;  // 64 MB

}  // namespace

void EndsOfBlocks::note(std::uint64_t address, std::uint64_t time_ns) {
    if (address != 0 && !full()) ends_.push_back({address, time_ns});
}

bool EndsOfBlocks::full() const {
    return ends_.size() >= most_ends;
}

void EndsOfBlocks::keep_only(const std::unordered_set<std::uint64_t>& addresses) {
    std::erase_if(ends_, [&](const End& end) { return !addresses.contains(end.address); });
    std::sort(ends_.begin(), ends_.end());
}

double EndsOfBlocks::lived_s(std::uint64_t address, std::uint64_t born_ns, std::uint64_t until_ns) const {
    const auto end = std::upper_bound(ends_.begin(), ends_.end(), End{address, born_ns});
    if (end == ends_.end() || end->address != address || end->time_ns > until_ns) return -1;
    return static_cast<double>(end->time_ns - born_ns) / 1e9;
}

Lifetimes lifetimes_of(std::span<const WatchedBlock> blocks) {
    Lifetimes found;
    std::vector<EndOfWatch> ends;
    std::vector<double> could;
    double left = 0;  // of blocks whose end is still to come
    for (const WatchedBlock& block : blocks) {
        const bool freed = block.lived_s >= 0 && block.lived_s <= block.could_s;
        ends.push_back({freed ? block.lived_s : block.could_s, freed, block.weight});
        could.push_back(block.could_s);
        left += block.weight;
        found.freed += freed ? 1 : 0;
    }
    found.watched = ends.size();
    if (found.watched < least_watched) return found;
    std::nth_element(could.begin(), could.begin() + (least_watched - 1), could.end(), std::greater<>());
    found.horizon_s = could[least_watched - 1];
    // At the same age, blocks that were freed come before those whose watch ended.
    std::sort(ends.begin(), ends.end(), [](const EndOfWatch& a, const EndOfWatch& b) {
        return a.age_s != b.age_s ? a.age_s < b.age_s : a.freed && !b.freed;
    });
    constexpr double rounding = 1e-9;
    double surviving = 1;
    for (const EndOfWatch& end : ends) {
        if (end.age_s > found.horizon_s) break;
        if (end.freed && left > 0) surviving *= std::max(0.0, 1 - end.weight / left);
        left -= end.weight;
        if (surviving <= 0.5 + rounding && !found.half_s) found.half_s = end.age_s;
        if (surviving <= 0.1 + rounding && !found.nine_tenths_s) found.nine_tenths_s = end.age_s;
    }
    found.freed_share = std::clamp(1 - surviving, 0.0, 1.0);
    return found;
}

}  // namespace nmtx
