#include "kernel/cpus.h"

#include <algorithm>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/fields.h"

namespace nmtx {

// 0-3,8
Expected<std::uint64_t> parse_cpu_list(std::string_view text, std::string_view document) {
    constexpr std::uint64_t most = 1 << 20;
    const std::string_view line = text.substr(0, text.find('\n'));
    const auto wrong = [&] { return failure(std::string(document), mismatch("a list of CPUs", line)); };
    Cursor cursor(line);
    cursor.skip_blanks();
    std::uint64_t count = 0;
    do {
        const auto first = cursor.decimal();
        if (!first) return wrong();
        const auto last = cursor.take("-") ? cursor.decimal() : first;
        if (!last || *last < *first || *last > most) return wrong();
        count += *last - *first + 1;
    } while (cursor.take(",") && count <= most);
    cursor.skip_blanks();
    if (!cursor.at_end()) return wrong();
    return count;
}

// == cgroup.path
// /docker/3778e5c4
// == cpu.max                     v1: == cpu.cfs_quota_us
// 150000 100000                      150000
// == cpu.max                         == cpu.cfs_period_us
// max 100000                         100000
Expected<CgroupCpu> parse_cgroup_cpu(std::string_view text, std::string_view document) {
    CgroupCpu cpu;
    std::optional<std::uint64_t> quota;
    const auto take = [&](std::uint64_t period) {
        if (!quota || period == 0) return;
        const double cpus = static_cast<double>(*quota) / static_cast<double>(period);
        cpu.quota = std::min(cpus, cpu.quota.value_or(cpus));
    };
    for (FileLines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        const std::string_view file = lines.file();
        if (lines.at_name() || file == "cgroup.path") continue;
        Cursor cursor(line);
        const bool of_v1 = file == "cpu.cfs_period_us";
        if (!of_v1) {
            quota = cursor.take("max") || cursor.take("-1") ? std::nullopt : cursor.decimal();
            if (!quota && cursor.rest() == line)
                return lines.error(document, mismatch(file.empty() ? "\"== NAME\"" : "a CPU quota", line));
            if (file == "cpu.cfs_quota_us") continue;
            cursor.skip_blanks();
        }
        const auto period = cursor.decimal();
        if (!period || file.empty()) return lines.error(document, mismatch("a period of CPU time", line));
        take(*period);
    }
    return cpu;
}

}  // namespace nmtx
