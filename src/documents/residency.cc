#include "documents/residency.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/fields.h"

namespace nmtx {
namespace {

// "7f1200000000-7f1200003000", nothing else on the line, not empty.
std::optional<Range> read_range(std::string_view text) {
    Cursor cursor(text);
    const auto begin = cursor.hex();
    if (!begin || !cursor.take("-")) return std::nullopt;
    const auto end = cursor.hex();
    if (!end || !cursor.at_end() || *begin >= *end) return std::nullopt;
    return range_of(*begin, *end);
}

bool on_pages(Range range, Bytes page_size) {
    return range.begin.value % page_size.value() == 0 && range.end.value % page_size.value() == 0;
}

// The first range that ends above `address`: the only one that can hold it.
std::vector<Range>::const_iterator first_above(const std::vector<Range>& ranges, Address address) {
    return std::partition_point(ranges.begin(), ranges.end(),
                                [&](Range range) { return range.end <= address; });
}

Expected<void> read_heading(Lines& lines, std::string_view document, Residency& residency) {
    constexpr std::string_view method = "method ";
    constexpr std::string_view page = "page ";
    if (!lines.next() || !lines.line().starts_with(method) || lines.line().size() == method.size()) {
        return failure(std::string(document) + ":1", mismatch("\"method NAME\"", lines.line()));
    }
    residency.method = lines.line().substr(method.size());
    const bool there = lines.next();
    Cursor cursor(there ? lines.line() : std::string_view{});
    const auto size = cursor.take(page) ? cursor.decimal() : std::nullopt;
    if (!size || !cursor.at_end() || !std::has_single_bit(*size)) {
        return failure(std::string(document) + ":2",
                       mismatch("\"page N\" with a power of two", there ? lines.line() : std::string_view{}));
    }
    residency.page_size = Bytes(*size);
    return {};
}

}  // namespace

bool Residency::covers(Range range) const {
    // Neighbours may have been asked about one by one, so coverage can go on from one to the next.
    for (auto it = first_above(asked, range.begin); !range.empty(); ++it) {
        if (it == asked.end() || range.begin < it->begin) return false;
        range.begin = it->end;
    }
    return true;
}

Bytes Residency::resident_in(Range range) const {
    Bytes sum;
    for (auto it = first_above(present, range.begin); it != present.end() && it->begin < range.end; ++it) {
        sum += intersect(*it, range).size();
    }
    return sum;
}

Expected<Residency> parse_residency(std::string_view text, std::string_view document) {
    constexpr std::string_view asked = "asked ";
    Residency residency;
    Lines lines(text);
    if (auto heading = read_heading(lines, document, residency); !heading) {
        return tl::make_unexpected(std::move(heading.error()));
    }
    while (lines.next()) {
        const bool question = lines.line().starts_with(asked);
        const auto range = read_range(question ? lines.line().substr(asked.size()) : lines.line());
        if (!range)
            return lines.error(document,
                               mismatch("\"asked BEGIN-END\" or a run \"BEGIN-END\"", lines.line()));
        if (!on_pages(*range, residency.page_size)) {
            return lines.error(document, mismatch("a range of whole pages", lines.line()));
        }
        auto& known = question ? residency.asked : residency.present;
        if (!known.empty() && range->begin < known.back().end) {
            return lines.error(document, mismatch("a range above the one before it", lines.line()));
        }
        if (!question && (residency.asked.empty() || !residency.asked.back().contains(*range))) {
            return lines.error(document,
                               mismatch("a run inside the range that was asked about", lines.line()));
        }
        known.push_back(*range);
    }
    return residency;
}

std::string format_residency(const Residency& residency) {
    std::string text = fmt::format("method {}\npage {}\n", residency.method, residency.page_size.value());
    const auto append = [&](std::string_view word, Range range) {
        fmt::format_to(std::back_inserter(text), "{}{:x}-{:x}\n", word, range.begin.value, range.end.value);
    };
    auto run = residency.present.begin();
    for (const Range asked : residency.asked) {
        append("asked ", asked);
        for (; run != residency.present.end() && run->begin < asked.end; ++run) append("", *run);
    }
    return text;
}

}  // namespace nmtx
