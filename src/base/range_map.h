// Ranges with values, ascending and disjoint; layers of them can be overlaid, the first layer on top.
//
//   top     ····[aaaa]······[bb]··
//   below   [cccccccccccc]····[dd]
//   overlay [cc][aaaa][cc]··[bb][d]
#pragma once

#include <algorithm>
#include <vector>

#include "base/address.h"

namespace nmtx {

template <typename T>
struct Segment {
    Range range;
    T value;
};

template <typename T>
using Layer = std::vector<Segment<T>>;

// Sorts by address and cuts away what overlaps an earlier one: of two that begin at the same address the one
// that was added first wins.
template <typename T>
void normalise(Layer<T>& layer) {
    std::erase_if(layer, [](const Segment<T>& s) { return s.range.empty(); });
    const auto by_begin = [](const Segment<T>& a, const Segment<T>& b) {
        return a.range.begin < b.range.begin;
    };
    if (!std::is_sorted(layer.begin(), layer.end(), by_begin))
        std::stable_sort(layer.begin(), layer.end(), by_begin);
    Address taken_to;
    for (Segment<T>& segment : layer) {
        segment.range.begin = std::max(segment.range.begin, taken_to);
        taken_to = std::max(taken_to, segment.range.end);
    }
    std::erase_if(layer, [](const Segment<T>& s) { return s.range.empty(); });
}

// Calls visit(range) for each part of `range` that no segment from `first` on covers; moves `first` past
// segments that end before the range.
template <typename T, typename Visit>
void for_each_gap(const Layer<T>& layer, std::size_t& first, Range range, Visit visit) {
    while (first < layer.size() && layer[first].range.end <= range.begin) ++first;
    Address at = range.begin;
    for (std::size_t i = first; i < layer.size() && layer[i].range.begin < range.end; ++i) {
        if (at < layer[i].range.begin) visit(Range{at, layer[i].range.begin});
        at = std::max(at, layer[i].range.end);
    }
    if (at < range.end) visit(Range{at, range.end});
}

// Both inputs are normalised, and so is the result. Linear in both.
template <typename T>
Layer<T> overlay(const Layer<T>& top, const Layer<T>& below) {
    if (below.empty()) return top;
    Layer<T> out;
    out.reserve(top.size() + below.size());
    std::size_t first = 0;
    for (const Segment<T>& segment : below) {
        for_each_gap(top, first, segment.range, [&](Range gap) { out.push_back({gap, segment.value}); });
    }
    const auto middle = static_cast<std::ptrdiff_t>(out.size());
    out.insert(out.end(), top.begin(), top.end());
    std::inplace_merge(
        out.begin(), out.begin() + middle, out.end(),
        [](const Segment<T>& a, const Segment<T>& b) { return a.range.begin < b.range.begin; });
    return out;
}

// The union, ascending and disjoint; adjacent ranges are joined.
inline std::vector<Range> joined(std::vector<Range> ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::vector<Range> out;
    for (const Range range : ranges) {
        if (!out.empty() && range.begin <= out.back().end) {
            out.back().end = std::max(out.back().end, range.end);
        } else {
            out.push_back(range);
        }
    }
    return out;
}

}  // namespace nmtx
