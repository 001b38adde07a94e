#include "change/run_trend.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "change/material.h"

namespace nmtx {
namespace {

constexpr double share_of_other_growth = 0.05;  // of all growth outside the Java heap
constexpr double material_threads = 3;

double number(Bytes bytes) {
    return static_cast<double>(bytes.value());
}

double seconds(const Sample& sample) {
    return static_cast<double>(sample.time.line_ms) / 1000;
}

template <typename Value>
std::vector<Point> points_of(const Samples& samples, Value value) {
    std::vector<Point> points;
    for (const Sample* sample : samples) {
        if (const std::optional<double> found = value(*sample))
            points.push_back({seconds(*sample) - seconds(*samples.front()), *found});
    }
    return points;
}

// The samples in which each owner held something, from one pass over all rows: looking each owner up in each
// sample would take the square of their number.
using Held = std::vector<std::pair<std::size_t, double>>;  // index of the sample, bytes
std::map<std::string_view, Held> held_by_owner(const Samples& samples) {
    std::map<std::string_view, Held> held;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        for (const OwnerBytes& owner : samples[i]->owners)
            held[owner.path].emplace_back(i, number(owner.resident));
    }
    return held;
}

std::optional<double> optional_number(const std::optional<Bytes>& bytes) {
    if (!bytes) return std::nullopt;
    return number(*bytes);
}

OwnerTrend trend_of_points(SeriesKey key, const std::vector<Point>& points, double material,
                           Unit unit = Unit::bytes) {
    OwnerTrend trend;
    trend.key = std::move(key);
    trend.unit = unit;
    trend.shape = shape_of(points, material);
    trend.verdict = trend.shape.verdict;
    if (points.empty()) return trend;
    trend.first = points.front().value;
    trend.last = points.back().value;
    for (const Point& point : medians_of_spans(points, spark_width)) trend.spark.push_back(point.value);
    trend.curve = medians_of_spans(points, curve_width);
    return trend;
}

// What only looks like a leak by its numbers.
Verdict milder(const OwnerTrend& owner) {
    const Verdict verdict = owner.verdict;
    if (verdict != Verdict::leak) return verdict;
    if (is_below(owner.path(), owner_path::freed) || owner.key.series == Series::malloc_free_kept)
        return Verdict::retention;
    // -Xmx bounds it, and only a heap dump can distinguish leaked objects from objects that wait to be
    // collected. The code cache is bounded by -XX:ReservedCodeCacheSize, and goes on growing for as long as
    // the JVM compiles.
    if (is_below(owner.path(), owner_path::java_heap) || is_below(owner.path(), owner_path::code_cache))
        return Verdict::growing;
    return verdict;
}

// Per second: shapes may be of the whole window or of its last half.
double rate_of(const OwnerTrend& owner) {
    return owner.shape.slope ? owner.shape.slope->per_second : 0;
}

double rate_outside_heap(const std::vector<OwnerTrend>& owners) {
    double rate = 0;
    for (const OwnerTrend& owner : owners) {
        if (!is_below(owner.path(), owner_path::java_heap)) rate += std::max(rate_of(owner), 0.0);
    }
    return rate;
}

class RunReader {
  public:
    RunReader(const RecordedRun& run, Samples samples) : samples_(std::move(samples)) { result_.run = run; }
    RunTrend read(const TrendOptions& options);

  private:
    void leave_warm_up_out(const TrendOptions& options);
    void describe();
    void read_owners();
    void read_others();
    void add_categories();
    void forecast();
    void weigh(std::vector<OwnerTrend>& owners) const;
    void follow_heap(OwnerTrend& owner, const Samples& samples, const std::vector<Point>& points) const;

    Samples samples_;
    Samples owner_samples_;
    double material_ = growth_that_counts(0);
    RunTrend result_;
};

void RunReader::leave_warm_up_out(const TrendOptions& options) {
    const double cut = options.warm_up_s.value_or(samples_.back()->uptime_s / 3);
    const auto first = std::find_if(samples_.begin(), samples_.end(),
                                    [&](const Sample* sample) { return sample->uptime_s >= cut; });
    result_.left_out = static_cast<std::size_t>(first - samples_.begin());
    samples_.erase(samples_.begin(), first);
}

void RunReader::describe() {
    result_.samples = samples_.size();
    if (samples_.empty()) return;
    result_.from_wall_ms = samples_.front()->time.wall_ms;
    result_.to_wall_ms = samples_.back()->time.wall_ms;
    result_.span_s = seconds(*samples_.back()) - seconds(*samples_.front());
    std::vector<double> rss;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
        const Sample& sample = *samples_[i];
        rss.push_back(number(sample.rss));
        if (i > 0)
            result_.longest_gap_s =
                std::max(result_.longest_gap_s, seconds(sample) - seconds(*samples_[i - 1]));
        result_.mean_cost.attach_ms += sample.cost.attach_ms / static_cast<double>(samples_.size());
        result_.mean_cost.cpu_ms += sample.cost.cpu_ms / static_cast<double>(samples_.size());
        result_.mean_cost.wall_ms += sample.cost.wall_ms / static_cast<double>(samples_.size());
    }
    material_ = growth_that_counts(median(std::move(rss)));
    Samples full, light;
    for (const Sample* sample : samples_) (sample->depth == Depth::full ? full : light).push_back(sample);
    result_.full = full.size();
    result_.depth = full.size() >= std::min(fewest_samples, light.size()) ? Depth::full : Depth::light;
    owner_samples_ = result_.depth == Depth::full ? std::move(full) : std::move(light);
    result_.owner_samples = owner_samples_.size();
}

void RunReader::follow_heap(OwnerTrend& owner, const Samples& samples,
                            const std::vector<Point>& points) const {
    if (points.size() != samples.size()) return;
    std::vector<double> values, used;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (!samples[i]->heap_used) return;
        values.push_back(points[i].value);
        used.push_back(number(*samples[i]->heap_used));
    }
    owner.follows_heap = rank_correlation(values, used);
}

// The share of RSS's growth, and whether it is enough of all growth to be called a leak.
void RunReader::weigh(std::vector<OwnerTrend>& owners) const {
    const bool rss_grows = result_.rss.shape.growth >= material_;
    const double others = rate_outside_heap(result_.owners);
    for (OwnerTrend& owner : owners) {
        if (rss_grows) owner.of_growth = rate_of(owner) / rate_of(result_.rss);
        owner.verdict = milder(owner);
        const bool minor = rate_of(owner) < share_of_other_growth * others;
        if (minor && owner.verdict == Verdict::leak) owner.verdict = Verdict::growing;
    }
}

void RunReader::read_owners() {
    const auto nothing = points_of(owner_samples_, [](const Sample&) { return std::optional<double>(0.0); });
    for (const auto& [path, held] : held_by_owner(owner_samples_)) {
        std::vector<Point> points = nothing;
        for (const auto& [sample, bytes] : held) points[sample].value = bytes;
        result_.owners.push_back(trend_of_points({Series::owner, std::string(path)}, points, material_));
        follow_heap(result_.owners.back(), owner_samples_, points);
    }
    const auto add_sum = [&](Series series, auto value) {
        const auto points = points_of(samples_, value);
        if (!points.empty()) result_.sums.push_back(trend_of_points({series}, points, material_));
    };
    add_sum(Series::malloc_live_untracked, [](const Sample& sample) -> std::optional<double> {
        if (!sample.malloc || !sample.malloc->told_apart) return std::nullopt;
        return number(sample.malloc->untracked);
    });
    // Where NMT's blocks cannot be distinguished from others.
    add_sum(Series::malloc_live, [](const Sample& sample) -> std::optional<double> {
        if (!sample.malloc || sample.malloc->told_apart) return std::nullopt;
        return number(sample.malloc->live);
    });
    add_sum(Series::malloc_free_kept, [](const Sample& sample) -> std::optional<double> {
        if (!sample.malloc) return std::nullopt;
        return number(sample.malloc->free);
    });
    weigh(result_.owners);
    weigh(result_.sums);
    std::sort(result_.owners.begin(), result_.owners.end(), [](const OwnerTrend& a, const OwnerTrend& b) {
        // What rises, and by too little yet, before what does not rise.
        const auto rank = [](Verdict verdict) {
            if (verdict == Verdict::undecided) return 2 * static_cast<int>(Verdict::growing) + 1;
            return 2 * static_cast<int>(verdict);
        };
        const auto order = [&](const OwnerTrend& owner) {
            return std::tuple(rank(owner.verdict), -std::abs(rate_of(owner)), owner.path());
        };
        return order(a) < order(b);
    });
}

void RunReader::read_others() {
    const auto add = [&](Series series, auto value, double material, Unit unit) {
        const auto points = points_of(samples_, value);
        if (!points.empty()) result_.others.push_back(trend_of_points({series}, points, material, unit));
    };
    add(
        Series::java_heap_used, [](const Sample& sample) { return optional_number(sample.heap_used); },
        material_, Unit::bytes);
    add(
        Series::threads,
        [](const Sample& sample) -> std::optional<double> {
            if (!sample.threads) return std::nullopt;
            return static_cast<double>(*sample.threads);
        },
        material_threads, Unit::count);
    const auto of_nmt = [](Bytes NmtSample::* figure) {
        return [figure](const Sample& sample) -> std::optional<double> {
            if (!sample.nmt) return std::nullopt;
            return number((*sample.nmt).*figure);
        };
    };
    add(Series::nmt_committed, of_nmt(&NmtSample::committed), material_, Unit::bytes);
    add(Series::nmt_malloc, of_nmt(&NmtSample::malloc), material_, Unit::bytes);
    add_categories();
}

// From one pass over all rows, as of the owners.
void RunReader::add_categories() {
    std::vector<Point> nothing;
    std::map<std::string_view, Held> held;
    for (const Sample* sample : samples_) {
        if (!sample->nmt) continue;
        const std::size_t index = nothing.size();
        nothing.push_back({seconds(*sample) - seconds(*samples_.front()), 0});
        for (const CategorySample& category : sample->nmt->categories) {
            Held& of_name = held[category.name];
            if (of_name.empty() || of_name.back().first != index)
                of_name.emplace_back(index, number(category.committed));
        }
    }
    for (const auto& [name, values] : held) {
        std::vector<Point> points = nothing;
        for (const auto& [sample, bytes] : values) points[sample].value = bytes;
        result_.others.push_back(
            trend_of_points({Series::nmt_category_committed, std::string(name)}, points, material_));
    }
}

void RunReader::forecast() {
    const Sample& last = *samples_.back();
    LimitForecast limit;
    if (last.cgroup_limit && last.cgroup_current) {
        limit.cgroup = true;
        limit.limit = *last.cgroup_limit;
        limit.used = *last.cgroup_current;
    } else if (result_.run.physical_memory) {
        limit.limit = *result_.run.physical_memory;
        limit.used = last.rss;
    } else {
        return;
    }
    const auto& slope = result_.rss.shape.slope;
    const bool grows = slope && slope->low > 0 && result_.rss.shape.growth >= material_;
    if (grows) limit.seconds = number(minus_or_zero(limit.limit, limit.used)) / slope->per_second;
    result_.limit = limit;
}

RunTrend RunReader::read(const TrendOptions& options) {
    leave_warm_up_out(options);
    describe();
    if (samples_.empty()) return std::move(result_);
    const auto rss = points_of(samples_, [](const Sample& s) { return std::optional(number(s.rss)); });
    result_.rss = trend_of_points({Series::rss}, rss, material_);
    result_.rss.verdict = result_.rss.verdict == Verdict::leak ? Verdict::growing : result_.rss.verdict;
    follow_heap(result_.rss, samples_, rss);
    read_owners();
    read_others();
    forecast();
    return std::move(result_);
}

}  // namespace

RunTrend run_trend_of(const RecordedRun& run, Samples samples, const TrendOptions& options) {
    return RunReader(run, std::move(samples)).read(options);
}

}  // namespace nmtx
