#include "pasted/kinds/kinds.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/remark.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx {
namespace {

using namespace kinds;

constexpr KindManner swallows{.among = Among::swallows};
constexpr KindManner interrupts{.among = Among::interrupts};
constexpr KindManner remarks_kept{.remarks = Remarks::kept};
constexpr KindManner no_anchor{.anchor = MayAnchor::no};
constexpr KindManner whole_log{.among = Among::swallows, .remarks = Remarks::kept};
constexpr KindManner dump_manner{.among = Among::interrupts, .remarks = Remarks::kept};
constexpr KindManner pid_line_manner{.among = Among::interrupts, .anchor = MayAnchor::no};
constexpr KindManner command_manner{
    .among = Among::interrupts, .remarks = Remarks::kept, .anchor = MayAnchor::no};

// In the order of trying: the first that a line may begin is what it begins.
constexpr std::array table{
    KindEntry{PastedKind::archive, "capture of nmtx", "(", begins_archive, belongs_whatever, About::process,
              whole_log},
    KindEntry{PastedKind::hsperfdata, "hsperfdata", "", begins_hsperfdata, belongs_whatever, About::process,
              whole_log},
    KindEntry{PastedKind::pid_line, "pid line of jcmd", "0123456789", begins_pid_line, belongs_nothing,
              About::next_text, pid_line_manner},
    KindEntry{PastedKind::hs_err, "hs_err log", "#-", begins_hs_err, belongs_hs_err, About::moment,
              whole_log},
    KindEntry{PastedKind::vm_info, "VM.info", "#", begins_vm_info, belongs_hs_err, About::moment, whole_log},
    KindEntry{PastedKind::process_memory, "Process Memory of VM.info or an hs_err log", "",
              begins_process_memory, belongs_process_memory, About::moment},
    KindEntry{PastedKind::command, "command", "", begins_command, belongs_command, About::next_text,
              command_manner},
    KindEntry{PastedKind::safepoint, "safepoint timeout", "#[S", begins_safepoint, belongs_safepoint,
              About::process},
    KindEntry{PastedKind::gc_log, "GC log", "[0123456789{ G#", begins_gc_log, belongs_gc_log, About::process},
    KindEntry{PastedKind::thread_dump, "thread dump", "F\"0123456789", begins_thread_dump,
              belongs_thread_dump, About::process, dump_manner},
    KindEntry{PastedKind::thread_file, "thread dump of Thread.dump_to_file", "#{0123456789",
              begins_thread_file, belongs_thread_file, About::process, remarks_kept},
    KindEntry{PastedKind::vitals, "VM.vitals", "aL-", begins_vitals, belongs_vitals, About::aside},
    KindEntry{PastedKind::jstat, "jstat", "TSMNPO", begins_jstat, belongs_jstat, About::aside},
    KindEntry{PastedKind::compiler_memory, "Compiler.memory", "Ctc", begins_compiler_memory,
              belongs_compiler_memory, About::aside},
    KindEntry{PastedKind::jemalloc, "jemalloc statistics", "_A{", begins_jemalloc, belongs_jemalloc,
              About::aside},
    KindEntry{PastedKind::pod, "kubectl describe pod", "NCELSR", begins_pod, belongs_pod,
              About::surroundings},
    KindEntry{PastedKind::inspect, "docker inspect", "[{\"", begins_inspect, belongs_inspect,
              About::surroundings},
    KindEntry{PastedKind::system_map, "System.map", "Mf0", begins_system_map, belongs_system_map,
              About::moment},
    KindEntry{PastedKind::smaps_rollup, "smaps_rollup", "0123456789abcdefRP", begins_smaps_rollup,
              belongs_smaps_rollup, About::process},
    KindEntry{PastedKind::smaps, "smaps", "0123456789abcdef", begins_smaps, belongs_smaps, About::moment,
              interrupts},
    KindEntry{PastedKind::maps, "maps", "0123456789abcdef", begins_maps, belongs_maps, About::moment},
    KindEntry{PastedKind::pmap, "pmap", "0123456789abcdefABCDEF", begins_pmap, belongs_pmap, About::moment},
    KindEntry{PastedKind::nmt, "NMT report", "", begins_nmt, belongs_nmt, About::moment},
    KindEntry{PastedKind::malloc_info, "malloc_info", "<", begins_malloc_info, belongs_malloc_info,
              About::process, remarks_kept},
    KindEntry{PastedKind::status, "status", "NVRU", begins_status, belongs_status, About::moment},
    KindEntry{PastedKind::meminfo, "meminfo", "M", begins_meminfo, belongs_meminfo, About::surroundings},
    KindEntry{PastedKind::free_memory, "free", "tM", begins_free, belongs_free, About::surroundings},
    KindEntry{PastedKind::limits, "limits", "L", begins_limits, belongs_limits, About::process},
    KindEntry{PastedKind::top, "top", "tPTK%M0123456789", begins_top, belongs_top, About::surroundings,
              interrupts},
    KindEntry{PastedKind::process_rows, "process list", "", begins_process_rows, belongs_rows,
              About::surroundings, swallows},
    KindEntry{PastedKind::container_rows, "container list", "CINP", begins_container_rows, belongs_rows,
              About::surroundings, swallows},
    KindEntry{PastedKind::cgroup_rows, "systemd-cgtop", "C/", begins_cgroup_rows, belongs_cgroup_rows,
              About::surroundings},
    KindEntry{PastedKind::jeprof, "jeprof", "T0123456789U", begins_jeprof, belongs_jeprof, About::process},
    KindEntry{PastedKind::oom, "kernel OOM message", "", begins_oom, belongs_oom, About::surroundings},
    KindEntry{PastedKind::cgroup, "cgroup memory", "", begins_cgroup, belongs_cgroup, About::aside},
    KindEntry{PastedKind::heap_info, "GC.heap_info", "", begins_heap_info, belongs_heap_info, About::process},
    KindEntry{PastedKind::codecache, "Compiler.codecache", "C", begins_codecache, belongs_codecache,
              About::process},
    KindEntry{PastedKind::metaspace, "VM.metaspace", "MUTVN", begins_metaspace, belongs_metaspace,
              About::process},
    KindEntry{PastedKind::jmap_heap, "jmap -heap", "AHM", begins_jmap_heap, belongs_jmap_heap, About::aside},
    KindEntry{PastedKind::vm_settings, "-XshowSettings", "VOMSP", begins_vm_settings, belongs_vm_settings,
              About::aside},
    KindEntry{PastedKind::vm_version, "JVM version", "", begins_vm_version, belongs_vm_version,
              About::process},
    KindEntry{PastedKind::flag_table, "table of JVM flags", "[biusdc", begins_flag_table, belongs_flag_table,
              About::aside},
    KindEntry{PastedKind::vm_flags, "JVM flags", "", begins_vm_flags, belongs_vm_flags, About::process},
    KindEntry{PastedKind::vm_arguments, "JVM arguments", "Vj", begins_vm_arguments, belongs_vm_arguments,
              About::process},
    KindEntry{PastedKind::class_histogram, "class histogram", "n0123456789", begins_class_histogram,
              belongs_class_histogram, About::process, remarks_kept},
    KindEntry{PastedKind::malloc_stats, "malloc_stats", "AmT", begins_malloc_stats, belongs_malloc_stats,
              About::process},
    KindEntry{PastedKind::short_reply, "reply of jcmd", "TC", begins_short_reply, belongs_short_reply,
              About::process},
    KindEntry{PastedKind::uptime, "VM.uptime", "0123456789", begins_uptime, belongs_nothing, About::process},
    KindEntry{PastedKind::statm, "statm", "0123456789", begins_statm, belongs_nothing, About::process,
              no_anchor},
    KindEntry{PastedKind::pss_series, "PSS over time", "PpM", begins_pss_series, belongs_pss_series,
              About::surroundings},
    KindEntry{PastedKind::javacore, "javacore of OpenJ9", "0", begins_javacore, belongs_javacore,
              About::process, remarks_kept},
    KindEntry{PastedKind::java_command, "command line of a JVM", "", begins_java_command,
              belongs_java_command, About::process, no_anchor},
    KindEntry{PastedKind::answer, "answer of jcmd", "", begins_answer, belongs_nothing, About::process,
              interrupts},
    KindEntry{PastedKind::names, "ids and names", "0123456789", begins_names, belongs_names,
              About::surroundings, no_anchor},
};

constexpr bool has_each_once() {
    std::array<int, pasted_kinds> times{};
    for (const KindEntry& entry : table) ++times.at(static_cast<std::size_t>(entry.kind));
    return std::ranges::all_of(times, [](int n) { return n == 1; });
}
static_assert(table.size() == pasted_kinds, "a kind has no row in the table, or is not before the last one");
static_assert(has_each_once(), "a kind has no row in the table, and another has two");

using Candidates = std::array<std::vector<const KindEntry*>, 256>;

// Which entries a line may begin, by its first character.
const Candidates& candidates() {
    static const Candidates by_character = [] {
        Candidates all;
        for (const KindEntry& entry : table) {
            for (std::size_t c = 0; c < all.size(); ++c) {
                if (entry.first.empty() || entry.first.find(static_cast<char>(c)) != std::string_view::npos)
                    all[c].push_back(&entry);
            }
        }
        return all;
    }();
    return by_character;
}

}  // namespace

std::string_view LineInContext::trimmed() const {
    const std::string_view text = trim(line());
    const Remarked parts = split_arrow(text);
    return parts.text.empty() ? text : parts.text;
}

std::string_view LineInContext::next() const {
    constexpr int most_blank = 3;
    std::size_t at = end_;
    for (int line = 0; line <= most_blank && at < text_.size(); ++line) {
        const std::size_t begin = at + 1;
        if (begin >= text_.size()) break;
        at = std::min(text_.find('\n', begin), text_.size());
        const std::string_view found = trim(text_.substr(begin, at - begin));
        if (!found.empty()) return found;
    }
    return {};
}

std::string_view LineInContext::below(std::size_t most) const {
    return text_.substr(std::min(end_, text_.size()), most);
}

std::size_t LineInContext::indent() const {
    return std::min(line().find_first_not_of(" \t"), line().size());
}

bool LineInContext::first() const {
    constexpr std::size_t most_blank = 64;
    return begin_ <= most_blank &&
           text_.substr(0, begin_).find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool LineInContext::alone() const {
    return first() && text_.find_first_not_of(" \t\r\n", end_) == std::string_view::npos;
}

std::span<const KindEntry> kind_table() {
    return table;
}

const KindEntry& entry_of(PastedKind kind) {
    for (const KindEntry& entry : table) {
        if (entry.kind == kind) return entry;
    }
    return table.back();
}

std::string_view name_of(PastedKind kind) {
    return entry_of(kind).name;
}

const KindEntry* beginning_at(const LineInContext& line, bool interrupting_only) {
    const std::string_view text = line.trimmed();
    if (text.empty()) return nullptr;
    for (const KindEntry* entry : candidates()[static_cast<unsigned char>(text.front())]) {
        if (interrupting_only && entry->manner.among != Among::interrupts) continue;
        if (entry->begins(line)) return entry;
    }
    return nullptr;
}

bool is_anchor(std::string_view line) {
    const LineInContext alone(line, 0, line.size(), {});
    const KindEntry* const entry = beginning_at(alone);
    return entry != nullptr && entry->manner.anchor == MayAnchor::yes;
}

}  // namespace nmtx
