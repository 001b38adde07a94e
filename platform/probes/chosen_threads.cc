#include "platform/probes/chosen_threads.h"

#include <algorithm>

namespace nmtx {
namespace {

constexpr double least_weight = 0.05;  // of the mean
constexpr double many_records = 20;

using Random = std::mt19937_64;

void draw_busy(std::span<const ScoutedThread> busy, std::size_t draws, Random& random, ThreadChoice& choice) {
    if (busy.size() <= draws) {
        for (const ScoutedThread& one : busy) choice.threads.push_back({one.tid, 1, of_busy_threads, {}});
        return;
    }
    const std::vector<double> shares = shares_of_work(busy);
    std::discrete_distribution<std::size_t> chosen(shares.begin(), shares.end());
    for (std::size_t i = 0; i < draws; ++i) {
        const std::size_t at = chosen(random);
        const double stands_for = 1 / shares[at] / static_cast<double>(draws);
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

// Each thread's chance to be one of so many, fewer than all: by its time, and a little by its being there.
std::vector<double> chances(std::span<const pid_t> threads, const ThreadNs& times, std::size_t draws) {
    constexpr double for_being_there = 0.1;
    const auto count = static_cast<double>(threads.size());
    double sum = 0;
    std::vector<double> weights;
    for (const pid_t tid : threads) {
        const auto time = times.find(tid);
        weights.push_back(time == times.end() ? 0 : time->second);
        sum += weights.back();
    }
    for (double& weight : weights)
        weight = sum > 0 ? (1 - for_being_there) * weight / sum + for_being_there / count : 1 / count;
    // None has more than one of the draws: what one would have beyond that is for the others.
    std::vector<double> chance(threads.size(), 0);
    std::vector<std::size_t> left(threads.size());
    for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
    for (auto to_draw = static_cast<double>(draws); !left.empty() && to_draw > 0;) {
        double of_left = 0;
        for (const std::size_t i : left) of_left += weights[i];
        const auto certain = std::partition(left.begin(), left.end(),
                                            [&](std::size_t i) { return to_draw * weights[i] < of_left; });
        if (certain == left.end()) {
            for (const std::size_t i : left) chance[i] = to_draw * weights[i] / of_left;
            break;
        }
        for (auto i = certain; i != left.end(); ++i) chance[*i] = 1;
        to_draw -= static_cast<double>(left.end() - certain);
        left.erase(certain, left.end());
    }
    return chance;
}

// Systematic sampling: the chances one after the other, in any order, are passed in steps of 1.
void draw_others(std::vector<pid_t>& others, const ThreadNs& times, std::size_t draws, Random& random,
                 ThreadChoice& choice) {
    if (draws == 0) return;
    std::shuffle(others.begin(), others.end(), random);
    const std::vector<double> chance =
        others.size() <= draws ? std::vector<double>(others.size(), 1) : chances(others, times, draws);
    double next = std::uniform_real_distribution<double>(0, 1)(random), sum = 0;
    for (std::size_t i = 0; i < others.size(); ++i) {
        sum += chance[i];
        if (chance[i] < 1 && sum <= next) continue;
        choice.threads.push_back({others[i], 1 / chance[i], of_other_threads, {}});
        next += 1;
    }
}

}  // namespace

std::vector<double> shares_of_work(std::span<const ScoutedThread> threads) {
    double calls = 0, bytes = 0;
    for (const ScoutedThread& one : threads) {
        calls += one.calls_a_second;
        bytes += one.bytes_a_second;
    }
    const auto part = [](double of, double all) { return all > 0 ? of / all : 0; };
    std::vector<double> shares;
    double sum = 0;
    for (const ScoutedThread& one : threads) {
        const double of_calls = part(one.calls_a_second, calls);
        const double of_work = bytes > 0 ? (of_calls + part(one.bytes_a_second, bytes)) / 2 : of_calls;
        shares.push_back(of_work + least_weight / static_cast<double>(threads.size()));
        sum += shares.back();
    }
    for (double& share : shares) share /= sum;
    return shares;
}

void choose_calls(ChosenThread& thread, const std::array<double, most_functions>& calls_a_second,
                  const ProbedAllocator& allocator, const WindowPlan& plan, Random& random) {
    for (std::size_t i = 0; i < most_functions; ++i) {
        if (i < allocator.functions.size() && allocator.functions[i].frees) continue;
        const double calls = calls_a_second[i] * static_cast<double>(plan.window_ns) / 1e9;
        const bool many = calls >= many_records * static_cast<double>(plan.every);
        thread.every[i] = many ? random_interval(plan.every, random()) : 1;
    }
}

std::vector<ChosenThread> choose_watched(std::span<const pid_t> threads, std::span<const ScoutedThread> known,
                                         const ThreadNs& times, double most_calls, Random& random) {
    std::vector<ScoutedThread> seldom;
    std::vector<pid_t> others;
    for (const pid_t tid : threads) {
        const auto caller = std::find_if(known.begin(), known.end(),
                                         [tid](const ScoutedThread& one) { return one.tid == tid; });
        if (caller == known.end()) {
            others.push_back(tid);
        } else {
            seldom.push_back(*caller);
        }
    }
    const auto fewer = [](const ScoutedThread& a, const ScoutedThread& b) {
        return a.calls_a_second < b.calls_a_second;
    };
    // The one that calls most stays for the windows.
    if (!seldom.empty()) seldom.erase(std::max_element(seldom.begin(), seldom.end(), fewer));
    std::sort(seldom.begin(), seldom.end(), [](const ScoutedThread& a, const ScoutedThread& b) {
        return a.bytes_a_second * b.calls_a_second > b.bytes_a_second * a.calls_a_second;
    });
    std::vector<ChosenThread> watched;
    double calls = 0;
    for (const ScoutedThread& one : seldom) {
        if (calls + one.calls_a_second > most_calls || watched.size() >= most_watched_callers) continue;
        calls += one.calls_a_second;
        watched.push_back({one.tid, 1, of_other_threads, {}});
    }
    ThreadChoice some;
    draw_others(others, times, most_watched_threads - watched.size(), random, some);
    watched.insert(watched.end(), some.threads.begin(), some.threads.end());
    return watched;
}

ThreadChoice choose_threads(std::span<const pid_t> threads, std::span<const ScoutedThread> busy,
                            const ThreadNs& times, std::size_t most, bool wants_others, Random& random) {
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
            draw_others(others, times, 1, random, choice);
        } else {
            draw_busy(callers, 1, random, choice);
        }
        return choice;
    }
    choice.covers = {true, true};
    const std::size_t for_others = std::min(others.size(), std::max<std::size_t>(1, most / 4));
    draw_busy(callers, std::max<std::size_t>(1, most - for_others), random, choice);
    const std::size_t left = most > choice.threads.size() ? most - choice.threads.size() : 0;
    draw_others(others, times, left, random, choice);
    return choice;
}

}  // namespace nmtx
