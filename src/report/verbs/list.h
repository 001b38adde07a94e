// `nmtx list`: the JVMs of a host, a line each.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "process/jvm_summary.h"
#include "report/style/style.h"

namespace nmtx {

// The layout of a list.
struct ListShape {
    // Columns of a line; longer lines end in "…". Absent: nothing is cut, and empty columns stay.
    std::optional<std::size_t> width;
    bool numbered = false;  // with a first column "1)", "2)", … to choose by
    bool unicode = true;
};

// In the order of `jvms`.
std::string text_list(const std::vector<JvmSummary>& jvms, const ListShape& shape);
std::string json_list(const std::vector<JvmSummary>& jvms);

}  // namespace nmtx
