#include "report/parts/notes.h"

#include <fmt/format.h>

#include <cmath>

#include "base/printable.h"
#include "ledger/claims/claims.h"
#include "report/parts/malloc_notes.h"

namespace nmtx {
namespace {

std::string vm_name(const ProcessView& view) {
    if (view.perf) {
        if (const auto name = view.perf->text("java.property.java.vm.name"))
            return std::string(name->substr(0, name->find(' ')));
    }
    if (const auto& told = view.version ? view.version : view.libjvm)
        return told->vm.substr(0, told->vm.find(' '));
    return "HotSpot";
}

// "VM.info, GC.heap_info and Compiler.codecache", as many of them as there are; JDK 8 has the second alone.
std::string sources_of_areas(const ProcessView& view) {
    std::vector<std::string_view> sources;
    if (view.vm_info) sources.emplace_back("VM.info");
    if (view.heap_info) sources.emplace_back("GC.heap_info");
    if (view.code_heaps) sources.emplace_back("Compiler.codecache");
    std::string joined;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (i > 0) joined += i + 1 == sources.size() ? " and " : ", ";
        joined += sources[i];
    }
    return joined;
}

std::string evidence_note(const ProcessView& view) {
    if (view.vm != Vm::hotspot || knows_nmt_addresses(view)) return "";
    const NmtLevel level = view.nmt_level();
    const std::string sources = sources_of_areas(view);
    // System.map tells addresses for NMT=summary too.
    const bool needs_detail = view.java_feature().value_or(0) < 21;
    const bool asked = view.heap_info || view.vm_info;
    // What that costs, and what to start with, the finding nmt-off says.
    if (asked && level == NmtLevel::off)
        return fmt::format("NMT is off: the JVM's areas are known by {} alone.", sources);
    if (asked && !view.nmt)
        return fmt::format("NMT was not asked: the JVM's areas are known by {} alone.", sources);
    if (asked && level == NmtLevel::summary && needs_detail)
        return fmt::format("NMT=summary has no addresses: the JVM's areas are known by {}.", sources);
    if (asked) {
        return fmt::format("The JVM was not asked for NMT's addresses: its areas are known by {} alone.",
                           sources);
    }
    return "The JVM was not asked for addresses: only the kernel's side and hsperfdata are known.";
}

void add_gap(std::vector<std::string>& notes, const Ledger& ledger) {
    const Gap& gap = ledger.gap;
    if (!gap.classic) return;
    notes.push_back(fmt::format(
        "Tickets quote RSS - NMT committed = {} MiB; it is no leak measure: committed is not resident.",
        in_mib(*gap.classic)));
    if (!gap.low || !gap.likely || !gap.high) return;
    notes.push_back(
        fmt::format("RSS that NMT does not know of: low {}, likely {}, high {} MiB (low: all of NMT's malloc "
                    "resident, {}high: none of it).",
                    in_mib(*gap.low), in_mib(*gap.likely), in_mib(*gap.high),
                    ledger.malloc.measured() ? "likely: as much as was found resident, " : ""));
}

// Where the mappings are from, unless it was smaps, which tells all that there is.
void add_source(std::vector<std::string>& notes, const Smaps& smaps) {
    if (smaps.from == MappingsFrom::smaps) return;
    const std::string_view source = smaps.from == MappingsFrom::pmap ? "pmap" : "/proc/PID/maps";
    if (smaps.rss_estimated) return;  // whoever has estimated it says how
    if (smaps.rss_known) {
        notes.push_back(
            fmt::format("The mappings are those of {}: where several owners share one, what each "
                        "has resident is estimated.",
                        source));
    } else {
        notes.push_back(
            fmt::format("The mappings are those of {}, which does not tell what is resident: only "
                        "address space can be compared. pmap -X or /proc/PID/smaps tells.",
                        source));
    }
}

void add_moves(std::vector<std::string>& notes, const Moment& moment) {
    if (const std::size_t changed = moment.view->smaps->changed_meanwhile; changed > 0)
        notes.push_back(fmt::format("{} mapping{} changed while smaps was read: the later word counts.",
                                    changed, changed == 1 ? "" : "s"));
    const auto thousandth = static_cast<std::int64_t>(moment.ledger->rss.value() / 1000);
    if (std::abs(moment.ledger->drift().value) > thousandth && moment.ledger->rss_before) {
        notes.push_back(
            fmt::format("RSS moved by {} MiB while it was read (from {} to {} MiB; answering costs the JVM "
                        "memory too): the parts are of slightly different moments.",
                        in_mib(moment.ledger->drift()), in_mib(*moment.ledger->rss_before),
                        in_mib(*moment.ledger->rss_after)));
    }
    if (moment.ledger->moved.value() > moment.ledger->rss.value() / 1000) {
        notes.push_back(fmt::format(
            "Page residency and smaps differ by {} MiB, taken one after the other; smaps is what counts.",
            in_mib(moment.ledger->moved)));
    }
    if (const auto& parts = moment.ledger->malloc.parts;
        parts && parts->moved.value() > moment.ledger->rss.value() / 1000) {
        notes.push_back(
            fmt::format("The walk over malloc saw {} MiB more resident than smaps, taken one after the "
                        "other; smaps is what counts.",
                        in_mib(parts->moved)));
    }
    if (moment.ledger->estimated != Bytes() && !moment.view->smaps->rss_estimated) {
        notes.push_back(fmt::format(
            "Estimated: {} MiB lie in mappings of several owners whose pages could not be told apart.",
            in_mib(moment.ledger->estimated)));
    }
}

void add_beside_rss(std::vector<std::string>& notes, const ProcessView& view) {
    if (view.smaps->swap != Bytes() || view.smaps->hugetlb != Bytes()) {
        notes.push_back(fmt::format("Not in RSS: {} MiB swapped out, {} MiB in huge pages (hugetlb).",
                                    in_mib(view.smaps->swap), in_mib(view.smaps->hugetlb)));
    }
}

bool matters(const MissingDocument& missing, const ProcessView& view) {
    return (missing.what == document::attach && view.vm != Vm::none && view.vm != Vm::native_image) ||
           missing.what == document::residency || missing.what == document::tasks ||
           missing.what == document::malloc_walk || missing.what.starts_with("hotspot/VM.native_memory");
}

}  // namespace

std::string who(const ProcessView& view) {
    switch (view.vm) {
        case Vm::none:
            return view.status ? view.status->name + " (not Java)" : "not Java";
        case Vm::openj9:
            return "OpenJ9";
        case Vm::native_image:
            return view.status ? view.status->name + " (native image)" : "native image";
        case Vm::unknown:
            return "unknown";
        case Vm::hotspot:
            break;
    }
    std::string text = vm_name(view);
    if (const std::string version = view.java_version(); !version.empty()) text += " " + version;
    if (const std::string gc = view.gc(); !gc.empty()) text += " " + gc;
    return text;
}

std::string target_text(const ProcessView& view, bool unicode) {
    const std::string_view dot = unicode ? " · " : " | ";
    // A text that somebody pasted need not say which process it is of, nor for how long that has run.
    const bool pasted = is_pasted(view);
    std::string head = pasted && view.header.pid == 0
                           ? fmt::format("Target{}{}", dot, who(view))
                           : fmt::format("Target{}pid {}{}{}", dot, view.header.pid, dot, who(view));
    const auto add = [&](const std::string& text) {
        if (!text.empty()) head += fmt::format("{}{}", dot, text);
    };
    if (view.malloc_walk) add(allocator_name(*view.malloc_walk));
    add(nmt_state(view));
    if (!pasted || view.header.target_uptime_s > 0) add("up " + human_seconds(view.header.target_uptime_s));
    if (view.cgroup)
        add(view.cgroup->limit ? "memory limit " + human(*view.cgroup->limit) : "no memory limit");
    return printable(head);
}

std::string target_line(const ProcessView& view, const TextStyle& style) {
    return line(target_text(view, style.unicode), style);
}

std::string nmt_state(const ProcessView& view) {
    return view.vm == Vm::hotspot ? fmt::format("NMT {}", name_of(view.nmt_level())) : "";
}

std::vector<std::string> notes_of(const Moment& moment, bool all) {
    std::vector<std::string> notes;
    if (moment.view->vm == Vm::none) {
        notes.emplace_back("No JVM is mapped in this process: what the kernel knows is all there is.");
    } else if (moment.view->vm == Vm::native_image) {
        notes.emplace_back(
            "A GraalVM native image has no Native Memory Tracking that can be asked from outside: its heap "
            "is an estimate by the layout of its mappings.");
    } else if (moment.view->vm == Vm::openj9) {
        notes.emplace_back(
            "OpenJ9 has no Native Memory Tracking: what the kernel knows is all there is. Its own view: jcmd "
            "PID Dump.java.");
    }
    if (moment.view->nmt_from_file)
        notes.emplace_back(
            "NMT's figures are from a file: of another moment, and nothing says of which process.");
    add_source(notes, *moment.view->smaps);
    for (std::string& note : malloc_notes(moment)) notes.push_back(std::move(note));
    add_gap(notes, *moment.ledger);
    if (std::string note = evidence_note(*moment.view); !note.empty()) notes.push_back(std::move(note));
    add_beside_rss(notes, *moment.view);
    add_moves(notes, moment);
    for (const MissingDocument& missing : moment.view->missing) {
        if (!all && !matters(missing, *moment.view)) continue;
        notes.push_back(fmt::format("Missing: {}: {}{}{}", missing.what, missing.why,
                                    missing.hint.empty() ? "" : "; ", missing.hint));
    }
    const Cost& cost = moment.view->header.cost;
    if (is_pasted(*moment.view)) return notes;
    const std::string answered =
        moment.view->version ? fmt::format("The JVM took {:.0f} ms to answer, ", cost.attach_ms) : "";
    notes.push_back(fmt::format("{}nmtx {:.0f} ms of CPU.", answered, cost.cpu_ms));
    return notes;
}

}  // namespace nmtx
