// What is known of the threads that call an allocator: which they are, how often they call and for how many
// bytes, by looks through debug registers and by the windows so far.
#pragma once

#include <sys/types.h>

#include <array>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <unordered_map>
#include <vector>

#include "platform/probes/call_scout.h"
#include "platform/probes/map_watch.h"
#include "platform/probes/probe_window.h"

namespace nmtx {

class KnownCallers {
  public:
    explicit KnownCallers(std::mt19937_64& random) : random_(random) {}

    // Counts the calls of malloc for so long, or until there are enough. Nothing where that cannot be done.
    std::optional<Scouted> look(std::span<const pid_t> threads, const ProbedAllocator& allocator,
                                std::uint64_t most_ns);
    // `bytes`: of the calls of each of the window's threads.
    void remember(const ProbeWindow& window, std::span<const double> bytes);
    void remember(const ScoutedThread& seen);

    // What threads have mapped in so many seconds; `function`: mmap's number.
    void remember(const std::map<pid_t, MapWatch::Mapped>& mapped, double seconds, std::size_t function);

    // Those with the largest part of the calls and of the bytes first.
    [[nodiscard]] std::vector<ScoutedThread> all() const;
    [[nodiscard]] std::vector<ScoutedThread> busy() const;  // the first ones
    // Calls a second of each function; null of a thread that had no probe yet and was not looked at.
    [[nodiscard]] const std::array<double, most_functions>* rates(pid_t tid) const;
    // The most calls a second that one of these makes.
    [[nodiscard]] double most_calls(std::span<const ChosenThread> threads) const;

  private:
    std::vector<pid_t> looked_at(std::span<const pid_t> threads);

    std::mt19937_64& random_;
    struct Known {
        std::array<double, most_functions> calls{};  // a second
        double bytes = 0;                            // a second
    };
    std::unordered_map<pid_t, Known> threads_;
};

}  // namespace nmtx
