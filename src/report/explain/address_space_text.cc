#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"
#include "base/printable.h"
#include "report/explain/explain_parts.h"

namespace nmtx {

std::string address_space_text(const AddressSpace& space, const TextStyle& style) {
    constexpr std::size_t most = 12, width = 34, shown = 3;
    std::string out = title("RSS: not in the input", style) + "\n";
    out += paragraph(
        "The mappings show address space, not what is resident. At most what is accessible can be resident:",
        style, 2);
    for (std::size_t i = 0; i < std::min(most, space.rows.size()); ++i) {
        const SpaceRow& row = space.rows[i];
        out += line(fmt::format("  {} {:>11} MiB in {} mapping{}", padded(printable(row.name), width),
                                in_mib(row.accessible), row.mappings, row.mappings == 1 ? "" : "s"),
                    style);
    }
    out += line(
        fmt::format("  {} {:>11} MiB", padded("reserved, without access", width), in_mib(space.reserved)),
        style);
    if (space.jvm_committed)
        out += paragraph(fmt::format("At most {} MiB belong to the JVM (committed, by NMT).",
                                     in_mib(*space.jvm_committed)),
                         style, 2);
    for (std::size_t i = 0; i < std::min(shown, space.too_large.size()); ++i) {
        const Range range = space.too_large[i];
        out += paragraph(
            fmt::format("{:x}-{:x} ({} MiB) is larger than everything the JVM has reserved ({} MiB): a "
                        "native library reserved it; how much is resident is unknown.",
                        range.begin.value, range.end.value, in_mib(range.size()),
                        in_mib(*space.jvm_reserved)),
            style, 2);
    }
    if (space.machine)
        out += paragraph(
            fmt::format("The machine has {} MiB of memory: RSS is less than that.", in_mib(*space.machine)),
            style, 2);
    return out + "\n";
}

}  // namespace nmtx
