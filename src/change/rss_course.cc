#include "change/rss_course.h"

#include <algorithm>

#include "change/material.h"
#include "kernel/containers/cgroup_bound.h"
#include "process/jvm_flag.h"

namespace nmtx {
namespace {

constexpr std::size_t most_course_points = 720;
constexpr std::size_t most_for_slope = 60;  // which takes the square of their number
constexpr double growth_window_s = 600;

std::optional<Slope> rising_slope(std::span<const Point> points) {
    const auto slope = theil_sen(medians_of_spans(points, most_for_slope));
    return slope && slope->low > 0 ? slope : std::nullopt;
}

}  // namespace

void add_to_course(std::vector<Point>& course, double at_s, Bytes rss) {
    course.push_back({at_s, static_cast<double>(rss.value())});
    if (course.size() > most_course_points) course = medians_of_spans(course, most_course_points / 2);
}

RssGrowth growth_of(std::span<const Point> course) {
    RssGrowth growth;
    if (course.empty()) return growth;
    const auto first = std::find_if(course.begin(), course.end(), [&](const Point& point) {
        return point.at >= course.back().at - growth_window_s;
    });
    const std::span<const Point> recent(first, course.end());
    growth.samples = recent.size();
    growth.span_s = recent.back().at - recent.front().at;
    if (recent.size() < fewest_growth_samples) return growth;
    auto slope = rising_slope(recent);
    std::vector<double> rss;
    rss.reserve(recent.size());
    for (const Point& point : recent) rss.push_back(point.value);
    if (!slope || slope->per_second * growth.span_s < growth_that_counts(median(std::move(rss))))
        return growth;
    if (const auto last_half = recent.subspan(recent.size() / 2); last_half.size() >= fewest_growth_samples)
        slope = rising_slope(last_half);
    if (slope) growth.per_second = slope->per_second;
    return growth;
}

std::optional<RssLimit> limit_of(const Moment& start, const Moment& now, std::optional<Bytes> host_left) {
    std::optional<RssLimit> limit;
    const auto& cgroup = now.view->cgroup;
    if (host_left) limit = RssLimit{Ceiling::host, std::nullopt, *host_left};
    const auto bound = cgroup ? tightest_bound(*cgroup, CgroupUse::charged) : std::nullopt;
    if (bound) limit = RssLimit{Ceiling::cgroup, bound->limit, bound->left};
    const auto heap = heap_limit(*now.view);
    if (!heap) return limit;
    const Bytes before = start.ledger->resident_below(owner_path::java_heap);
    const Bytes after = now.ledger->resident_below(owner_path::java_heap);
    const Bytes grown = minus_or_zero(after, before);
    const Bytes all = minus_or_zero(now.ledger->rss, start.ledger->rss);
    const Bytes left = minus_or_zero(heap->size, after);
    const bool mostly_heap = grown.value() > all.value() / 2 && grown > Bytes();
    if (mostly_heap && (!limit || left < limit->left)) return RssLimit{Ceiling::java_heap, heap->size, left};
    return limit;
}

double seconds_to(const RssLimit& limit, double bytes_per_second) {
    return static_cast<double>(limit.left.value()) / bytes_per_second;
}

}  // namespace nmtx
