#include <fmt/format.h>

#include <algorithm>

#include "hotspot/nmt/nmt_missing.h"
#include "pasted/join/join.h"

namespace nmtx {
namespace {

bool nmt_is_off(const ProcessView& view) {
    return view.nmt_refusal && view.nmt_refusal->find("is not enabled") != std::string::npos;
}

// A thread dump or a GC log is not pasted to find out where RSS went.
bool wants_reconciliation(const PastedMoment& moment) {
    const ProcessView& view = moment.view;
    const bool of_one_moment = view.nmt && !view.nmt->has_changes();
    // For a failed NMT command, say how NMT is enabled.
    return nmt_is_off(view) || view.smaps || view.nmt_map || view.system_map || moment.told.rollup ||
           of_one_moment || (view.status && view.status->vm_rss);
}

bool was_killed(const PastedMoment& moment, std::optional<std::uint64_t> pid) {
    if (!moment.view.oom_log || !pid) return false;
    return std::ranges::any_of(moment.view.oom_log->kills, [&](const OomKill& kill) {
        return std::ranges::any_of(kill.victims, [&](const OomVictim& v) { return v.pid == *pid; });
    });
}

using Missing = std::vector<MissingEvidence>;

// The process is gone; what it is started with decides what the next log has.
void add_for_next_crash(const PastedMoment& moment, Missing& missing) {
    if (!moment.view.nmt)
        missing.push_back({"NMT's totals, in the log of the next crash",
                           "start the JVM with -XX:NativeMemoryTracking=summary"});
    if (moment.resident == ResidentFrom::nothing || moment.resident == ResidentFrom::estimate)
        missing.push_back({"the resident part of each mapping, which no log has",
                           "before the next crash: nmtx capture PID -o FILE"});
}

void add_mappings(const PastedMoment& moment, const std::string& id, Missing& missing) {
    switch (moment.resident) {
        case ResidentFrom::nothing:
            missing.push_back({moment.view.smaps ? "the resident part of each mapping"
                                                 : "the mappings, and the resident part of each",
                               fmt::format("cat /proc/{}/smaps, or pmap -X {}", id, id)});
            break;
        case ResidentFrom::estimate:
            missing.push_back({"the resident part of each mapping, instead of an estimate",
                               fmt::format("cat /proc/{}/smaps", id)});
            break;
        case ResidentFrom::piece:
            missing.push_back({"the other mappings of the process", fmt::format("pmap -X {}, whole", id)});
            break;
        case ResidentFrom::smaps:
        case ResidentFrom::pmap:
            break;
    }
}

}  // namespace

std::vector<MissingEvidence> missing_evidence(const PastedMoment& moment, std::optional<std::uint64_t> pid) {
    std::vector<MissingEvidence> missing;
    const ProcessView& view = moment.view;
    const std::string id = pid ? std::to_string(*pid) : "PID";
    const auto add = [&](std::string what, std::string command) {
        missing.push_back({std::move(what), std::move(command)});
    };
    if (was_killed(moment, pid)) return missing;
    if (moment.crashed) {
        if (moment.out_of_memory) add_for_next_crash(moment, missing);
        return missing;
    }
    if (!wants_reconciliation(moment)) return missing;
    add_mappings(moment, id, missing);
    if (view.vm == Vm::openj9 || view.vm == Vm::none) return missing;
    // First of all the mappings, and NMT's totals; what makes their ledger finer comes when they are there.
    const bool early = !view.smaps;
    const bool addresses = view.nmt_map || (view.system_map && view.system_map->nmt_enabled);
    const bool off = nmt_is_off(view);
    if (off && !view.nmt) {
        add("NMT's figures: it is off in this JVM", "start the JVM with -XX:NativeMemoryTracking=summary");
    } else if (!view.nmt) {
        add("NMT's totals", fmt::format("jcmd {} VM.native_memory summary scale=b", id));
    } else if (missing_categories(*view.nmt)) {
        add("the complete NMT report", fmt::format("jcmd {} VM.native_memory summary scale=b", id));
    }
    if (early) return missing;
    if (!addresses && !off) {
        const std::string detail = fmt::format("jcmd {} VM.native_memory detail", id);
        add("the addresses of the JVM's areas", view.java_feature().value_or(0) >= 22
                                                    ? fmt::format("jcmd {} System.map, or {}", id, detail)
                                                    : detail);
    }
    if (!view.code_heaps && !addresses) add("the code heaps", fmt::format("jcmd {} Compiler.codecache", id));
    if (!view.heap_info && !view.vm_info && !addresses)
        add("the heap's address", fmt::format("jcmd {} GC.heap_info", id));
    if (moment.reconcilable())
        add("what malloc's memory is: in use or freed but retained, and its owners",
            fmt::format("nmtx {}", id));
    return missing;
}

}  // namespace nmtx
