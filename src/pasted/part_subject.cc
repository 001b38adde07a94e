#include "pasted/part_subject.h"

namespace nmtx {
namespace {

template <typename... Kinds>
bool holds_one_of(const PastedContents& contents) {
    return (std::holds_alternative<Kinds>(contents) || ...);
}

}  // namespace

bool of_a_process(const PastedPart& part) {
    return !holds_one_of<std::monostate, PssSeries, Top, ProcessTable, ContainerTable, OomLog,
                         ContainerReport, HostMemory>(part.contents);
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
