#include "cli/closest.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace nmtx {
namespace {

constexpr std::size_t longest_word = 64;  // longer ones are not typing mistakes

// Letters added, left out, changed, or swapped with their neighbour.
std::size_t mistakes(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last, last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) now[j] = std::min(now[j], before_last[j - 2] + 1);
        }
        before_last = std::exchange(last, now);
    }
    return last[b.size()];
}

}  // namespace

std::string_view closest(std::string_view typed, const std::vector<std::string_view>& known) {
    if (typed.empty() || typed.size() > longest_word) return {};
    std::string_view best;
    // A third of the letters may be wrong, and two of them at most.
    std::size_t fewest = std::min<std::size_t>(2, std::max<std::size_t>(1, typed.size() / 3)) + 1;
    for (const std::string_view word : known) {
        const std::size_t wrong = mistakes(typed, word);
        if (wrong >= fewest || wrong >= word.size()) continue;
        fewest = wrong;
        best = word;
    }
    return best;
}

}  // namespace nmtx
