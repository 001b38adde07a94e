#include "process/process_view.h"

#include <algorithm>

namespace nmtx {

ProcessView::ProcessView() = default;
ProcessView::ProcessView(const ProcessView&) = default;
ProcessView::ProcessView(ProcessView&&) noexcept = default;
ProcessView& ProcessView::operator=(const ProcessView&) = default;
ProcessView& ProcessView::operator=(ProcessView&&) noexcept = default;
ProcessView::~ProcessView() = default;

std::string document_of(std::string_view command) {
    return std::string(document::hotspot_prefix) + std::string(command);
}

NmtLevel ProcessView::nmt_level() const {
    if (nmt_map) return NmtLevel::detail;
    if (nmt_refusal && nmt_refusal->find("Native memory tracking is not enabled") != std::string::npos)
        return NmtLevel::off;
    if (nmt_refusal && nmt_refusal->find("Detail tracking is not enabled") != std::string::npos)
        return NmtLevel::summary;
    if (options && options->nmt_given) return options->nmt_level;
    if (nmt) return NmtLevel::summary;
    return options ? options->nmt_level : NmtLevel::unknown;
}

std::string ProcessView::gc() const {
    if (vm_flags) {
        if (auto name = vm_flags->gc()) return *name;
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

}  // namespace nmtx
