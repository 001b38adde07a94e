// What people paste of the kernel's texts and of glibc's, on any bytes: the first chooses the parser, the
// rest is its text. Nothing crashes; what is quoted as not understood stands in the text, on a line that it
// has.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "allocator/jemalloc_stats.h"
#include "allocator/malloc_info.h"
#include "kernel/containers/cgroup.h"
#include "kernel/containers/cgroup_top.h"
#include "kernel/containers/container_state.h"
#include "kernel/containers/container_stats.h"
#include "kernel/host_memory.h"
#include "kernel/mappings/pmap.h"
#include "kernel/mappings/smaps.h"
#include "kernel/oom/long_oom_log.h"
#include "kernel/status.h"
#include "kernel/top.h"

using namespace nmtx;

namespace {

void must(bool holds) {
    if (!holds) std::abort();
}

bool inside(std::string_view part, std::string_view text) {
    return part.empty() ||
           (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
}

void check(const NotUnderstood& unread, std::string_view text) {
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    must(unread.texts().size() <= NotUnderstood::most);
    for (const UnreadText& one : unread.texts()) {
        must(one.line >= 1 && one.line <= lines);
        must(inside(one.text, text) && !one.text.empty());
    }
}

// Every error names a line of its document.
template <typename Parsed>
bool well_read(const Parsed& parsed, std::string_view text, std::string_view document) {
    if (parsed) {
        check(parsed->not_understood, text);
        return true;
    }
    must(parsed.error().where.starts_with(document) && parsed.error().where.size() > document.size());
    return false;
}

// Names that a parser gives itself lie in no text.
bool own_name(std::string_view name) {
    return name == "[stack]" || name == "[heap]" || name == "/SYSV";
}

void check_mappings(const Smaps& smaps, std::string_view text) {
    Bytes rss;
    Address last;
    for (const Mapping& mapping : smaps.mappings) {
        must(!mapping.range.empty() && mapping.range.begin >= last);
        must((inside(mapping.name, text) || own_name(mapping.name)) && inside(mapping.vm_flags, text));
        last = mapping.range.end;
        rss += mapping.rss;
    }
    must(rss == smaps.rss && (smaps.rss_known || rss == Bytes()));
}

void check_smaps(std::string_view text) {
    const auto pasted = parse_pasted_smaps(text);
    if (!well_read(pasted, text, "smaps:")) return;
    check_mappings(pasted->smaps, text);
    must(!pasted->smaps.mappings.empty() && pasted->without_rss <= pasted->smaps.mappings.size());
    // Where both readers understand all of it they say the same.
    const auto strict = parse_smaps(text);
    if (!strict || !pasted->not_understood.empty()) return;
    must(strict->rss == pasted->smaps.rss && strict->mappings.size() == pasted->smaps.mappings.size());
}

void check_pmap(std::string_view text) {
    const auto pmap = parse_pmap(text);
    if (!well_read(pmap, text, "pmap:")) return;
    must(!pmap->smaps.mappings.empty() && inside(pmap->command, text));
    check_mappings(pmap->smaps, text);
    static_cast<void>(pmap->whole());
}

void check_oom(std::string_view text) {
    const auto log = parse_oom_log(text);
    must(parse_long_oom_log(text).has_value() == log.has_value());
    if (!well_read(log, text, "oom log:")) return;
    must(!log->kills.empty());
    for (const OomKill& kill : log->kills) {
        must(inside(kill.invoked_by, text) && inside(kill.limited_cgroup, text) &&
             inside(kill.victim_cgroup, text));
        for (const OomTask& task : kill.tasks) must(inside(task.name, text) && !task.name.empty());
        for (const OomVictim& victim : kill.victims) {
            must(inside(victim.name, text));
            static_cast<void>(victim.rss());
            static_cast<void>(kill.task_of(victim));
        }
        for (const OomCgroupStats& stats : kill.stats) must(inside(stats.path, text));
    }
}

void check_rows(const std::vector<ProcessRow>& rows, std::string_view text) {
    for (const ProcessRow& row : rows)
        must(inside(row.command, text) && inside(row.user, text) && inside(row.state, text) && row.line > 0);
}

void check_tables(std::string_view text) {
    if (const auto top = parse_top(text); well_read(top, text, "top:")) {
        for (const TopFrame& frame : top->frames) check_rows(frame.rows, text);
    }
    if (const auto table = parse_process_table(text); well_read(table, text, "ps:"))
        check_rows(table->rows, text);
    if (const auto table = parse_container_stats(text); well_read(table, text, "docker stats:")) {
        for (const ContainerStats& row : table->rows) must(inside(row.name, text) && inside(row.id, text));
    }
}

void check_malloc(std::string_view text) {
    if (const auto info = parse_malloc_info(text); well_read(info, text, "malloc_info:")) {
        static_cast<void>(info->sum().in_use());
        static_cast<void>(info->total.in_use());
    }
    static_cast<void>(well_read(parse_malloc_stats(text), text, "malloc_stats:"));
}

void check_containers(std::string_view text) {
    for (const bool docker : {false, true}) {
        const auto report = docker ? parse_container_inspect(text) : parse_pod_description(text);
        if (!well_read(report, text, docker ? "docker inspect:" : "kubectl describe pod:")) continue;
        for (const ContainerState& container : report->containers)
            must(inside(container.name, text) && inside(container.now.reason, text));
    }
    if (const auto top = parse_cgroup_top(text); well_read(top, text, "systemd-cgtop:")) {
        for (const CgroupTopRow& row : top->rows) must(inside(row.path, text));
    }
}

void check_machine(std::string_view text) {
    static_cast<void>(well_read(parse_meminfo(text), text, "meminfo:"));
    static_cast<void>(well_read(parse_free(text), text, "free:"));
    static_cast<void>(well_read(parse_jeprof(text), text, "jeprof:"));
    if (const auto stats = parse_jemalloc_stats(text)) must(inside(stats->version, text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 10) {
        case 8:
            check_containers(text);
            break;
        case 9:
            check_machine(text);
            break;
        case 0:
            check_smaps(text);
            break;
        case 1:
            check_pmap(text);
            break;
        case 2:
            check_oom(text);
            break;
        case 3:
            static_cast<void>(well_read(parse_pasted_cgroup(text), text, "cgroup:"));
            break;
        case 4:
            check_tables(text);
            break;
        case 5:
            check_malloc(text);
            break;
        case 6:
            static_cast<void>(well_read(parse_smaps_rollup(text), text, "smaps_rollup:"));
            break;
        default:
            static_cast<void>(well_read(parse_pasted_status(text), text, "status:"));
            static_cast<void>(well_read(parse_pasted_limits(text), text, "limits:"));
            break;
    }
    return 0;
}
