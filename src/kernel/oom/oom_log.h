// The kernel's log of an out-of-memory kill, as dmesg, the journal or syslog show it. Source: Linux
// mm/oom_kill.c (dump_header, dump_tasks, __oom_kill_process) and mm/memcontrol.c
// (mem_cgroup_print_oom_context, mem_cgroup_print_oom_meminfo), 3.10 to 6.x.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

// A row of the table of tasks. The table counts pages (4 KiB on x86-64, not kB); these are bytes.
struct OomTask {
    std::uint64_t pid = 0, uid = 0, tgid = 0;
    std::string_view name;  // at most 15 bytes
    Bytes total_vm;         // address space
    Bytes rss;
    std::optional<Bytes> rss_anon, rss_file, rss_shmem;  // Linux 6.9+
    std::optional<Bytes> page_tables;                    // "pgtables_bytes" (4.15+), else nr_ptes and nr_pmds
    Bytes swap;
    std::int64_t oom_score_adj = 0;
};

// "Killed process 27281 (java) total-vm:…kB, anon-rss:…kB, …"
struct OomVictim {
    std::uint64_t pid = 0;
    std::string_view name;
    std::optional<std::uint64_t> uid;
    std::optional<Bytes> total_vm, anon_rss, file_rss, shmem_rss, page_tables;
    std::optional<std::int64_t> oom_score_adj;

    // All resident memory, where the line has it.
    [[nodiscard]] std::optional<Bytes> rss() const;
};

enum class OomConstraint { unknown, none, cpuset, memory_policy, memcg };

// "memory: usage 524288kB, limit 524288kB, failcnt 77"
struct OomCounter {
    Bytes usage;
    std::optional<Bytes> limit;  // nothing for no limit: 9007199254740988kB and the like
    std::uint64_t failcnt = 0;
};

// The figures of one cgroup below the limit that was hit, in bytes: v1's "rss:520580KB", v2's "anon
// 533073920".
struct OomCgroupStats {
    std::string_view path;
    std::vector<std::pair<std::string_view, Bytes>> figures;
    [[nodiscard]] std::optional<Bytes> find(std::string_view key) const;
};

// One call of the OOM killer.
struct OomKill {
    std::string_view invoked_by;  // the thread that requested memory: not the victim, and often not the cause
    std::optional<std::uint64_t> order;  // 2^order contiguous pages were requested
    OomConstraint constraint = OomConstraint::unknown;
    std::string_view limited_cgroup;  // the cgroup whose limit was hit
    std::string_view victim_cgroup;
    std::string_view chosen;  // from "oom-kill:…,task=java,pid=27281", Linux 5.0+
    std::optional<std::uint64_t> chosen_pid;
    std::optional<OomCounter> memory, swap, kmem;  // swap: v1's memory+swap, v2's swap
    bool swap_with_memory = false;                 // it is memory+swap
    std::vector<OomCgroupStats> stats;
    std::vector<OomTask> tasks;
    std::vector<OomVictim> victims;  // several with memory.oom.group, or processes that share memory

    // A cgroup's limit was hit, not the machine's memory.
    [[nodiscard]] bool of_cgroup() const { return constraint == OomConstraint::memcg; }
    // The victim's row of the table; null where either is missing.
    [[nodiscard]] const OomTask* task_of(const OomVictim& victim) const;
};

struct OomLog {
    // Defined in the source file: implicit ones would be compiled in every file that uses the struct.
    OomLog();
    OomLog(const OomLog&);
    OomLog(OomLog&&) noexcept;
    OomLog& operator=(const OomLog&);
    OomLog& operator=(OomLog&&) noexcept;
    ~OomLog();

    std::vector<OomKill> kills;     // in the order of the text
    std::size_t context_lines = 0;  // the kernel's other lines, which do not show what used the memory:
                                    // registers, stack trace, Mem-Info
    NotUnderstood not_understood;
};

// Fails where no line belongs to an oom-kill. `page` is the size of the table's pages.
Expected<OomLog> parse_oom_log(std::string_view text, std::string_view document = "oom log",
                               Bytes page = kib(4));

// The line without "[193038.106468] ", "Aug 25 18:21:35 host kernel: [  257.8] ", "2024-05-06T07:08:09+0200
// host kernel: ", "<4>[ 12.3]" or "[Mon May  6 07:08:09 2024] " before what the kernel itself wrote.
std::string_view without_log_prefix(std::string_view line);

}  // namespace nmtx
