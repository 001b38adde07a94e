// What kind of growth a series of samples shows, by its numbers alone.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "change/slope.h"

namespace nmtx {

enum class Verdict {
    leak,       // steady growth of something that nothing bounds
    retention,  // steady growth of what was freed, and kept by malloc
    growing,    // growth that is neither steady nor flattening, or of what has a bound of its own (the Java
                // heap)
    warm_up,    // growth that flattens
    periodic,   // up and down, and not up in the long run
    falling,
    flat,
    undecided  // too few samples, or it rises and that is too little or too short yet
};
// "leak", "retention", "growing", "warm-up", "periodic", "falling", "flat", "undecided"
std::string_view name_of(Verdict verdict);

inline constexpr std::size_t fewest_samples = 12;

// A record of less than this after the warm-up rules nothing out: pools fill, and load comes and goes.
inline constexpr double shortest_span_s = 600;

// The reasoning of docs/reference/formats/record-file.md ("Verdicts") in figures. Rates are in units per
// second.
struct Shape {
    Verdict verdict = Verdict::undecided;
    std::size_t points = 0;
    double span_s = 0;
    std::optional<Slope> slope;  // of the whole, or of its last half where only that grows steadily
    double growth = 0;           // by the slope, over `span_s`
    bool last_half = false;      // the verdict is about the last half: before it, something else went on
    double early = 0, late = 0;  // the rate in the first half and in the last one
    std::size_t rising = 0;  // of the five steps between sixths, those that carry their share of the growth
    double stroke = 0;       // the share of all rises that the largest of a dozen steps has
    double swing = 0;        // from the 5th to the 95th percentile of what the line leaves over
    std::size_t crossings = 0;  // how often the series crosses its line
};

// `material`: growth below it is none. Steady growth is called a leak here; whose series it is may make it
// something milder. Points ascending in time.
Shape shape_of(std::span<const Point> points, double material);

}  // namespace nmtx
