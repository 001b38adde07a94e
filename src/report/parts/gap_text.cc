#include "report/parts/gap_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/amounts.h"
#include "ledger/headline.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

constexpr Bytes least_part = kib(103);

// "native malloc 25.1, files 24.8": the parts of the gap, where they come to the same.
std::string gap_parts(const Ledger& ledger, Delta likely) {
    const Headline h = headline_of(ledger);
    struct Part {
        std::string_view name;
        Bytes bytes;
    };
    std::array parts{Part{"native malloc", h.malloc_outside}, Part{"files", h.files},
                     Part{"thread stacks", h.native_stacks}, Part{"named mappings", h.other},
                     Part{"unexplained", h.unexplained}};
    Bytes sum;
    for (const Part& part : parts) sum += part.bytes;
    if (std::abs(difference(sum, Bytes()).value - likely.value) > 52428) return "";
    std::stable_sort(parts.begin(), parts.end(),
                     [](const Part& a, const Part& b) { return a.bytes > b.bytes; });
    std::string text;
    for (const Part& part : parts) {
        if (part.bytes < least_part) break;
        text += fmt::format("{} {} {}", text.empty() ? ":" : ",", part.name, in_mib(part.bytes));
    }
    return text;
}

// Why RSS minus committed is not a measure of it, by the largest cause.
std::string why_it_misleads(const Ledger& ledger) {
    for (const Area& area : areas_of(ledger)) {
        if (area.name != name_below(owner_path::java_heap, owner_path::jvm) || !area.committed) continue;
        const Bytes untouched = minus_or_zero(*area.committed, area.resident);
        if (untouched >= mib(1))
            return fmt::format("{} MiB of the committed heap are not resident", in_mib(untouched));
    }
    return "committed memory need not be resident";
}

}  // namespace

std::string gap_text(const Ledger& ledger, bool bounds) {
    const Gap& gap = ledger.gap;
    if (!gap.classic) return "";
    std::string text;
    if (gap.low && gap.likely && gap.high) {
        const std::string low = in_mib(*gap.low), high = in_mib(*gap.high);
        const std::string likely = in_mib(*gap.likely);
        std::string amount = fmt::format("{}{} MiB", ledger.malloc.measured() ? "" : "about ", likely);
        if (low != high && likely == low && !ledger.malloc.measured())
            amount = fmt::format("at least {} MiB, at most {}", low, high);
        else if (low != high)
            amount += fmt::format(" (between {} and {})", low, high);
        text = fmt::format("{}: {}{}. ", gap_name, amount, gap_parts(ledger, *gap.likely));
        if (bounds && low != high)
            text += fmt::format("The range: {} if all of NMT's malloc is resident, {} if none of it is. ",
                                low, high);
    }
    return text + fmt::format("RSS minus NMT committed ({} MiB) misleads: {}.", in_mib(*gap.classic),
                              why_it_misleads(ledger));
}

}  // namespace nmtx
