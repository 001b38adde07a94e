#include "kernel/containers/cgroup.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/containers/cgroup_figures.h"
#include "kernel/fields.h"

namespace nmtx {
namespace {

bool names(std::string_view controllers, std::string_view controller) {
    while (true) {
        const std::size_t comma = controllers.find(',');
        if (controllers.substr(0, comma) == controller) return true;
        if (comma == std::string_view::npos) return false;
        controllers.remove_prefix(comma + 1);
    }
}

// The first is the process's own.
CgroupMemory with_those_above(const std::vector<CgroupFigures>& levels) {
    CgroupMemory memory = levels.front().memory();
    for (std::size_t i = 1; i < levels.size(); ++i) {
        CgroupMemory above = levels[i].memory();
        if (!above.limit) continue;
        memory.limit = std::min(*above.limit, memory.limit.value_or(*above.limit));
        memory.above.push_back(std::move(above));
    }
    return memory;
}

}  // namespace

// v2:      0::/kubepods.slice/kubepods-pod7.slice/cri-containerd-3f.scope
// v1:      4:memory:/docker/3778e5c4
// hybrid:  both, the unified hierarchy then being without the memory controller
Expected<std::optional<CgroupPath>> parse_cgroup_path(std::string_view text, std::string_view document,
                                                      std::string_view controller) {
    std::optional<CgroupPath> unified;
    std::optional<CgroupPath> own;
    Lines lines(text);
    while (lines.next()) {
        Cursor cursor(lines.line());
        const auto hierarchy = cursor.decimal();
        const bool numbered = hierarchy && cursor.take(":");
        const auto controllers = numbered ? cursor.until(":") : std::nullopt;
        if (!controllers || !cursor.take(":") || !cursor.rest().starts_with('/')) {
            return lines.error(document, mismatch("\"N:controllers:/path\"", lines.line()));
        }
        const std::string path(cursor.rest());
        if (*hierarchy == 0 && controllers->empty()) unified = CgroupPath{2, std::string(controller), path};
        if (names(*controllers, controller)) own = CgroupPath{1, std::string(controller), path};
    }
    return own ? own : unified;
}

// == cgroup.path
// /docker/3778e5c4
// == memory.current                    v1: memory.usage_in_bytes
// 904441856
// == memory.max                        v1: memory.limit_in_bytes
// max
// == memory.events                     v1: memory.oom_control
// oom 0
// oom_kill 0
// == memory.stat
// anon 16904192
// file 904441856
// == above.memory.max                  v1: above.memory.limit_in_bytes
// 4294967296
// == above.memory.current              v1: above.memory.usage_in_bytes
// 3221225472
// == above.memory.stat
// anon 3016904192
Expected<CgroupMemory> parse_cgroup_memory(std::string_view text, std::string_view document) {
    std::vector<CgroupFigures> levels(1);
    for (FileLines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        std::string_view file = lines.file();
        const bool above = file.starts_with(of_cgroup_above);
        if (above) file.remove_prefix(of_cgroup_above.size());
        if (lines.at_name()) {
            if (above && CgroupFigures::is_limit(file)) levels.emplace_back();
            levels.back().name(file);
            continue;
        }
        if (file.empty()) return lines.error(document, mismatch("\"== NAME\"", line));
        if (above && levels.size() == 1) continue;
        if (!line.empty() && !levels.back().take(file, line))
            return lines.error(document, mismatch(fmt::format("a figure of {}", lines.file()), line));
    }
    return with_those_above(levels);
}

// == cgroup.path
// /docker/3778e5c4
// == pids.current
// 118
// == pids.max
// max
// == pids.max
// 2048
Expected<CgroupPids> parse_cgroup_pids(std::string_view text, std::string_view document) {
    CgroupPids pids;
    for (FileLines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        const std::string_view file = lines.file();
        if (lines.at_name() || file == "cgroup.path") continue;
        std::optional<std::uint64_t> number;
        if (file.empty() || (line != "max" && !read_number(line, number)))
            return lines.error(document,
                               mismatch(file.empty() ? "\"== NAME\"" : "a number of threads", line));
        if (file == "pids.current") pids.current = number;
        if (file == "pids.max" && number) pids.limit = std::min(*number, pids.limit.value_or(*number));
    }
    return pids;
}

}  // namespace nmtx
