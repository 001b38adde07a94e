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
                     Part{"stacks", h.native_stacks}, Part{"named mappings", h.other},
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

}  // namespace

std::string gap_text(const Ledger& ledger, bool bounds) {
    const Gap& gap = ledger.gap;
    if (!gap.classic || !gap.low || !gap.likely || !gap.high) return "";
    const std::string low = in_mib(*gap.low), high = in_mib(*gap.high);
    const std::string likely = in_mib(*gap.likely);
    std::string amount = fmt::format("{}{} MiB", ledger.malloc.measured() ? "" : "about ", likely);
    if (low != high && likely == low && !ledger.malloc.measured())
        amount = fmt::format("at least {} MiB, at most {}", low, high);
    else if (low != high)
        amount += fmt::format(" (between {} and {})", low, high);
    std::string text = fmt::format("{}: {}{}.", gap_name, amount, gap_parts(ledger, *gap.likely));
    if (bounds && low != high)
        text +=
            fmt::format(" The range: {} if all of NMT's malloc is resident, {} if none of it is.", low, high);
    return text;
}

std::string subtraction_text(const Ledger& ledger) {
    const Gap& gap = ledger.gap;
    if (!gap.classic) return "";
    const std::string usual =
        fmt::format("The usual estimate (RSS - NMT committed = {} MiB)", in_mib(*gap.classic));
    if (!gap.low || !gap.high) return usual + " can be far off: committed memory need not be resident.";
    if (gap.classic->value >= gap.low->value && gap.classic->value <= gap.high->value)
        return usual + " is in that range here; in general it is not.";
    return usual + " fails: committed memory need not be resident.";
}

}  // namespace nmtx
