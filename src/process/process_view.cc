#include "process/process_view.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/paths.h"
#include "process/native_image.h"

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

// Parses one document into its place; what cannot be understood becomes a missing document, with the parser's
// words.
template <typename T>
void keep(Expected<T> parsed, std::optional<T>& into, std::string_view name,
          std::vector<MissingDocument>& missing) {
    if (parsed) {
        into = std::move(*parsed);
    } else {
        missing.push_back({std::string(name), to_string(parsed.error()), ""});
    }
}

using NmtAnswer = std::variant<NmtReport, NmtRefusal>;

// Of two reports the finer one.
void take_sites(ProcessView& view, std::string_view name, std::string_view text,
                std::vector<MissingDocument>& missing) {
    auto sites = parse_nmt_sites(text, name);
    if (!sites) {
        missing.push_back({std::string(name), to_string(sites.error()), ""});
    } else if (*sites && (!view.nmt_sites || (*sites)->unit <= view.nmt_sites->unit)) {
        view.nmt_sites = std::move(**sites);
    }
}

void take_nmt(ProcessView& view, std::string_view name, std::string_view text,
              std::vector<MissingDocument>& missing) {
    auto answer = parse_nmt(text, name);
    if (!answer) {
        missing.push_back({std::string(name), to_string(answer.error()), ""});
        return;
    }
    if (const auto* refusal = std::get_if<NmtRefusal>(&*answer)) {
        // JDK 8 knows no scale=b: the next question takes its place, nothing is lost.
        if (!refusal->text.starts_with("Incorrect scale")) view.nmt_refusal = refusal->text;
        return;
    }
    auto& report = std::get<NmtReport>(*answer);
    if (report.has_map) take_sites(view, name, text, missing);
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
}

}  // namespace

ProcessView::ProcessView() = default;
ProcessView::ProcessView(const ProcessView&) = default;
ProcessView::ProcessView(ProcessView&&) noexcept = default;
ProcessView& ProcessView::operator=(const ProcessView&) = default;
ProcessView& ProcessView::operator=(ProcessView&&) noexcept = default;
ProcessView::~ProcessView() = default;

namespace {

// A launcher that HotSpot is linked into; the ordinary one has a few pages of code.
bool has_vm_inside(const Mapping& program) {
    return program.protection.execute && program.range.size() >= mib(4);
}

// HotSpot maps its own counters so that it can write them; those who watch it can only read them.
bool own_counters(const Mapping& mapping) {
    return mapping.protection.shared && mapping.protection.write &&
           mapping.name.find("/hsperfdata_") != std::string_view::npos;
}

}  // namespace

Vm vm_of(const Smaps& smaps) {
    Vm vm = Vm::none;
    std::string_view last;
    for (const Mapping& mapping : smaps.mappings) {
        if (!mapping.of_file()) continue;
        if (own_counters(mapping) || (mapping.name.ends_with("/java") && has_vm_inside(mapping)))
            vm = Vm::hotspot;
        if (mapping.name == last) continue;
        last = mapping.name;
        std::string_view name = mapping.name;
        name = without_deleted_mark(name);
        name = base_name(name);
        // OpenJ9 maps a libjvm.so as well, which only leads on to libj9vm29.so.
        if (name.starts_with("libj9vm") && name.find(".so") != std::string_view::npos) return Vm::openj9;
        if (name == "libjvm.so") vm = Vm::hotspot;
    }
    if (vm == Vm::none && native_image_heap(smaps)) return Vm::native_image;
    return vm;
}

std::string_view name_of(Vm vm) {
    switch (vm) {
        case Vm::none:
            return "none";
        case Vm::hotspot:
            return "hotspot";
        case Vm::openj9:
            return "openj9";
        case Vm::native_image:
            return "native image";
        case Vm::unknown:
            break;
    }
    return "unknown";
}

std::string document_of(std::string_view command) {
    return std::string(document::hotspot_prefix) + std::string(command);
}

std::string ProcessView::nmt_level() const {
    if (nmt_map) return "detail";
    if (nmt_refusal && nmt_refusal->find("Native memory tracking is not enabled") != std::string::npos)
        return "off";
    if (nmt_refusal && nmt_refusal->find("Detail tracking is not enabled") != std::string::npos)
        return "summary";
    if (options && options->nmt_given) return options->nmt_level;
    if (nmt) return "summary";
    return options ? options->nmt_level : "unknown";
}

std::string ProcessView::gc() const {
    if (!vm_flags.empty()) {
        if (auto name = gc_of_vm_flags(vm_flags)) return *name;
    }
    if (options && options->gc) return *options->gc;
    if (perf) {
        if (auto name = gc_of_hsperfdata(*perf)) return *name;
    }
    return "";
}

std::optional<int> ProcessView::java_feature() const {
    if (version) return version->feature;
    if (perf) {
        for (const auto* counter :
             {"java.property.java.version", "java.property.java.vm.specification.version"}) {
            if (const auto text = perf->text(counter)) {
                if (auto feature = nmtx::java_feature(*text)) return feature;
            }
        }
    }
    if (libjvm) return libjvm->feature;
    return std::nullopt;
}

const Step* ProcessView::step_of(std::string_view document) const {
    const auto step =
        std::find_if(steps.rbegin(), steps.rend(), [&](const Step& s) { return s.document == document; });
    return step == steps.rend() ? nullptr : &*step;
}

std::optional<double> ProcessView::took_ms(std::string_view document) const {
    const Step* const step = step_of(document);
    return step != nullptr ? std::optional(step->took_ms) : std::nullopt;
}

std::string ProcessView::java_version() const {
    if (perf) {
        if (const auto text = perf->text("java.property.java.version")) return std::string(*text);
    }
    if (version) return version->jdk.empty() ? version->version : version->jdk;
    return libjvm ? libjvm->jdk : "";
}

Expected<void> ProcessReader::update(const Capture& capture) {
    if (failed_) return tl::make_unexpected(*failed_);
    view_.header = capture.header;
    view_.steps = capture.steps();
    const auto fresh = [&](std::string_view name) -> std::optional<std::string_view> {
        if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) return std::nullopt;
        auto text = capture.text(name);
        if (text) seen_.emplace_back(name);
        return text;
    };
    const auto parse = [&](std::string_view name, auto parser, auto& into) {
        if (const auto text = fresh(name)) keep(parser(*text, name), into, name, view_.missing);
    };
    const auto reply = [&](std::string_view command, auto parser, auto& into) {
        parse(document_of(command), parser, into);
    };

    if (const auto text = fresh(document::status)) {
        auto status = parse_status(*text);
        if (!status) {
            failed_ = status.error();
            return tl::make_unexpected(*failed_);
        }
        view_.status = std::move(*status);
    }
    if (const auto text = fresh(document::smaps)) {
        auto smaps = parse_smaps(*text);
        if (!smaps) {
            failed_ = smaps.error();
            return tl::make_unexpected(*failed_);
        }
        view_.smaps = std::move(*smaps);
        view_.vm = vm_of(*view_.smaps);
    }
    parse(document::statm_before, parse_statm, view_.statm_before);
    parse(document::statm_after, parse_statm, view_.statm_after);
    parse(document::limits, parse_limits, view_.limits);
    parse(document::auxv, parse_auxv, view_.auxv);
    parse(document::tasks, parse_tasks, view_.tasks);
    parse(document::cgroup_pids, parse_cgroup_pids, view_.cgroup_pids);
    parse(document::tasks_before, parse_tasks, view_.tasks_before);
    parse(document::tasks_middle, parse_tasks, view_.tasks_middle);
    parse(document::native_stacks, parse_native_stacks, view_.native_stacks);
    parse(document::thread_stacks, parse_thread_bounds, view_.thread_bounds);
    parse(document::thread_entries, parse_thread_entries, view_.thread_entries);
    parse(document::threads_max, parse_threads_max, view_.threads_max);
    parse(document::transparent_hugepage, parse_thp_mode, view_.thp);
    parse(document::cgroup_memory, parse_cgroup_memory, view_.cgroup);
    parse(document::cgroup_cpu, parse_cgroup_cpu, view_.cgroup_cpu);
    parse(document::cpus_online, parse_cpu_list, view_.cpus_online);
    parse(document::residency, parse_residency, view_.residency);
    parse(document::loaded_images, parse_loaded_images, view_.loaded_images);
    parse(document::malloc_layout, parse_malloc_layout, view_.malloc_layout);
    parse(document::malloc_walk, parse_malloc_walk, view_.malloc_walk);
    if (const auto text = fresh(document::exe)) view_.exe = std::string(*text);
    if (const auto text = fresh(document::cmdline)) view_.arguments = split_nul(*text);

    parse(document::hsperfdata, parse_hsperfdata, view_.perf);
    if (!view_.options) {
        if (view_.perf) view_.options = options_of_hsperfdata(*view_.perf);
        const auto text = capture.text(document::cmdline);
        if (!view_.options && text) view_.options = read_jvm_options(read_java_cmdline(*text).options);
    }
    reply(question::version, parse_vm_version, view_.version);
    parse(document::libjvm, parse_vm_banner, view_.libjvm);
    for (const auto command : {question::nmt_summary_bytes, question::nmt_summary, question::nmt_detail,
                               question::nmt_detail_bytes, question::nmt_again}) {
        const std::string name = document_of(command);
        if (const auto text = fresh(name)) take_nmt(view_, name, *text, view_.missing);
    }
    if (const auto text = fresh(document::nmt_file)) {
        view_.nmt_from_file = true;
        take_nmt(view_, document::nmt_file, *text, view_.missing);
    }
    reply(question::system_map, parse_system_map, view_.system_map);
    reply(question::vm_info, parse_vm_info, view_.vm_info);
    reply(question::heap_info, parse_heap_info, view_.heap_info);
    if (const auto text = fresh(document_of(question::codecache))) {
        keep(parse_codecache(*text, document_of(question::codecache)), view_.code_heaps,
             document_of(question::codecache), view_.missing);
        view_.code_cache_state = read_code_cache_state(*text);
    }
    reply(question::metaspace, parse_metaspace, view_.metaspace);
    reply(question::thread_print, parse_thread_dump, view_.thread_dump);
    if (const auto text = fresh(document_of(question::flags))) view_.vm_flags = std::string(*text);

    for (const auto& [name, why] : capture.missing_documents()) {
        const std::string key = "missing " + name;
        if (std::find(seen_.begin(), seen_.end(), key) != seen_.end()) continue;
        seen_.push_back(key);
        view_.missing.push_back({name, why.why, why.hint});
    }
    // In the order of names, whether the documents came one by one or all at once.
    std::stable_sort(view_.missing.begin(), view_.missing.end(),
                     [](const MissingDocument& a, const MissingDocument& b) { return a.what < b.what; });
    return {};
}

}  // namespace nmtx
