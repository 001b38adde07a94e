// Remarks that people set behind the lines that they paste: "<1>", "<--- native heap", "# guard pages",
// "// the heap", "← here".
#pragma once

#include <string_view>

namespace nmtx {

struct Remarked {
    std::string_view text;    // without the blanks before the remark
    std::string_view remark;  // empty where there is none
};

// Cuts at the first blank that one of these follows: "<" and digits and ">", "<-", "<=", "<<", "!!", "# ",
// "// ", "←". A name that goes on like that is taken for a remark.
Remarked split_remark(std::string_view line);
// Only what no program prints: "<-", "<==", "<<", "!!", "←". For texts of any kind.
Remarked split_arrow(std::string_view line);
// As split_remark; of "VmRSS:  2345 kB (2.3 MB)", where whatever stands behind the amount is a remark.
Remarked split_remark_of_amount(std::string_view line);

}  // namespace nmtx
