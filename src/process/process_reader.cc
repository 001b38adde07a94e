#include "process/process_reader.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace nmtx {
namespace {

std::vector<std::string_view> split_nul(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t at = text.find('\0');
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) break;
        text.remove_prefix(at + 1);
    }
    return parts;
}

// Parses a document into its place; what cannot be understood becomes a missing document, with the parser's
// words.
template <auto parser, auto member>
Expected<void> parsed(ProcessView& view, std::string_view name, std::string_view text) {
    if (auto found = parser(text, name)) {
        view.*member = std::move(*found);
    } else {
        view.missing.push_back({std::string(name), to_string(found.error()), ""});
    }
    return {};
}

Expected<void> take_status(ProcessView& view, std::string_view /*name*/, std::string_view text) {
    return parse_status(text).map([&](ProcessStatus&& status) { view.status = std::move(status); });
}

Expected<void> take_smaps(ProcessView& view, std::string_view /*name*/, std::string_view text) {
    return parse_smaps(text).map([&](Smaps&& smaps) {
        view.vm = vm_of(smaps);
        view.smaps = std::move(smaps);
    });
}

Expected<void> take_resident_mappings(ProcessView& view, std::string_view name, std::string_view text) {
    return parse_smaps(text, name).map([&](Smaps&& smaps) {
        smaps.from = MappingsFrom::page_tables;
        smaps.pss_known = smaps.swap_known = false;
        view.vm = vm_of(smaps);
        view.smaps = std::move(smaps);
    });
}

Expected<void> take_exe(ProcessView& view, std::string_view /*name*/, std::string_view text) {
    view.exe = text;
    return {};
}

Expected<void> take_cmdline(ProcessView& view, std::string_view /*name*/, std::string_view text) {
    view.arguments = split_nul(text);
    return {};
}

Expected<void> take_codecache(ProcessView& view, std::string_view name, std::string_view text) {
    view.code_cache_state = read_code_cache_state(text);
    return parsed<parse_codecache, &ProcessView::code_heaps>(view, name, text);
}

// Of two reports the finer one.
void take_sites(ProcessView& view, std::string_view name, std::string_view text) {
    auto sites = parse_nmt_sites(text, name);
    if (!sites) {
        view.missing.push_back({std::string(name), to_string(sites.error()), ""});
    } else if (*sites && (!view.nmt_sites || (*sites)->unit <= view.nmt_sites->unit)) {
        view.nmt_sites = std::move(**sites);
    }
}

Expected<void> take_nmt(ProcessView& view, std::string_view name, std::string_view text) {
    auto answer = parse_nmt(text, name);
    if (!answer) {
        view.missing.push_back({std::string(name), to_string(answer.error()), ""});
        return {};
    }
    if (const auto* refusal = std::get_if<NmtRefusal>(&*answer)) {
        // JDK 8 knows no scale=b: the next question takes its place, nothing is lost.
        if (!refusal->text.starts_with("Incorrect scale")) view.nmt_refusal = refusal->text;
        return {};
    }
    auto& report = std::get<NmtReport>(*answer);
    if (report.has_map) take_sites(view, name, text);
    // Of two that are as fine the later one, which is nearer to what the kernel was asked.
    const bool finer = !view.nmt || report.unit <= view.nmt->unit;
    if (report.has_map) {
        if (finer) {
            view.nmt = report;
            view.nmt->regions.clear();
        }
        view.nmt_map = std::move(report);
    } else if (finer) {
        view.nmt = std::move(report);
    }
    return {};
}

Expected<void> take_nmt_file(ProcessView& view, std::string_view name, std::string_view text) {
    view.nmt_from_file = true;
    return take_nmt(view, name, text);
}

// The result for a document. An error is only for documents without which there is no report.
using Take = Expected<void> (*)(ProcessView& view, std::string_view name, std::string_view text);
struct Source {
    enum class Kind : std::uint8_t { document, reply };
    Kind kind;
    std::string_view name;  // of a reply the command
    Take take;
};

constexpr Source of(std::string_view document, Take take) {
    return {Source::Kind::document, document, take};
}

constexpr Source reply(std::string_view command, Take take) {
    return {Source::Kind::reply, command, take};
}

// In the order of reading: of two NMT reports that are as fine the later one counts.
using View = ProcessView;
constexpr std::array sources{
    of(document::status, take_status),
    of(document::smaps, take_smaps),
    of(document::resident_mappings, take_resident_mappings),
    of(document::statm_before, parsed<parse_statm, &View::statm_before>),
    of(document::statm_after, parsed<parse_statm, &View::statm_after>),
    of(document::limits, parsed<parse_limits, &View::limits>),
    of(document::tasks, parsed<parse_tasks, &View::tasks>),
    of(document::cgroup_pids, parsed<parse_cgroup_pids, &View::cgroup_pids>),
    of(document::tasks_before, parsed<parse_tasks, &View::tasks_before>),
    of(document::tasks_middle, parsed<parse_tasks, &View::tasks_middle>),
    of(document::native_stacks, parsed<parse_native_stacks, &View::native_stacks>),
    of(document::java_threads, parsed<parse_java_threads, &View::java_threads>),
    of(document::thread_stacks, parsed<parse_thread_bounds, &View::thread_bounds>),
    of(document::thread_entries, parsed<parse_thread_entries, &View::thread_entries>),
    of(document::threads_max, parsed<parse_threads_max, &View::threads_max>),
    of(document::transparent_hugepage, parsed<parse_thp_mode, &View::thp>),
    of(document::cgroup_memory, parsed<parse_cgroup_memory, &View::cgroup>),
    of(document::cgroup_cpu, parsed<parse_cgroup_cpu, &View::cgroup_cpu>),
    of(document::cpus_online, parsed<parse_cpu_list, &View::cpus_online>),
    of(document::residency, parsed<parse_residency, &View::residency>),
    of(document::loaded_images, parsed<parse_loaded_images, &View::loaded_images>),
    of(document::malloc_layout, parsed<parse_malloc_layout, &View::malloc_layout>),
    of(document::malloc_walk, parsed<parse_malloc_walk, &View::malloc_walk>),
    of(document::exe, take_exe),
    of(document::cmdline, take_cmdline),
    of(document::hsperfdata, parsed<parse_hsperfdata, &View::perf>),
    reply(question::version, parsed<parse_vm_version, &View::version>),
    of(document::libjvm, parsed<parse_vm_banner, &View::libjvm>),
    reply(question::nmt_summary_bytes, take_nmt),
    reply(question::nmt_summary, take_nmt),
    reply(question::nmt_detail, take_nmt),
    reply(question::nmt_detail_bytes, take_nmt),
    reply(question::nmt_again, take_nmt),
    of(document::nmt_file, take_nmt_file),
    reply(question::system_map, parsed<parse_system_map, &View::system_map>),
    reply(question::vm_info, parsed<parse_vm_info, &View::vm_info>),
    reply(question::heap_info, parsed<parse_heap_info, &View::heap_info>),
    reply(question::codecache, take_codecache),
    reply(question::metaspace, parsed<parse_metaspace, &View::metaspace>),
    reply(question::thread_print, parsed<parse_thread_dump, &View::thread_dump>),
    reply(question::flags, parsed<parse_vm_flags, &View::vm_flags>),
};

// By the counters, which have the options of the environment too; else by the command line.
void take_options(ProcessView& view, const Capture& capture) {
    if (view.options) return;
    if (view.perf) view.options = options_of_hsperfdata(*view.perf);
    const auto text = capture.text(document::cmdline);
    if (!view.options && text) view.options = read_jvm_options(read_java_cmdline(*text).options);
}

}  // namespace

Expected<void> ProcessReader::update(const Capture& capture) {
    if (failed_) return tl::make_unexpected(*failed_);
    view_.header = capture.header;
    view_.steps = capture.steps();
    for (const Source& source : sources) {
        const std::string name =
            source.kind == Source::Kind::reply ? document_of(source.name) : std::string(source.name);
        if (seen_.contains(name)) continue;
        const auto text = capture.text(name);
        if (!text) continue;
        seen_.insert(name);
        if (auto taken = source.take(view_, name, *text); !taken) {
            failed_ = taken.error();
            return taken;
        }
    }
    take_options(view_, capture);
    for (const auto& [name, why] : capture.missing_documents()) {
        if (seen_missing_.insert(name).second) view_.missing.push_back({name, why.why, why.hint});
    }
    // In the order of names, whether the documents came one by one or all at once.
    std::stable_sort(view_.missing.begin(), view_.missing.end(),
                     [](const MissingDocument& a, const MissingDocument& b) { return a.what < b.what; });
    return {};
}

}  // namespace nmtx
