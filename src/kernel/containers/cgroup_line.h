// A line of a cgroup file as people paste it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nmtx {

struct CgroupLine {
    std::string_view key;     // empty where the file has one number
    std::string figure;       // "2472419328", without separators of thousands; "max"
    std::string_view remark;  // "(1 GiB)", "# exactly the limit"
};

// "inactive_file 334565376", "2.472.419.328  # exactly the limit", "max"; nothing for anything else.
std::optional<CgroupLine> read_cgroup_line(std::string_view line);

}  // namespace nmtx
