// Which pages of asked ranges are resident. The document "kernel/residency" is ours, plain text, hexadecimal,
// ascending:
//   method PAGEMAP_SCAN            (or: pagemap)
//   page 4096
//   asked 7f1200000000-7f1200400000
//   7f1200000000-7f1200003000      (resident runs inside the asked range before it)
//   asked 7f1300000000-7f1300001000
// Source of the data: Linux Documentation/admin-guide/mm/pagemap.rst. Resident: present and neither swapped
// nor the zero page, which is what smaps counts as Rss.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace nmtx {

struct Residency {
    std::string method;
    Bytes page_size{4096};
    std::vector<Range> asked;    // ascending, disjoint
    std::vector<Range> present;  // ascending, disjoint, each inside one asked range

    [[nodiscard]] bool covers(Range range) const;        // was every page of it asked about?
    [[nodiscard]] Bytes resident_in(Range range) const;  // O(log n + runs inside)
};

Expected<Residency> parse_residency(std::string_view text, std::string_view document = "residency");
std::string format_residency(const Residency& residency);

}  // namespace nmtx
