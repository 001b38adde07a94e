#include "platform/probes/chosen_threads.h"

#include <algorithm>

namespace nmtx {
namespace {

// Of the mean: one that has stopped calling may begin again.
constexpr double least_weight = 0.05;

using Random = std::mt19937_64;

void draw_busy(std::span<const ScoutedThread> busy, std::size_t draws, Random& random, ThreadChoice& choice) {
    if (busy.size() <= draws) {
        for (const ScoutedThread& one : busy) choice.threads.push_back({one.tid, 1, of_busy_threads, {}});
        return;
    }
    double sum = 0;
    for (const ScoutedThread& one : busy) sum += one.calls_a_second;
    const double least = std::max(sum, 1.0) / static_cast<double>(busy.size()) * least_weight;
    std::vector<double> weights;
    for (const ScoutedThread& one : busy) weights.push_back(one.calls_a_second + least);
    sum = 0;
    for (const double weight : weights) sum += weight;
    std::discrete_distribution<std::size_t> chosen(weights.begin(), weights.end());
    for (std::size_t i = 0; i < draws; ++i) {
        const std::size_t at = chosen(random);
        const double stands_for = sum / weights[at] / static_cast<double>(draws);
        const auto known =
            std::find_if(choice.threads.begin(), choice.threads.end(),
                         [&](const ChosenThread& thread) { return thread.tid == busy[at].tid; });
        if (known != choice.threads.end()) {
            known->factor += stands_for;
        } else {
            choice.threads.push_back({busy[at].tid, stands_for, of_busy_threads, {}});
        }
    }
}

void draw_others(std::vector<pid_t>& others, std::size_t draws, Random& random, ThreadChoice& choice) {
    std::shuffle(others.begin(), others.end(), random);
    const std::size_t some = std::min(others.size(), draws);
    for (std::size_t i = 0; i < some; ++i) {
        const double factor = static_cast<double>(others.size()) / static_cast<double>(some);
        choice.threads.push_back({others[i], factor, of_other_threads, {}});
    }
}

}  // namespace

ThreadChoice choose_threads(std::span<const pid_t> threads, std::span<const ScoutedThread> busy,
                            std::size_t most, bool wants_others, Random& random) {
    std::vector<ScoutedThread> callers;
    std::vector<pid_t> others;
    for (const pid_t tid : threads) {
        const auto known = std::find_if(busy.begin(), busy.end(),
                                        [tid](const ScoutedThread& one) { return one.tid == tid; });
        if (known != busy.end()) {
            callers.push_back(*known);
        } else {
            others.push_back(tid);
        }
    }
    ThreadChoice choice;
    if (most == 1 && threads.size() > 1) {
        const bool of_others = callers.empty() || (wants_others && !others.empty());
        choice.covers = {!of_others || callers.empty(), of_others || others.empty()};
        if (of_others) {
            draw_others(others, 1, random, choice);
        } else {
            draw_busy(callers, 1, random, choice);
        }
        return choice;
    }
    choice.covers = {true, true};
    const std::size_t for_others = std::min(others.size(), std::max<std::size_t>(1, most / 4));
    draw_busy(callers, std::max<std::size_t>(1, most - for_others), random, choice);
    const std::size_t left = most > choice.threads.size() ? most - choice.threads.size() : 0;
    draw_others(others, left, random, choice);
    return choice;
}

}  // namespace nmtx
