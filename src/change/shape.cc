#include "change/shape.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace nmtx {
namespace {

constexpr std::size_t most_points = 300;  // of a line: its work is their square
constexpr std::size_t sixths = 6;

// Growth that goes like the logarithm of time, as a warm-up does at best, has a late rate of 0.6 of the early
// one over the last two thirds of a life, and of 0.82 over the last third. A leak has 1.
constexpr double still_steady = 0.75;
constexpr double still_steady_in_half = 0.9;
constexpr double carries_its_share = 0.25;  // of the mean rate
constexpr double above_noise = 3;
// Of all that the series rises, in one of a dozen steps: a leak goes on, what comes at one stroke (a method
// that is compiled, a pool that is filled) does not.
constexpr double most_at_one_stroke = 0.5;
constexpr std::size_t strokes = 12;
constexpr std::size_t fewest_crossings = 4;
// Growth that would take longer than this to count is not worth waiting for.
constexpr double longest_wait_s = 24 * 3600;
constexpr double worth_a_wave = 0.02;  // of the level

// The medians of six runs of as many points each: a gap in time empties none of them.
std::array<Point, sixths> medians_of_sixths(std::span<const Point> points) {
    std::array<Point, sixths> medians;
    for (std::size_t i = 0; i < sixths; ++i) {
        const std::size_t begin = points.size() * i / sixths, end = points.size() * (i + 1) / sixths;
        std::vector<double> times, values;
        for (const Point& point : points.subspan(begin, end - begin)) {
            times.push_back(point.at);
            values.push_back(point.value);
        }
        medians[i] = {median(std::move(times)), median(std::move(values))};
    }
    return medians;
}

// The largest rise from one of `strokes` spans to the next, as a share of all rises.
double largest_stroke(std::span<const Point> points) {
    const std::vector<Point> spans = medians_of_spans(points, strokes);
    double all = 0, largest = 0;
    for (std::size_t i = 1; i < spans.size(); ++i) {
        const double rise = std::max(spans[i].value - spans[i - 1].value, 0.0);
        all += rise;
        largest = std::max(largest, rise);
    }
    return all > 0 ? largest / all : 0;
}

double rate(const Point& from, const Point& to) {
    return to.at > from.at ? (to.value - from.value) / (to.at - from.at) : 0;
}

void measure_waves(std::span<const Point> points, Shape& shape) {
    std::vector<double> over;
    over.reserve(points.size());
    for (const Point& point : points)
        over.push_back(point.value - shape.slope->at_zero - shape.slope->per_second * point.at);
    for (std::size_t i = 1; i < over.size(); ++i) {
        if ((over[i - 1] < 0) != (over[i] < 0)) ++shape.crossings;
    }
    const double top = quantile(over, 0.95);
    shape.swing = top - quantile(std::move(over), 0.05);
}

Shape measure(std::span<const Point> points) {
    Shape shape;
    shape.points = points.size();
    if (points.empty()) return shape;
    shape.span_s = points.back().at - points.front().at;
    if (points.size() < fewest_samples) {
        shape.slope = theil_sen(points);
        if (shape.slope) shape.growth = shape.slope->per_second * shape.span_s;
        return shape;
    }
    shape.slope = theil_sen(medians_of_spans(points, most_points));
    if (!shape.slope) return shape;
    shape.growth = shape.slope->per_second * shape.span_s;
    const auto sixth = medians_of_sixths(points);
    shape.early = rate(sixth[0], sixth[2]);
    shape.late = rate(sixth[3], sixth[5]);
    for (std::size_t i = 1; i < sixths; ++i) {
        if (rate(sixth[i - 1], sixth[i]) >= carries_its_share * shape.slope->per_second) ++shape.rising;
    }
    shape.stroke = largest_stroke(points);
    measure_waves(points, shape);
    return shape;
}

bool rises(const Shape& shape, double material) {
    return shape.slope && shape.slope->low > 0 && shape.growth >= material &&
           shape.growth > above_noise * shape.slope->noise;
}

bool steady(const Shape& shape, double enough, std::size_t rising, double doubt = 0) {
    return shape.late + doubt >= enough * shape.early && shape.late >= shape.slope->per_second / 2 &&
           shape.rising >= rising && shape.stroke <= most_at_one_stroke;
}

// It rises, and not by enough yet. In a short span any rise may go on: memory that comes in steps (a thread
// every nine seconds) does not look steady there. In a longer one it has to be steady, and nothing is said
// where it would take too long to be of interest.
bool rises_too_little(const Shape& shape, double material) {
    if (shape.slope->low <= 0 || shape.slope->per_second <= 0) return false;
    if (shape.span_s < shortest_span_s) return true;
    const double counts_from = std::max(material, above_noise * shape.slope->noise);
    // Of so small a growth the rates are known no better than by the noise at both ends of their thirds.
    const double doubt = 2 * shape.slope->noise / (shape.span_s / 3);
    return steady(shape, still_steady, sixths - 2, doubt) &&
           counts_from / shape.slope->per_second - shape.span_s <= longest_wait_s;
}

Verdict verdict_where_nothing_rises(const Shape& shape, std::span<const Point> points, double material) {
    if (shape.slope->high < 0 && -shape.growth >= material &&
        -shape.growth > above_noise * shape.slope->noise)
        return Verdict::falling;
    const double level = std::abs(points.front().value + points.back().value) / 2;
    const bool wave = shape.swing >= std::max(material, worth_a_wave * level);
    return wave && shape.crossings >= fewest_crossings ? Verdict::periodic : Verdict::flat;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
    constexpr std::array<std::string_view, 8> names{"leak",     "retention", "growing", "warm-up",
                                                    "periodic", "falling",   "flat",    "undecided"};
    return names.at(static_cast<std::size_t>(verdict));
}

Shape shape_of(std::span<const Point> points, double material) {
    Shape shape = measure(points);
    if (shape.points < fewest_samples || !shape.slope || shape.span_s <= 0) return shape;
    const bool rose = rises(shape, material);
    if (rose && steady(shape, still_steady, sixths - 2)) {
        shape.verdict = Verdict::leak;
        return shape;
    }
    // What happened first may hide what goes on since.
    if (points.size() >= 2 * fewest_samples) {
        const auto half = points.subspan(points.size() / 2);
        Shape recent = measure(half);
        if (rises(recent, material) && steady(recent, still_steady_in_half, sixths - 1)) {
            recent.verdict = Verdict::leak;
            recent.last_half = true;
            return recent;
        }
    }
    if (!rose) {
        shape.verdict = verdict_where_nothing_rises(shape, points, material);
        const bool level = shape.verdict == Verdict::flat || shape.verdict == Verdict::periodic;
        if (level && rises_too_little(shape, material)) shape.verdict = Verdict::undecided;
    } else {
        shape.verdict = shape.late < still_steady * shape.early ? Verdict::warm_up : Verdict::growing;
    }
    return shape;
}

}  // namespace nmtx
