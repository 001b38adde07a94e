// Series of known shape, the same in each run.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "change/series.h"
#include "change/slope.h"

namespace nmtx {

// Evenly spread in -1 to 1, from a generator of our own: the same numbers on every machine.
class MadeNoise {
  public:
    explicit MadeNoise(std::uint64_t seed = 1) : state_(seed) {}
    double operator()() {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<double>(state_ >> 11U) / static_cast<double>(std::uint64_t{1} << 52U) - 1;
    }

  private:
    std::uint64_t state_;
};

inline constexpr double one_mib = 1 << 20;

// A point every 10 s.
inline std::vector<Point> points_by(std::size_t count, const std::function<double(double)>& value) {
    std::vector<Point> points;
    for (std::size_t i = 0; i < count; ++i) {
        const double at = static_cast<double>(i) * 10;
        points.push_back({at, value(at)});
    }
    return points;
}

// A full sample of a process that is up for an hour at second 0, with the owners and their MiB.
inline Sample sample_at(double second, const std::vector<std::pair<std::string, double>>& owners) {
    Sample sample;
    sample.depth = Depth::full;
    sample.time.line_ms = static_cast<std::int64_t>(second * 1000) + 1'700'000'000'000;
    sample.time.wall_ms = sample.time.line_ms;
    sample.time.boot_ms = static_cast<std::int64_t>(second * 1000) + 5'000'000;
    sample.uptime_s = 36000 + second;
    for (const auto& [path, mebibytes] : owners) {
        const Bytes resident(static_cast<std::uint64_t>(std::llround(mebibytes * one_mib)));
        sample.owners.push_back({path, resident});
        sample.rss += resident;
    }
    return sample;
}

}  // namespace nmtx
