// The course of RSS while a process is watched: does it grow, how fast, and when does it reach its limit?
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "change/slope.h"
#include "ledger/moment.h"

namespace nmtx {

// RSS in bytes by time in seconds, ascending from the first refresh. Long series are reduced to medians.
void add_to_course(std::vector<Point>& course, double at_s, Bytes rss);

struct RssGrowth {
    std::size_t samples = 0;  // within the last ten minutes, which are analysed
    double span_s = 0;
    // In bytes; over the last half if that has enough samples, so that a rise that has ended does not count.
    // Absent where no growth is evident: too few samples, too little, or possibly chance.
    std::optional<double> per_second;
};
inline constexpr std::size_t fewest_growth_samples = 6;
RssGrowth growth_of(std::span<const Point> course);

// The limit of the growth.
enum class Ceiling : std::uint8_t { cgroup, java_heap, host };

struct RssLimit {
    Ceiling ceiling = Ceiling::host;
    std::optional<Bytes> limit;  // of the cgroup or the Java heap; for the host only `left` is known
    Bytes left;                  // until it is reached
};
// The Java heap's, if most of the growth since the start is there and it is reached before the other one;
// else the cgroup's; else the host's. Nothing where none is known.
std::optional<RssLimit> limit_of(const Moment& start, const Moment& now, std::optional<Bytes> host_left);

// The time until it is reached at that rate.
double seconds_to(const RssLimit& limit, double bytes_per_second);

}  // namespace nmtx
