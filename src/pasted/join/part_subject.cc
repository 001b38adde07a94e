#include "pasted/join/part_subject.h"

#include <algorithm>
#include <array>

namespace nmtx {
namespace {

template <typename... Kinds>
bool holds_one_of(const PastedContents& contents) {
    return (std::holds_alternative<Kinds>(contents) || ...);
}

// Of texts that were not read, by their kind alone.
bool is_of_a_process(PastedKind kind) {
    constexpr std::array others{
        PastedKind::oom,         PastedKind::top,        PastedKind::process_rows, PastedKind::container_rows,
        PastedKind::cgroup_rows, PastedKind::pod,        PastedKind::inspect,      PastedKind::meminfo,
        PastedKind::free_memory, PastedKind::pss_series, PastedKind::names};
    return std::ranges::find(others, kind) == others.end();
}

}  // namespace

bool of_a_process(const PastedPart& part) {
    return !holds_one_of<std::monostate, PssSeries, Top, ProcessTable, ContainerTable, OomLog,
                         ContainerReport, HostMemory>(part.contents);
}

std::optional<std::uint64_t> the_only_pid(const std::vector<PastedText>& texts) {
    std::optional<std::uint64_t> only;
    const auto is_another = [&](const std::optional<std::uint64_t>& pid) {
        return only && pid && *only != *pid;
    };
    for (const PastedText& text : texts) {
        for (const PastedPart& part : text.parts) {
            if (!part.pid || !of_a_process(part)) continue;
            if (is_another(part.pid)) return std::nullopt;
            only = part.pid;
        }
        for (const LeftOut& left_out : text.left_out) {
            if (!is_of_a_process(left_out.kind)) continue;
            if (left_out.several_pids || is_another(left_out.pid)) return std::nullopt;
            if (left_out.pid) only = left_out.pid;
        }
    }
    return only;
}

bool asks_for_nothing(const PastedPart& part) {
    return !of_a_process(part) || part.part.kind == PastedKind::flag_table ||
           holds_one_of<CgroupMemory, LauncherSettings, JstatTable, JmapHeap, CompilerMemory, JemallocStats,
                        Vitals>(part.contents);
}

Slot slot_of(const PastedPart& part) {
    if (const auto* smaps = std::get_if<Smaps>(&part.contents))
        return smaps->rss_known ? Slot::resident : Slot::maps;
    if (const auto* nmt = std::get_if<PastedNmt>(&part.contents)) {
        if (nmt->report.has_changes()) return Slot::nmt_diff;
        return nmt->report.regions.empty() ? Slot::nmt_summary : Slot::nmt_detail;
    }
    if (std::holds_alternative<ProcessStatus>(part.contents)) return Slot::status;
    if (std::holds_alternative<SystemMap>(part.contents)) return Slot::system_map;
    if (std::holds_alternative<ProcessMemoryPart>(part.contents)) return Slot::process_memory;
    if (part.part.kind == PastedKind::hs_err || part.part.kind == PastedKind::vm_info) return Slot::hs_err;
    return Slot::none;
}

}  // namespace nmtx
