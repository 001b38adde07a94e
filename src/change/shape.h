// What kind of growth a series of samples shows, from the numbers only.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "change/slope.h"

namespace nmtx {

enum class Verdict {
    leak,       // steady growth without a bound
    retention,  // steady growth of memory that was freed but retained by malloc
    growing,    // growth that is neither steady nor flattening, or has its own bound (the Java heap)
    warm_up,    // growth that flattens
    periodic,   // up and down, without growth in the long run
    falling,
    flat,
    undecided  // too few samples, or it rises, but by too little or for too short a time
};
// "leak", "retention", "growing", "warm-up", "periodic", "falling", "flat", "undecided"
std::string_view name_of(Verdict verdict);

inline constexpr std::size_t fewest_samples = 12;

// A shorter record after the warm-up cannot rule out a leak: pools fill, and load changes.
inline constexpr double shortest_span_s = 600;

// The figures behind the verdicts of docs/reference/formats/record-file.md. Rates are in units per second.
struct Shape {
    Verdict verdict = Verdict::undecided;
    std::size_t points = 0;
    double span_s = 0;
    std::optional<Slope> slope;  // of the whole series, or of its last half if only that grows steadily
    double growth = 0;           // by the slope, over `span_s`
    bool last_half = false;      // the verdict is about the last half: the first half differs
    double early = 0, late = 0;  // the rates in the first and the last half
    std::size_t rising = 0;      // how many of the five steps between sixths have their share of the growth
    double stroke = 0;           // the largest of twelve steps as a share of all rises
    double swing = 0;            // from the 5th to the 95th percentile of the residuals
    std::size_t crossings = 0;   // how often the series crosses its line
};

// `material`: growth below this amount does not count. Steady growth is a leak here; the caller may reduce
// that, depending on the owner. Points ascend in time.
Shape shape_of(std::span<const Point> points, double material);

}  // namespace nmtx
