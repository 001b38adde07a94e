#include "platform/probes/chosen_threads.h"

#include <algorithm>

namespace nmtx {

std::vector<ChosenThread> choose_threads(std::span<const pid_t> threads, std::span<const pid_t> busy,
                                         std::size_t most, std::mt19937_64& random) {
    std::vector<ChosenThread> chosen;
    if (threads.size() <= most) {
        for (const pid_t tid : threads) chosen.push_back({tid, 1});
        return chosen;
    }
    // A quarter of the room, at least, is for the others.
    const std::size_t most_busy = most - std::max<std::size_t>(1, most / 4);
    std::vector<pid_t> others;
    for (const pid_t tid : threads) {
        const bool was_busy = std::find(busy.begin(), busy.end(), tid) != busy.end();
        if (was_busy && chosen.size() < most_busy) {
            chosen.push_back({tid, 1});
        } else {
            others.push_back(tid);
        }
    }
    std::shuffle(others.begin(), others.end(), random);
    const std::size_t some = std::min(others.size(), most - chosen.size());
    const double factor = some == 0 ? 1 : static_cast<double>(others.size()) / static_cast<double>(some);
    for (std::size_t i = 0; i < some; ++i) chosen.push_back({others[i], factor});
    return chosen;
}

}  // namespace nmtx
