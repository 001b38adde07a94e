#include "kernel/thread_bounds.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/cursor.h"
#include "base/lines.h"

namespace nmtx {

const StackBounds* ThreadBounds::at(Address address) const {
    const auto behind = std::upper_bound(stacks.begin(), stacks.end(), address,
                                         [](Address a, const StackBounds& s) { return a < s.range.begin; });
    if (behind == stacks.begin() || !std::prev(behind)->range.contains(address)) return nullptr;
    return &*std::prev(behind);
}

std::string format_thread_bounds(const ThreadBounds& bounds) {
    std::string out = bounds.complete ? "complete\n" : "partial\n";
    for (const StackBounds& stack : bounds.stacks) {
        out += fmt::format("stack {:x}-{:x} tid {} guard {}\n", stack.range.begin.value,
                           stack.range.end.value, stack.tid, stack.guard.value());
    }
    return out;
}

Expected<ThreadBounds> parse_thread_bounds(std::string_view text, std::string_view document) {
    ThreadBounds bounds;
    Lines lines(text);
    if (!lines.next() || (lines.line() != "complete" && lines.line() != "partial"))
        return lines.error(document, "expected 'complete' or 'partial'");
    bounds.complete = lines.line() == "complete";
    while (lines.next()) {
        Cursor cursor(lines.line());
        const bool is_stack = cursor.take("stack ");
        const auto begin = cursor.hex();
        const bool dash = cursor.take("-");
        const auto end = cursor.hex();
        const bool has_tid = cursor.take(" tid ");
        const auto tid = cursor.decimal();
        const bool has_guard = cursor.take(" guard ");
        const auto guard = cursor.decimal();
        const bool whole = is_stack && begin && dash && end && has_tid && tid && has_guard && guard;
        if (!whole || !cursor.at_end() || *end <= *begin || *guard > *end - *begin)
            return lines.error(
                document,
                fmt::format("expected 'stack BEGIN-END tid N guard BYTES', found '{}'", lines.line()));
        const Range range = range_of(*begin, *end);
        if (!bounds.stacks.empty() && range.begin < bounds.stacks.back().range.end)
            return lines.error(document, "stacks overlap or are not ascending");
        bounds.stacks.push_back({range, *tid, Bytes(*guard)});
    }
    return bounds;
}

}  // namespace nmtx
