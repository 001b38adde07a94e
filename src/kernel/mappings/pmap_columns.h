// The columns of pmap, from its heading or the shape of a line, and a reader of lines with them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "kernel/mappings/pmap.h"
#include "kernel/mappings/smaps.h"

namespace nmtx {

struct PmapColumn {
    enum class Role : std::uint8_t {
        address,
        size,
        amount,
        number,  // that we do not read
        mode,
        offset,
        device,
        inode,
        flags,
        name
    };
    Role role = Role::number;
    Bytes Mapping::* amount = nullptr;
};

struct PmapColumns {
    PmapForm form = PmapForm::plain;
    std::vector<PmapColumn> columns;  // the first is the address
    bool inferred = false;
};

// "Address           Kbytes     RSS   Dirty Mode  Mapping"; nothing where the line is not a heading.
std::optional<PmapColumns> pmap_columns_of_heading(std::string_view line);
// From a line of a mapping; nothing where it does not look like one.
std::optional<PmapColumns> pmap_columns_of_shape(std::string_view line);

struct PmapRow {
    Mapping mapping;
    std::string_view remark;
    // The column has a figure, not the "-" that procps 3.2 prints for an unknown one.
    bool rss_told = false, pss_told = false, swap_told = false;
    bool upper_case = false;     // hexadecimal digits in upper case, as Solaris prints them
    std::string_view bare_name;  // as it appears in the line
};
bool read_pmap_row(std::string_view line, const PmapColumns& columns, PmapRow& row);

// Assigns the figures of the last line, "total kB 5008 4088 996", to the columns.
bool read_pmap_totals(std::string_view figures, const PmapColumns& columns, PmapTotals& totals);

}  // namespace nmtx
