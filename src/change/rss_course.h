// How RSS has gone while a process is watched: does it grow, how fast, and when is what it may use used up?
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

// RSS in bytes at seconds, ascending, the first refresh at the first. Long ones are thinned out to medians.
void add_to_course(std::vector<Point>& course, double at_s, Bytes rss);

struct RssGrowth {
    std::size_t samples = 0;  // within the last ten minutes, which it is about
    double span_s = 0;
    // Of the last half where that has samples enough, so that a rise that has ended is none; bytes. Absent
    // where no growth is evident: too few samples, too little, or it may be chance.
    std::optional<double> per_second;
};
inline constexpr std::size_t fewest_growth_samples = 6;
RssGrowth growth_of(std::span<const Point> course);

// What ends the growth.
enum class Ceiling : std::uint8_t { cgroup, java_heap, host };

struct RssLimit {
    Ceiling ceiling = Ceiling::host;
    std::optional<Bytes> limit;  // of the cgroup, of the Java heap; the host's is what is left
    Bytes left;                  // until then
};
// The Java heap's own where most of the growth since the start is there and it ends before the other one;
// else the cgroup's; else the host's. Nothing where none is known.
std::optional<RssLimit> limit_of(const Moment& start, const Moment& now, std::optional<Bytes> host_left);

// Until then at that rate.
double seconds_to(const RssLimit& limit, double bytes_per_second);

}  // namespace nmtx
