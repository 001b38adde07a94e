#include "kernel/containers/cgroup_figures.h"

#include <algorithm>
#include <array>

#include "kernel/fields.h"

namespace nmtx {
namespace {

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

// v1 has no word for "no limit": it prints the most that its page counter holds, LONG_MAX rounded down to a
// page.
constexpr std::uint64_t v1_unlimited = 0x7fffffffffff0000;  // with the largest page, 64 KiB

// v2 has a limit for each level: the least holds.
void set_limit(CgroupMemory& target, std::optional<std::uint64_t> limit) {
    if (limit && *limit < v1_unlimited)
        target.limit = std::min(Bytes(*limit), target.limit.value_or(Bytes(*limit)));
}

}  // namespace

void CgroupFigures::name(std::string_view file) {
    if (file == "memory.oom_control") own_.version = 1;
}

bool CgroupFigures::take(std::string_view file, std::string_view line) {
    const std::size_t blank = line.find(' ');
    const std::string_view key = line.substr(0, blank);
    const std::string_view value =
        blank == std::string_view::npos ? std::string_view{} : line.substr(blank + 1);
    if (file == "cgroup.path") {
        own_.path = std::string(line);
        return true;
    }
    if (key == "oom_kill" && (file == "memory.events" || file == "memory.oom_control")) {
        return read_number(value, own_.oom_kills);
    }
    if (key == "max" && file == "memory.events") return read_number(value, own_.limit_hits);
    if (file == "memory.failcnt") return read_number(line, own_.limit_hits);
    if (file == stat && key == "hierarchical_memory_limit") {
        std::optional<std::uint64_t> limit;
        if (!read_number(value, limit)) return false;
        own_.version = 1;
        set_limit(totals_, limit);
        return true;
    }
    for (const Figure& figure : figures) {
        if (figure.file != file || (!figure.key.empty() && figure.key != key)) continue;
        return set(static_cast<std::size_t>(&figure - figures.data()), figure.key.empty() ? line : value);
    }
    return true;
}

bool CgroupFigures::set(std::size_t index, std::string_view value) {
    const Figure& figure = figures.at(index);
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

// v1's plain figures leave the cgroups below out, while its usage and its limit count them.
CgroupMemory CgroupFigures::memory() const {
    CgroupMemory memory = own_;
    for (const Amount amount : totalled) {
        if (totals_.*amount) memory.*amount = totals_.*amount;
    }
    if (own_.limit && totals_.limit) memory.limit = std::min(*own_.limit, *totals_.limit);
    return memory;
}

bool CgroupFigures::is_limit(std::string_view file) {
    return std::any_of(figures.begin(), figures.end(), [&](const Figure& figure) {
        return figure.file == file && figure.amount == &CgroupMemory::limit;
    });
}

bool CgroupFigures::is_stat(std::string_view key) {
    if (key == "hierarchical_memory_limit") return true;
    return std::any_of(figures.begin(), figures.end(),
                       [&](const Figure& figure) { return figure.file == stat && figure.key == key; });
}

bool CgroupFigures::is_single(std::string_view file) {
    if (file == "memory.failcnt") return true;
    return std::any_of(figures.begin(), figures.end(),
                       [&](const Figure& figure) { return figure.file == file && figure.key.empty(); });
}

}  // namespace nmtx
