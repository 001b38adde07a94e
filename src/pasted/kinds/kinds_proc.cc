// Files of /proc and of the cgroup: status, limits, statm, memory.*.
#include <algorithm>
#include <array>

#include "kernel/containers/cgroup_line.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

namespace {

bool is_word(string_view text, std::size_t least) {
    return text.size() >= least &&
           std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

constexpr std::array cgroup_keys{string_view{"anon"},
                                 string_view{"file"},
                                 string_view{"cache"},
                                 string_view{"rss"},
                                 string_view{"rss_huge"},
                                 string_view{"shmem"},
                                 string_view{"mapped_file"},
                                 string_view{"inactive_file"},
                                 string_view{"active_file"},
                                 string_view{"inactive_anon"},
                                 string_view{"active_anon"},
                                 string_view{"total_cache"},
                                 string_view{"total_rss"},
                                 string_view{"total_inactive_file"},
                                 string_view{"total_active_file"},
                                 string_view{"hierarchical_memory_limit"},
                                 string_view{"kernel_stack"},
                                 string_view{"pagetables"},
                                 string_view{"sock"},
                                 string_view{"oom_kill"},
                                 string_view{"oom_kill_disable"},
                                 string_view{"under_oom"},
                                 string_view{"slab"},
                                 string_view{"kernel"},
                                 string_view{"low"},
                                 string_view{"high"},
                                 string_view{"max"},
                                 string_view{"oom"}};

// "inactive_file 334565376"
bool is_cgroup_stat(string_view text, bool known_only) {
    const auto line = read_cgroup_line(text);
    if (!line || line->key.empty() || line->figure == "max") return false;
    return !known_only || std::ranges::find(cgroup_keys, line->key) != cgroup_keys.end();
}

constexpr std::array cgroup_files{string_view{"memory."}, string_view{"/sys/fs/cgroup"}, string_view{"pids."},
                                  string_view{"/memory/"}};

// Where the first name of one ends; npos where there is none.
std::size_t end_of_cgroup_file(string_view text) {
    if (!contains(text, "memory.") && !contains(text, "pids.")) return string_view::npos;  // of most lines
    constexpr std::array files{string_view{"memory.current"},
                               string_view{"memory.max"},
                               string_view{"memory.stat"},
                               string_view{"memory.usage_in_bytes"},
                               string_view{"memory.limit_in_bytes"},
                               string_view{"memory.high"},
                               string_view{"memory.peak"},
                               string_view{"memory.events"},
                               string_view{"memory.swap"},
                               string_view{"memory.max_usage_in_bytes"},
                               string_view{"memory.failcnt"},
                               string_view{"memory.oom_control"},
                               string_view{"memory.kmem"},
                               string_view{"memory.memsw"},
                               string_view{"memory.low"},
                               string_view{"memory.min"},
                               string_view{"pids.current"},
                               string_view{"pids.max"}};
    std::size_t first = string_view::npos;
    for (const string_view file : files) first = std::min(first, text.find(file));
    if (first == string_view::npos) return first;
    return std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.", first), text.size());
}

bool names_cgroup_file(string_view text) {
    return end_of_cgroup_file(text) != string_view::npos;
}

// Behind a file's name stands what it holds, a remark, another file, or nothing where its figures follow:
// "memory.current is high" is prose.
bool is_file_with_figure(string_view text) {
    while (true) {
        const std::size_t end = end_of_cgroup_file(text);
        if (end == string_view::npos) return false;
        const string_view behind = trim(text.substr(end));
        if (behind.empty() || contains("(#", behind.substr(0, 1))) return true;
        if (behind.front() == ':' || behind.front() == '=') {
            const string_view value = trim(behind.substr(1));
            return value.empty() || read_cgroup_line(value);
        }
        if (const auto line = read_cgroup_line(behind)) return line->key.empty();
        if (!begins_with_one_of(behind, cgroup_files)) return false;
        text = behind;
    }
}

bool is_number_or_max(string_view text) {
    const auto line = read_cgroup_line(text);
    return line && line->key.empty();
}

constexpr std::array status_keys{string_view{"Name"},
                                 string_view{"Umask"},
                                 string_view{"State"},
                                 string_view{"Tgid"},
                                 string_view{"Ngid"},
                                 string_view{"Pid"},
                                 string_view{"PPid"},
                                 string_view{"TracerPid"},
                                 string_view{"Uid"},
                                 string_view{"Gid"},
                                 string_view{"FDSize"},
                                 string_view{"Groups"},
                                 string_view{"NStgid"},
                                 string_view{"NSpid"},
                                 string_view{"NSpgid"},
                                 string_view{"NSsid"},
                                 string_view{"Kthread"},
                                 string_view{"HugetlbPages"},
                                 string_view{"CoreDumping"},
                                 string_view{"THP_enabled"},
                                 string_view{"untag_mask"},
                                 string_view{"Threads"},
                                 string_view{"SigQ"},
                                 string_view{"NoNewPrivs"},
                                 string_view{"Seccomp"},
                                 string_view{"Seccomp_filters"},
                                 string_view{"Speculation_Store_Bypass"},
                                 string_view{"SpeculationIndirectBranch"},
                                 string_view{"Cpus_allowed"},
                                 string_view{"Cpus_allowed_list"},
                                 string_view{"Mems_allowed"},
                                 string_view{"Mems_allowed_list"},
                                 string_view{"voluntary_ctxt_switches"},
                                 string_view{"nonvoluntary_ctxt_switches"},
                                 string_view{"x86_Thread_features"},
                                 string_view{"x86_Thread_features_locked"},
                                 string_view{"RssAnon"},
                                 string_view{"RssFile"},
                                 string_view{"RssShmem"}};

bool is_status_field(string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == string_view::npos || colon > 30) return false;
    const string_view key = text.substr(0, colon);
    constexpr std::array families{string_view{"Vm"}, string_view{"Sig"}, string_view{"Shd"},
                                  string_view{"Cap"}};
    if (begins_with_one_of(key, families)) return key != "VmFlags" && is_word(key, 4);
    return std::ranges::find(status_keys, key) != status_keys.end();
}

}  // namespace

bool begins_status(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.starts_with("Name:")) return is_status_field(at.next());
    const bool figure = text.starts_with("VmPeak:") || text.starts_with("VmSize:") ||
                        text.starts_with("VmHWM:") || text.starts_with("VmRSS:") ||
                        text.starts_with("RssAnon:") || text.starts_with("VmSwap:");
    return figure && is_in_kb(text.substr(text.find(':') + 1));
}

LineFit belongs_status(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (text.starts_with("Name:") && part.lines > 0) return LineFit::fresh;
    if (!is_status_field(text)) return LineFit::no;
    return comes_again(key_of(text), part) ? LineFit::fresh : LineFit::yes;
}

bool begins_limits(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("Limit ") && contains(text, "Soft Limit");
}

LineFit belongs_limits(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    if (begins_limits(at)) return part.lines > 0 ? LineFit::fresh : LineFit::yes;
    if (!text.starts_with("Max ")) return LineFit::no;
    return comes_again(text.substr(0, text.find("  ")), part) ? LineFit::fresh : LineFit::yes;
}

bool begins_statm(const LineInContext& at) {
    Cursor cursor(at.trimmed());
    int numbers = 0;
    while (cursor.decimal()) {
        ++numbers;
        cursor.skip_blanks();
    }
    return cursor.at_end() && numbers == 7 && (at.alone() || contains(at.command(), "statm"));
}

bool begins_cgroup(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.starts_with("== ") && names_cgroup_file(text)) return true;
    if (is_cgroup_stat(text, true)) return true;
    if (is_number_or_max(text) && names_cgroup_file(at.command())) return true;
    // "memory.current: 123", "/sys/fs/cgroup/memory.max:max", "==> memory.stat <=="
    return names_cgroup_file(text) && text.size() < 200 &&
           (text.starts_with("==> ") ||
            (begins_with_one_of(text, cgroup_files) && is_file_with_figure(text)));
}

LineFit belongs_cgroup(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (begins_cgroup(at) || is_cgroup_stat(text, false)) {
        // A repeated figure is from another snapshot, or another cgroup.
        const auto line = read_cgroup_line(text);
        const string_view key = line ? line->key : string_view();
        return comes_again(key, part) ? LineFit::fresh : LineFit::yes;
    }
    return is_number_or_max(text) && part.lines < 1000 ? LineFit::yes : LineFit::no;
}

}  // namespace nmtx::kinds
