// The columns of a line of pmap, by its heading or by the shape of the line, and the reading of a line by
// them.
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
        number,  // that is not ours
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
// By a line that is a mapping; nothing where it looks like none.
std::optional<PmapColumns> pmap_columns_of_shape(std::string_view line);

struct PmapRow {
    Mapping mapping;
    std::string_view remark;
    // There was a figure in the column, not the "-" that procps 3.2 prints for what it does not know.
    bool rss_told = false, pss_told = false, swap_told = false;
    bool upper_case = false;     // hexadecimal digits are, as Solaris prints them
    std::string_view bare_name;  // as it appears in the line
};
bool read_pmap_row(std::string_view line, const PmapColumns& columns, PmapRow& row);

// The figures of the last line, "total kB  5008 4088 996" without its words, into the columns' places.
bool read_pmap_totals(std::string_view figures, const PmapColumns& columns, PmapTotals& totals);

}  // namespace nmtx
