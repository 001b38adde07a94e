// JVMs that are not there, as many as one likes, with figures that move: what `nmtx serve` would show of
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "metrics/host_figures.h"

namespace nmtx::bench {

struct FleetOptions {
    std::size_t hosts = 40;
    std::size_t jvms = 50;     // of each host
    double light_s = 60;       // between samples of a JVM
    double full_s = 300;       // between full ones
    double churn = 0;          // share of the JVMs that another one replaces, in an hour
    double churn_after_s = 0;  // not before this
    double leaking = 0.01;     // share of the JVMs that leak 10 MiB an hour
};

// Of captures of real JVMs: their figures, as the program concludes them.
std::vector<std::shared_ptr<const JvmFigures>> figures_of_captures(const std::string& folder);

class MadeFleet {
  public:
    static constexpr double before_s =
        30.0 * 24 * 3600;  // fleets have run for a while when they are first looked at

    MadeFleet(FleetOptions options, std::vector<std::shared_ptr<const JvmFigures>> captured);

    // What a host shows at this time, in seconds from its beginning. Not for several threads at a time.
    HostFigures host_at(std::size_t host, double now_s);

  private:
    // One JVM after the other has this place.
    struct Place {
        std::uint64_t generation = 0;
        std::int64_t light = -1, full = -1;  // the samples that the figures are from
        JvmState state;
    };

    void begin(Place& place, std::size_t number, std::uint64_t generation) const;
    void sample(Place& place, std::size_t number, double now_s) const;

    FleetOptions options_;
    std::vector<std::shared_ptr<const JvmFigures>> captured_;
    std::vector<Place> places_;
};

}  // namespace nmtx::bench
