#include "kernel/cgroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/lines.h"
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
namespace {

constexpr std::string_view heading = "== ";  // before the name of the file that follows

using Amount = std::optional<Bytes> CgroupMemory::*;

// A file that holds one number, or a line "key number" of one that holds many (key not empty).
struct Figure {
    int version;  // 0: both have it
    std::string_view file;
    std::string_view key;
    Amount amount;
};

constexpr std::string_view stat = "memory.stat";
constexpr std::array<Figure, 26> figures{{
    {2, "memory.current", "", &CgroupMemory::current},
    {2, "memory.max", "", &CgroupMemory::limit},
    {2, "memory.peak", "", &CgroupMemory::peak},
    {2, "memory.swap.current", "", &CgroupMemory::swap_current},
    {2, stat, "anon", &CgroupMemory::anon},
    {2, stat, "file", &CgroupMemory::file},
    {2, stat, "kernel", &CgroupMemory::kernel},
    {2, stat, "pagetables", &CgroupMemory::pagetables},
    {2, stat, "sock", &CgroupMemory::sock},
    {0, stat, "active_file", &CgroupMemory::active_file},
    {0, stat, "inactive_file", &CgroupMemory::inactive_file},
    {0, stat, "shmem", &CgroupMemory::shmem},
    {1, "memory.usage_in_bytes", "", &CgroupMemory::current},
    {1, "memory.limit_in_bytes", "", &CgroupMemory::limit},
    {1, "memory.max_usage_in_bytes", "", &CgroupMemory::peak},
    {1, "memory.kmem.usage_in_bytes", "", &CgroupMemory::kernel},
    {1, "memory.kmem.tcp.usage_in_bytes", "", &CgroupMemory::sock},
    {1, stat, "rss", &CgroupMemory::anon},
    {1, stat, "cache", &CgroupMemory::file},
    {1, stat, "swap", &CgroupMemory::swap_current},
    {1, stat, "total_rss", &CgroupMemory::anon},
    {1, stat, "total_cache", &CgroupMemory::file},
    {1, stat, "total_swap", &CgroupMemory::swap_current},
    {1, stat, "total_active_file", &CgroupMemory::active_file},
    {1, stat, "total_inactive_file", &CgroupMemory::inactive_file},
    {1, stat, "total_shmem", &CgroupMemory::shmem},
}};

// What memory.stat of v1 has a second time, with the cgroups below it, as "total_x" or "hierarchical_x".
constexpr std::array<Amount, 7> totalled{
    &CgroupMemory::limit,       &CgroupMemory::swap_current,  &CgroupMemory::anon,  &CgroupMemory::file,
    &CgroupMemory::active_file, &CgroupMemory::inactive_file, &CgroupMemory::shmem,
};

bool read_number(std::string_view value, std::optional<std::uint64_t>& target) {
    Cursor cursor(value);
    target = cursor.decimal();
    cursor.skip_blanks();
    return target && cursor.at_end();
}

// v1 has no word for "no limit": it prints the most that its page counter holds, LONG_MAX rounded down to a
// page.
constexpr std::uint64_t v1_unlimited = 0x7fffffffffff0000;  // with the largest page, 64 KiB

class MemoryReader {
  public:
    explicit MemoryReader(std::string_view document) : document_(document) {}

    Expected<CgroupMemory> read(std::string_view text) {
        Lines lines(text);
        while (lines.next()) {
            const std::string_view line = lines.line();
            if (line.starts_with(heading)) {
                file_ = line.substr(heading.size());
                if (file_ == "memory.oom_control") own_.version = 1;
                continue;
            }
            if (file_.empty()) return lines.error(document_, mismatch("\"== NAME\"", line));
            if (!line.empty() && !content(line)) {
                return lines.error(document_, mismatch(fmt::format("a figure of {}", file_), line));
            }
        }
        return merged();
    }

  private:
    // False: a figure that is ours and cannot be read.
    bool content(std::string_view line) {
        const std::size_t blank = line.find(' ');
        const std::string_view key = line.substr(0, blank);
        const std::string_view value =
            blank == std::string_view::npos ? std::string_view{} : line.substr(blank + 1);
        if (file_ == "cgroup.path") {
            own_.path = std::string(line);
            return true;
        }
        if (key == "oom_kill" && (file_ == "memory.events" || file_ == "memory.oom_control")) {
            return read_number(value, own_.oom_kills);
        }
        if (key == "max" && file_ == "memory.events") return read_number(value, own_.limit_hits);
        if (file_ == "memory.failcnt") return read_number(line, own_.limit_hits);
        if (file_ == stat && key == "hierarchical_memory_limit") {
            std::optional<std::uint64_t> limit;
            if (!read_number(value, limit)) return false;
            own_.version = 1;
            set_limit(totals_, limit);
            return true;
        }
        for (const Figure& figure : figures) {
            if (figure.file != file_ || (!figure.key.empty() && figure.key != key)) continue;
            return set(figure, figure.key.empty() ? line : value);
        }
        return true;
    }

    bool set(const Figure& figure, std::string_view value) {
        std::optional<std::uint64_t> number;
        if (value != "max" && !read_number(value, number)) return false;
        if (figure.version == 1) own_.version = 1;
        CgroupMemory& target = figure.key.starts_with("total_") ? totals_ : own_;
        if (figure.amount == &CgroupMemory::limit) {
            set_limit(target, number);
        } else if (!number) {
            return false;  // only a limit may be "max"
        } else {
            target.*figure.amount = Bytes(*number);
        }
        return true;
    }

    // v2 has a limit for each level: the least holds.
    static void set_limit(CgroupMemory& target, std::optional<std::uint64_t> limit) {
        if (limit && *limit < v1_unlimited)
            target.limit = std::min(Bytes(*limit), target.limit.value_or(Bytes(*limit)));
    }

    // v1's plain figures leave the cgroups below out, while its usage and its limit count them.
    [[nodiscard]] CgroupMemory merged() const {
        CgroupMemory memory = own_;
        for (const Amount amount : totalled) {
            if (totals_.*amount) memory.*amount = totals_.*amount;
        }
        if (own_.limit && totals_.limit) memory.limit = std::min(*own_.limit, *totals_.limit);
        return memory;
    }

    std::string_view document_;
    std::string_view file_;  // the block that the reader is in
    CgroupMemory own_;
    CgroupMemory totals_;
};

}  // namespace

Expected<CgroupMemory> parse_cgroup_memory(std::string_view text, std::string_view document) {
    return MemoryReader(document).read(text);
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
    std::string_view file;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        if (line.starts_with(heading)) {
            file = line.substr(heading.size());
            continue;
        }
        if (file == "cgroup.path") continue;
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
