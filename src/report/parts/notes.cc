#include "report/parts/notes.h"

#include <fmt/format.h>

#include <cmath>

#include "base/paths.h"
#include "base/printable.h"
#include "hotspot/identity.h"
#include "ledger/claims/claims.h"
#include "report/parts/gap_text.h"
#include "report/parts/malloc_notes.h"

namespace nmtx {
namespace {

// Shares of RSS from which on a note says that the parts of a report were read at different times.
constexpr double moves_on_screen = 0.2;
constexpr double moves_in_ticket = 0.001;

std::string vm_name(const ProcessView& view) {
    if (view.perf) {
        if (const auto name = view.perf->text("java.property.java.vm.name"))
            return std::string(name->substr(0, name->find(' ')));
    }
    if (const auto& told = view.version ? view.version : view.libjvm)
        return told->vm.substr(0, told->vm.find(' '));
    return "HotSpot";
}

// "VM.info, GC.heap_info and Compiler.codecache", those that are there; JDK 8 has only the second.
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

// `screen`: a finding already says that NMT is off or has no addresses.
std::string evidence_note(const ProcessView& view, bool screen) {
    const bool asked_jvm = view.heap_info || view.vm_info;
    if (screen && asked_jvm && (view.nmt_level() == NmtLevel::off || view.nmt_level() == NmtLevel::summary))
        return "";
    if (view.vm != Vm::hotspot || knows_nmt_addresses(view)) return "";
    const NmtLevel level = view.nmt_level();
    const std::string sources = sources_of_areas(view);
    // System.map has addresses for NMT=summary too.
    const bool needs_detail = view.java_feature().value_or(0) < 21;
    const bool asked = view.heap_info || view.vm_info;
    // What that costs, and what to start with, the finding nmt-off says.
    if (asked && level == NmtLevel::off) return fmt::format("NMT is off: JVM areas come from {}.", sources);
    if (asked && !view.nmt) return fmt::format("NMT was not queried: JVM areas come from {}.", sources);
    if (asked && level == NmtLevel::summary && needs_detail)
        return fmt::format(
            "NMT=summary: the split between JVM areas is partly estimated, from {} (use =detail for exact).",
            sources);
    if (asked) return fmt::format("NMT's addresses were not queried: JVM areas come from {}.", sources);
    return "The JVM was not queried: JVM areas come from the kernel and hsperfdata only.";
}

// Where the mappings are from, unless it was smaps, which has everything.
void add_source(std::vector<std::string>& notes, const Smaps& smaps) {
    if (smaps.from == MappingsFrom::smaps || smaps.from == MappingsFrom::page_tables) return;
    const std::string_view source = smaps.from == MappingsFrom::pmap ? "pmap" : "/proc/PID/maps";
    if (smaps.rss_estimated) return;  // the estimate is described where it was made
    if (smaps.rss_known) {
        notes.push_back(
            fmt::format("The mappings are those of {}: where several owners share one, what each "
                        "has resident is estimated.",
                        source));
    } else {
        notes.push_back(
            fmt::format("The mappings are those of {}, which does not show what is resident: only "
                        "address space can be compared. pmap -X or /proc/PID/smaps shows it.",
                        source));
    }
}

// What of the report may be off, and by how much. `least`: what is below that share of RSS is left out.
void add_moves(std::vector<std::string>& notes, const Moment& moment, double least) {
    const Ledger& ledger = *moment.ledger;
    const auto matters = [&](double bytes) {
        return std::abs(bytes) > static_cast<double>(ledger.rss.value()) * least;
    };
    const auto weighs = [&](Bytes bytes) { return matters(static_cast<double>(bytes.value())); };
    if (ledger.rss_before && matters(static_cast<double>(ledger.drift().value)))
        notes.push_back(fmt::format("RSS {} by {} MiB during the measurement ({} to {} MiB).",
                                    ledger.drift().value < 0 ? "fell" : "rose",
                                    in_mib(Delta{std::abs(ledger.drift().value)}), in_mib(*ledger.rss_before),
                                    in_mib(*ledger.rss_after)));
    if (weighs(ledger.moved))
        notes.push_back(fmt::format(
            "Page residency and smaps, read one after the other, differ by {} MiB; smaps is used.",
            in_mib(ledger.moved)));
    if (const auto& parts = ledger.malloc.parts; parts && weighs(parts->moved))
        notes.push_back(fmt::format(
            "The malloc walk and smaps, read one after the other, differ by {} MiB; smaps is used.",
            in_mib(parts->moved)));
    if (!moment.view->smaps->rss_estimated && weighs(ledger.estimated))
        notes.push_back(
            fmt::format("{} MiB are in mappings shared by several owners; their split is "
                        "estimated.",
                        in_mib(ledger.estimated)));
}

void add_changed(std::vector<std::string>& notes, const ProcessView& view) {
    const std::size_t changed = view.smaps->changed_meanwhile;
    if (changed > 0)
        notes.push_back(fmt::format("{} mapping{} changed while smaps was read; the later values were used.",
                                    changed, changed == 1 ? "" : "s"));
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
    if (const std::string gc = collector_name(view.gc()); !gc.empty()) text += " " + gc;
    return text;
}

std::string rss_text(const Ledger& ledger) {
    if (ledger.mapped_again == Bytes()) return fmt::format("RSS {} MiB", in_mib(ledger.rss));
    return fmt::format("true RSS {} MiB (kernel: {})", in_mib(ledger.rss_true()), in_mib(ledger.rss));
}

std::string target_text(const ProcessView& view, bool unicode, const std::string& rss) {
    const std::string_view dot = unicode ? " · " : " | ";
    // A pasted text may say neither which process it belongs to nor how long that has run.
    const bool pasted = is_pasted(view);
    std::string head = pasted && view.header.pid == 0
                           ? fmt::format("Target{}{}", dot, who(view))
                           : fmt::format("Target{}pid {}{}{}", dot, view.header.pid, dot, who(view));
    const auto add = [&](const std::string& text) {
        if (!text.empty()) head += fmt::format("{}{}", dot, text);
    };
    add(rss);
    if (view.malloc_walk) add(allocator_name(*view.malloc_walk));
    add(nmt_state(view));
    if (!pasted || view.header.target_uptime_s > 0) add("up " + human_seconds(view.header.target_uptime_s));
    if (view.cgroup && view.cgroup->limit) add("memory limit " + human(*view.cgroup->limit));
    return printable(head);
}

std::string main_name(const ProcessView& view) {
    if (view.vm == Vm::none || view.vm == Vm::native_image) return "";
    const std::string_view main = read_java_arguments(view.arguments).main;
    const std::string_view name = base_name(main);
    if (name.ends_with(".jar") || name.ends_with(".war")) return printable(name);
    return printable(name.substr(name.rfind('.') + 1));
}

std::string target_line(const ProcessView& view, const TextStyle& style, const std::string& rss) {
    constexpr std::string_view label = "Target";
    constexpr std::size_t longest = 40;
    std::string text = target_text(view, style.unicode, rss);
    const std::string name = fit(main_name(view), longest);
    if (!name.empty() && text.starts_with(label)) text.replace(0, label.size(), name);
    return paragraph(text, style, 2);
}

std::string nmt_state(const ProcessView& view) {
    return view.vm == Vm::hotspot ? fmt::format("NMT {}", name_of(view.nmt_level())) : "";
}

std::vector<std::string> notes_on_evidence(const Moment& moment, NoteDepth depth) {
    const ProcessView& view = *moment.view;
    std::vector<std::string> notes;
    if (view.vm == Vm::none) {
        notes.emplace_back("No JVM is loaded in this process: only the kernel's figures are available.");
    } else if (view.vm == Vm::native_image) {
        notes.emplace_back(
            "A GraalVM native image has no Native Memory Tracking to query: its heap is estimated from the "
            "layout of its mappings.");
    } else if (view.vm == Vm::openj9) {
        notes.emplace_back(
            "OpenJ9 has no Native Memory Tracking: only the kernel's figures are available. OpenJ9's own "
            "view: jcmd PID Dump.java");
    }
    if (view.nmt_from_file)
        notes.emplace_back(
            "NMT's figures come from a file, taken at another time and perhaps of another "
            "process.");
    add_source(notes, *view.smaps);
    for (std::string& note : malloc_notes(moment, depth != NoteDepth::screen))
        notes.push_back(std::move(note));
    if (std::string note = evidence_note(view, depth == NoteDepth::screen); !note.empty())
        notes.push_back(std::move(note));
    add_beside_rss(notes, view);
    if (depth != NoteDepth::screen) add_changed(notes, view);
    add_moves(notes, moment,
              depth == NoteDepth::screen ? moves_on_screen
              : depth == NoteDepth::most ? moves_in_ticket
                                         : 0);
    for (const MissingDocument& missing : view.missing) {
        if (depth != NoteDepth::all && !matters(missing, view)) continue;
        if (depth == NoteDepth::screen && missing.what == document::malloc_walk) continue;  // malloc_notes
        notes.push_back(fmt::format("Missing: {}: {}{}{}", missing.what, missing.why,
                                    missing.hint.empty() ? "" : "; ", missing.hint));
    }
    return notes;
}

std::string cost_text(const ProcessView& view) {
    if (is_pasted(view)) return "";
    const Cost& cost = view.header.cost;
    const std::string answered = view.version ? fmt::format("JVM {:.0f} ms, ", cost.attach_ms) : "";
    return fmt::format("Cost: {}nmtx {:.0f} ms CPU.", answered, cost.cpu_ms);
}

std::vector<std::string> notes_of(const Moment& moment, bool all) {
    std::vector<std::string> notes = notes_on_evidence(moment, all ? NoteDepth::all : NoteDepth::most);
    for (std::string text : {subtraction_text(*moment.ledger), gap_text(*moment.ledger, true)})
        if (!text.empty()) notes.insert(notes.begin(), std::move(text));
    if (std::string cost = cost_text(*moment.view); !cost.empty()) notes.push_back(std::move(cost));
    return notes;
}

}  // namespace nmtx
