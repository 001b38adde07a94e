// Remarks that people add to the lines that they paste: "<1>", "<--- native heap", "# guard pages", "// the
// heap", "← here".
#pragma once

#include <string_view>

namespace nmtx {

struct Remarked {
    std::string_view text;    // without the blanks before the remark
    std::string_view remark;  // empty where there is none
};

// Cuts at the first blank that is followed by one of these: "<" and digits and ">", "<-", "<=", "<<", "!!",
// "# ", "// ", "←". A name that continues like that is taken for a remark.
Remarked split_remark(std::string_view line);
// Only what no program prints: "<-", "<==", "<<", "!!", "←". For texts of any kind.
Remarked split_arrow(std::string_view line);
// Like split_remark, for "VmRSS: 2345 kB (2.3 MB)", where everything after the amount is a remark.
Remarked split_remark_of_amount(std::string_view line);

}  // namespace nmtx
