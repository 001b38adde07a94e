// systemd-cgtop(1): what each control group is charged. Format: systemd src/cgtop/cgtop.c.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct CgroupTopRow {
    std::string_view path;
    std::optional<std::uint64_t> tasks;
    std::optional<Bytes> memory;  // charged, page cache included: not RSS
};
struct CgroupTop {
    std::vector<CgroupTopRow> rows;
    NotUnderstood not_understood;
};

// "Control Group                            Tasks   %CPU   Memory  Input/s Output/s"
bool is_cgroup_top_heading(std::string_view line);
// "/system.slice/app.service     57   12.3     1.9G        -        -"
bool is_cgroup_top_row(std::string_view line);
Expected<CgroupTop> parse_cgroup_top(std::string_view text, std::string_view document = "systemd-cgtop");

}  // namespace nmtx
