// Rounding so that printed figures add up, by largest remainders: all parts are rounded down, and the
// difference goes to those that lost most.
#include <algorithm>
#include <numeric>

#include "report/reconciliation/screen_rows.h"

namespace nmtx {
namespace {

constexpr std::uint64_t mebibyte_bytes = std::uint64_t{1} << 20U;

struct Cut {
    std::uint64_t units = 0;
    long double remainder = 0;  // below 1
};

// `whole` units are to be given out.
std::vector<std::uint64_t> given_out(const std::vector<Cut>& cuts, std::uint64_t whole) {
    std::vector<std::uint64_t> units(cuts.size());
    std::transform(cuts.begin(), cuts.end(), units.begin(), [](const Cut& cut) { return cut.units; });
    const std::uint64_t given = std::accumulate(units.begin(), units.end(), std::uint64_t{0});
    if (given > whole || whole - given > cuts.size()) {
        for (std::size_t i = 0; i < cuts.size(); ++i) units[i] += cuts[i].remainder >= 0.5L ? 1U : 0U;
        return units;
    }
    std::vector<std::size_t> order(cuts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return cuts[a].remainder > cuts[b].remainder; });
    for (std::uint64_t i = 0; i < whole - given; ++i) ++units[order[i]];
    return units;
}

std::uint64_t nearest_of(const Cut& cut) {
    return cut.units + (cut.remainder >= 0.5L ? 1U : 0U);
}

// The nearest each, if they sum or the row of "other" can take what is missing; else by the remainders.
std::vector<std::uint64_t> that_sum(const std::vector<Cut>& cuts, std::uint64_t whole,
                                    std::optional<std::size_t> rest) {
    constexpr std::uint64_t most_off = 2;  // units by which a row of "other" may give way
    std::vector<std::uint64_t> nearest(cuts.size());
    std::transform(cuts.begin(), cuts.end(), nearest.begin(), nearest_of);
    const std::uint64_t sum = std::accumulate(nearest.begin(), nearest.end(), std::uint64_t{0});
    if (sum == whole) return nearest;
    if (rest && *rest < nearest.size()) {
        std::uint64_t& other = nearest[*rest];
        if (whole > sum && whole - sum <= most_off) {
            other += whole - sum;
            return nearest;
        }
        if (sum > whole && sum - whole <= std::min(most_off, other)) {
            other -= sum - whole;
            return nearest;
        }
    }
    return given_out(cuts, whole);
}

Cut tenths_cut(Bytes bytes) {
    const std::uint64_t rest = bytes.value() % mebibyte_bytes * 10;
    return {bytes.value() / mebibyte_bytes * 10 + rest / mebibyte_bytes,
            static_cast<long double>(rest % mebibyte_bytes) / static_cast<long double>(mebibyte_bytes)};
}

}  // namespace

std::uint64_t tenths_of(Bytes bytes) {
    return nearest_of(tenths_cut(bytes));
}

std::vector<std::uint64_t> tenths_that_sum(std::span<const Bytes> parts, std::uint64_t whole,
                                           std::optional<std::size_t> rest) {
    std::vector<Cut> cuts;
    cuts.reserve(parts.size());
    for (const Bytes part : parts) cuts.push_back(tenths_cut(part));
    return that_sum(cuts, whole, rest);
}

std::vector<std::uint64_t> percents_that_sum(std::span<const Bytes> parts, Bytes whole,
                                             std::optional<std::size_t> rest) {
    std::vector<Cut> cuts;
    cuts.reserve(parts.size());
    for (const Bytes part : parts) {
        const long double share = whole == Bytes() ? 0
                                                   : static_cast<long double>(part.value()) * 100 /
                                                         static_cast<long double>(whole.value());
        const auto units = static_cast<std::uint64_t>(share);
        cuts.push_back({units, share - static_cast<long double>(units)});
    }
    return that_sum(cuts, whole == Bytes() ? 0 : 100, rest);
}

}  // namespace nmtx
