// What the kernel, malloc and the tools that read /proc print.
#include <algorithm>
#include <array>

#include "kernel/container_stats.h"
#include "kernel/mapping_header.h"
#include "kernel/oom_log.h"
#include "kernel/process_table.h"
#include "pasted/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

namespace {

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// "7f81-7f82 rw-p …", as far as the protection: a line may be cut behind it.
bool is_mapping(string_view text) {
    if (!is_mapping_header(text)) return false;
    const std::size_t blank = text.find(' ');
    if (blank == string_view::npos || blank > 34 || text.size() < blank + 5) return false;
    const string_view protection = text.substr(blank + 1, 4);
    return protection.find_first_not_of("rwxps-") == string_view::npos &&
           (protection[3] == 'p' || protection[3] == 's');
}

bool is_rollup(string_view text) {
    return is_mapping(text) && text.ends_with("[rollup]");
}

// "Rss:   92 kB", "VmFlags: rd wr", "THPeligible: 0"; not those of status or meminfo.
bool is_smaps_field(string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == string_view::npos || colon < 3 || colon > 20 || text.front() < 'A' || text.front() > 'Z')
        return false;
    constexpr std::array keys{string_view{"Size"},
                              string_view{"KernelPageSize"},
                              string_view{"MMUPageSize"},
                              string_view{"Rss"},
                              string_view{"Pss"},
                              string_view{"Pss_Dirty"},
                              string_view{"Pss_Anon"},
                              string_view{"Pss_File"},
                              string_view{"Pss_Shmem"},
                              string_view{"Shared_Clean"},
                              string_view{"Shared_Dirty"},
                              string_view{"Private_Clean"},
                              string_view{"Private_Dirty"},
                              string_view{"Referenced"},
                              string_view{"Anonymous"},
                              string_view{"KSM"},
                              string_view{"LazyFree"},
                              string_view{"AnonHugePages"},
                              string_view{"ShmemPmdMapped"},
                              string_view{"ShmemHugePages"},
                              string_view{"FilePmdMapped"},
                              string_view{"Shared_Hugetlb"},
                              string_view{"Private_Hugetlb"},
                              string_view{"Swap"},
                              string_view{"SwapPss"},
                              string_view{"Locked"},
                              string_view{"THPeligible"},
                              string_view{"ProtectionKey"},
                              string_view{"VmFlags"}};
    return std::ranges::find(keys, text.substr(0, colon)) != keys.end();
}

// "00007f8141bff000     1012      92      92 rw---   [ anon ]", "00000004C0400000     524288K rw---    [ anon
// ]", and those of -X: "7f8141bff000 rw-p 00000000 00:00 0 …"
bool is_pmap_row(string_view text) {
    std::size_t digits = 0;
    while (digits < text.size() && is_hex(text[digits])) ++digits;
    if (digits < 8 || digits > 16 || digits == text.size()) return false;
    string_view rest = text.substr(digits);
    if (rest.front() != ' ' && rest.front() != '\t') return false;
    Cursor cursor(rest);
    cursor.skip_blanks();
    const string_view second = Cursor(cursor).word();
    if (second.size() == 4 && second.find_first_not_of("rwxps-") == string_view::npos) return true;
    if (!cursor.decimal()) return false;
    const string_view behind = cursor.rest().substr(0, 64);
    return contains(behind, " r") || contains(behind, " -----") || contains(behind, " -w") ||
           contains(behind, " --x");
}

bool is_pmap_heading(string_view text) {
    return text.starts_with("Address ") && (contains(text, "Kbytes") || contains(text, " Perm ") ||
                                            contains(text, "Size") || contains(text, "Mapping"));
}

// "485:   java --add-opens …"
bool is_pmap_process(string_view text) {
    Cursor cursor(text);
    return cursor.decimal() && cursor.take(":") && cursor.rest().size() > 1 &&
           (cursor.rest().front() == ' ' || cursor.rest().front() == '\t');
}

bool is_word(string_view text, std::size_t least) {
    return text.size() >= least && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
                      c == '.' || c == '-';
           });
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
    const std::size_t blank = text.find(' ');
    if (blank == string_view::npos || blank + 1 == text.size()) return false;
    const string_view key = text.substr(0, blank);
    const string_view value = trim(text.substr(blank + 1));
    if (value.find_first_not_of("0123456789") != string_view::npos || value.empty()) return false;
    if (known_only) return std::ranges::find(cgroup_keys, key) != cgroup_keys.end();
    return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == string_view::npos &&
           !is_digit(key.front());
}

constexpr std::array cgroup_files{string_view{"memory."}, string_view{"/sys/fs/cgroup"}, string_view{"pids."},
                                  string_view{"/memory/"}};

bool names_cgroup_file(string_view text) {
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
    return std::ranges::any_of(files, [&](string_view file) { return contains(text, file); });
}

bool is_number_or_max(string_view text) {
    return text == "max" || (!text.empty() && std::ranges::all_of(text, is_digit));
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

bool begins_smaps(const LineInContext& at) {
    const string_view text = at.trimmed();
    return is_mapping(text) && is_smaps_field(at.next());
}

Fit belongs_smaps(const LineInContext& at, PartSoFar& part) {
    const string_view line = at.line();
    // Nine of ten lines.
    if (line.ends_with(" kB") && is_smaps_field(line)) return Fit::yes;
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (is_mapping(text)) {
        if (is_rollup(text)) return Fit::no;
        const std::uint64_t begin = Cursor(text).hex().value_or(0);
        if (begin < part.address) return Fit::fresh;
        part.address = begin;
        return Fit::yes;
    }
    return is_smaps_field(text) ? Fit::yes : Fit::no;
}

bool begins_smaps_rollup(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (is_rollup(text)) return true;
    // Without its first line: "Rss:" and "Pss_Dirty:" or the like below it.
    return (text.starts_with("Rss: ") || text.starts_with("Pss: ")) && is_smaps_field(at.next());
}

Fit belongs_smaps_rollup(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    if (is_rollup(text)) return part.lines > 0 ? Fit::fresh : Fit::yes;
    return is_smaps_field(text) ? Fit::yes : Fit::no;
}

bool begins_maps(const LineInContext& at) {
    return is_mapping(at.trimmed());
}

Fit belongs_maps(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (!is_mapping(text) || is_rollup(text)) return Fit::no;
    const std::uint64_t begin = Cursor(text).hex().value_or(0);
    if (begin < part.address) return Fit::fresh;
    part.address = begin;
    return Fit::yes;
}

bool begins_pmap(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (is_pmap_row(text) || is_pmap_heading(text)) return true;
    return is_pmap_process(text) && (is_pmap_heading(at.next()) || is_pmap_row(at.next()));
}

Fit belongs_pmap(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (is_pmap_row(text)) {
        part.total = true;
        return Fit::yes;
    }
    if (is_pmap_heading(text)) return part.total ? Fit::fresh : Fit::yes;
    if (text.starts_with("total ") || text.starts_with("mapped:")) return Fit::last;
    if (text.starts_with("----") || text.starts_with("====")) return Fit::yes;
    // -X puts its sums below "====" without a word.
    if (part.total && is_digit(text.front()) && text.ends_with("KB")) return Fit::last;
    return part.lines == 0 ? Fit::yes : Fit::no;
}

bool begins_status(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.starts_with("Name:")) return is_status_field(at.next());
    const bool figure = text.starts_with("VmPeak:") || text.starts_with("VmSize:") ||
                        text.starts_with("VmHWM:") || text.starts_with("VmRSS:") ||
                        text.starts_with("RssAnon:") || text.starts_with("VmSwap:");
    return figure && text.ends_with("kB");
}

Fit belongs_status(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (text.starts_with("Name:")) return part.lines > 0 ? Fit::fresh : Fit::yes;
    return is_status_field(text) ? Fit::yes : Fit::no;
}

bool begins_limits(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("Limit ") && contains(text, "Soft Limit");
}

Fit belongs_limits(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    if (begins_limits(at)) return part.lines > 0 ? Fit::fresh : Fit::yes;
    return text.starts_with("Max ") ? Fit::yes : Fit::no;
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
           (begins_with_one_of(text, cgroup_files) || text.starts_with("==> "));
}

Fit belongs_cgroup(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (begins_cgroup(at) || is_cgroup_stat(text, false)) return Fit::yes;
    return is_number_or_max(text) && part.lines < 1000 ? Fit::yes : Fit::no;
}

bool begins_malloc_info(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("<malloc version=") || text.starts_with("<heap nr=");
}

Fit belongs_malloc_info(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (text.starts_with("<malloc ") && part.lines > 0) return Fit::fresh;
    if (text == "</malloc>") return Fit::last;
    constexpr std::array tags{string_view{"<malloc"}, string_view{"<heap"},   string_view{"</"},
                              string_view{"<sizes"},  string_view{"<size "},  string_view{"<total"},
                              string_view{"<system"}, string_view{"<aspace"}, string_view{"<unsorted"}};
    return begins_with_one_of(text, tags) ? Fit::yes : Fit::no;
}

bool begins_malloc_stats(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.starts_with("Arena ") && text.ends_with(':')) return at.next().starts_with("system bytes");
    return text.starts_with("Total (incl. mmap):");
}

Fit belongs_malloc_stats(const LineInContext& at, PartSoFar& /*part*/) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    constexpr std::array words{string_view{"Arena "}, string_view{"system bytes"},
                               string_view{"in use bytes"}, string_view{"Total (incl."},
                               string_view{"max mmap"}};
    return begins_with_one_of(text, words) ? Fit::yes : Fit::no;
}

namespace {

bool is_oom(string_view text) {
    constexpr std::array words{string_view{"invoked oom-killer"},
                               string_view{"oom-kill:constraint"},
                               string_view{"oom-kill:"},
                               string_view{"Out of memory: Kill"},
                               string_view{"Memory cgroup out of memory"},
                               string_view{"Killed process "},
                               string_view{"oom_reaper: "},
                               string_view{"Memory cgroup stats for"},
                               string_view{"Task in /"},
                               string_view{"Tasks state (memory values"}};
    if (text.size() < 12) return false;
    return std::ranges::any_of(words, [&](string_view word) { return contains(text, word); });
}

}  // namespace

bool begins_oom(const LineInContext& at) {
    return is_oom(at.trimmed());
}

Fit belongs_oom(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (is_oom(text)) return Fit::yes;
    // What the kernel prints between the call and the kill, each line with its prefix: "[12345.678] …", "…
    // kernel: …".
    constexpr std::size_t most = 4000;
    const bool kernel = text.starts_with('[') || contains(text.substr(0, 100), "kernel: ") ||
                        text.starts_with("memory: usage") || text.starts_with("swap: usage") ||
                        text.starts_with("kmem: usage") || contains(text, "-rss:");
    return kernel && part.lines < most ? Fit::yes : Fit::no;
}

namespace {

bool is_top_heading(string_view text) {
    return text.starts_with("PID ") && contains(text, " USER") && contains(text, "%CPU") &&
           contains(text, "TIME+");
}

}  // namespace

bool begins_top(const LineInContext& at) {
    const string_view text = at.trimmed();
    return (text.starts_with("top - ") && contains(text, "load average")) || is_top_heading(text) ||
           (text.starts_with("Threads:") && contains(text, "total,"));
}

Fit belongs_top(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (text.starts_with("top - ")) return part.lines > 0 ? Fit::fresh : Fit::yes;
    if (is_top_heading(text)) {
        if (part.total) return Fit::fresh;
        part.total = true;
        return Fit::yes;
    }
    constexpr std::array words{string_view{"Tasks:"}, string_view{"Threads:"}, string_view{"%Cpu"},
                               string_view{"Cpu(s)"}, string_view{"KiB "},     string_view{"MiB "},
                               string_view{"GiB "},   string_view{"Mem:"},     string_view{"Swap:"}};
    if (begins_with_one_of(text, words)) return Fit::yes;
    if (!is_digit(text.front())) return Fit::no;
    return std::ranges::count(text, ' ') >= 8 ? Fit::yes : Fit::no;
}

bool begins_process_rows(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.size() > 400 || is_pmap_heading(text)) return false;
    const bool heading = text.starts_with("PID ") || text.starts_with("USER ") || text.starts_with("%CPU ") ||
                         text.starts_with("UID ") || contains(text, " RSS");
    if (heading && !process_columns_of_heading(text).empty()) return true;
    // Rows that grep took from under their heading.
    const bool row = contains(text, "java") && text.size() < 4000 && !begins_java_command(at);
    return row && !process_columns_of_row(text).empty();
}

bool begins_container_rows(const LineInContext& at) {
    const string_view text = at.trimmed();
    return is_container_heading(text);
}

// Rows as wide as a table is: until a blank line, or one that ends as a sentence does.
Fit belongs_rows(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (part.lines == 0) return Fit::yes;
    if (text.empty()) return Fit::no;
    if (begins_process_rows(at) || begins_container_rows(at)) return Fit::fresh;
    const bool figures = std::ranges::any_of(text, is_digit);
    return figures && std::ranges::count(text, ' ') >= 2 ? Fit::yes : Fit::no;
}

namespace {
bool is_pss(string_view text) {
    return (text.starts_with("PSS:") || text.starts_with("Pss=") || text.starts_with("pss:")) &&
           is_digit(text.back());
}
}  // namespace

bool begins_pss_series(const LineInContext& at) {
    return is_pss(at.trimmed()) && is_pss(at.next());
}

Fit belongs_pss_series(const LineInContext& at, PartSoFar& /*part*/) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    return is_pss(text) ? Fit::yes : Fit::no;
}

namespace {

// "15542 java", "97121"
bool is_id_and_name(string_view text) {
    Cursor cursor(text);
    const auto id = cursor.decimal();
    if (!id || *id == 0) return false;
    if (cursor.at_end()) return true;
    if (!cursor.take(" ")) return false;
    return std::ranges::count(trim(cursor.rest()), ' ') <= 2 && cursor.rest().size() <= 80;
}

}  // namespace

bool begins_names(const LineInContext& at) {
    const string_view text = at.trimmed();
    return is_id_and_name(text) && contains(text, " ") == contains(at.next(), " ") &&
           is_id_and_name(at.next()) && contains(text, " ");
}

Fit belongs_names(const LineInContext& at, PartSoFar& /*part*/) {
    return is_id_and_name(at.trimmed()) ? Fit::yes : Fit::no;
}

bool begins_java_command(const LineInContext& at) {
    const string_view text = at.trimmed();
    const string_view program = text.substr(0, text.find(' '));
    if (!program.ends_with("java") || (program.size() > 4 && !contains(program, "/"))) return false;
    return contains(text, " -X") || contains(text, " -D") || contains(text, " -cp ") ||
           contains(text, " -jar ") || contains(text, " -classpath ");
}

bool begins_hsperfdata(const LineInContext& at) {
    return at.first() &&
           (at.line().starts_with("\xCA\xFE\xC0\xC0") || at.line().starts_with("\xC0\xC0\xFE\xCA"));
}

bool begins_archive(const LineInContext& at) {
    return at.first() && at.line().starts_with("\x28\xB5\x2F\xFD");
}

Fit belongs_whatever(const LineInContext& /*at*/, PartSoFar& /*part*/) {
    return Fit::yes;
}

}  // namespace nmtx::kinds
