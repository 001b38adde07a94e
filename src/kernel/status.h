// /proc/PID/status and /proc/PID/statm. Format: proc(5), Linux Documentation/filesystems/proc.rst table 1-2
// and 1-3.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct ProcessStatus {
    std::string name;  // at most 15 bytes, escaped by the kernel
    char state = '?';  // R S D T t Z X I
    std::uint64_t tgid = 0;
    std::uint64_t pid = 0;
    std::uint64_t parent = 0;
    std::array<std::uint32_t, 4> uid{};  // real, effective, saved, file system
    std::array<std::uint32_t, 4> gid{};
    std::vector<std::uint64_t> nspid;  // outermost first; absent before Linux 4.1
    std::uint64_t threads = 0;
    std::optional<bool> kernel_thread;  // "Kthread:", Linux 6.8+
    std::optional<Bytes> vm_peak, vm_size, vm_lck, vm_hwm, vm_rss, rss_anon, rss_file, rss_shmem, vm_pte,
        vm_swap, hugetlb_pages;
    std::optional<std::uint64_t> cpus_allowed;  // how many CPUs it may run on: sched_setaffinity, cpusets
    std::optional<std::uint64_t> sig_blk, sig_ign, sig_cgt;  // masks: bit n-1 is signal n
    std::optional<std::uint64_t> cap_prm,
        cap_eff;                        // permitted and effective capabilities: bit n is capability n
    std::vector<std::uint64_t> groups;  // supplementary ones
    [[nodiscard]] bool zombie() const { return state == 'Z' || state == 'X'; }
};

// "N kB" lines are absent for kernel threads and zombies. "Name:" and "Pid:" must be there.
Expected<ProcessStatus> parse_status(std::string_view text, std::string_view document = "status");

// status as people paste it: truncated, filtered by grep, with blanks instead of tabs and remarks after
// lines. Fields that are not in the text are 0, '?' or empty (no process has pid 0).
struct PastedStatus {
    ProcessStatus status;
    NotUnderstood not_understood;
};
// Fails where no line belongs to status.
Expected<PastedStatus> parse_pasted_status(std::string_view text, std::string_view document = "status");

struct Statm {
    std::uint64_t size_pages = 0;
    std::uint64_t resident_pages = 0;
    std::uint64_t shared_pages = 0;  // RssFile + RssShmem
};
Expected<Statm> parse_statm(std::string_view text, std::string_view document = "statm");

// /proc/PID/limits, only the rows about memory and threads; nothing where "unlimited".
struct Limits {
    std::optional<std::uint64_t> stack_size;     // soft, bytes
    std::optional<std::uint64_t> processes;      // soft, RLIMIT_NPROC
    std::optional<std::uint64_t> address_space;  // soft, bytes
    std::optional<std::uint64_t> locked_memory;  // soft, bytes
};
Expected<Limits> parse_limits(std::string_view text, std::string_view document = "limits");

// limits as people paste it; the heading may be missing.
struct PastedLimits {
    Limits limits;
    NotUnderstood not_understood;
};
// Fails where no row that we read is found.
Expected<PastedLimits> parse_pasted_limits(std::string_view text, std::string_view document = "limits");

// /proc/sys/kernel/threads-max: how many threads the kernel allows in total.
Expected<std::uint64_t> parse_threads_max(std::string_view text, std::string_view document = "threads-max");

}  // namespace nmtx
