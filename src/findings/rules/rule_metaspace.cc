// Metaspace and class space: near the limit that was set, or growing with classes that are never unloaded.
#include <fmt/format.h>

#include "findings/figures/growth.h"
#include "findings/figures/known_growth.h"
#include "findings/knowledge/jdk_offers.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"
#include "process/jvm_flag.h"

namespace nmtx::rule {
namespace {

struct MetaspaceFigures {
    std::optional<Bytes> all;  // committed, class space included: what MaxMetaspaceSize bounds
    std::optional<Bytes> class_space;
    std::string_view from;
};

MetaspaceFigures figures_of(const ProcessView& view) {
    MetaspaceFigures figures;
    if (view.metaspace && view.metaspace->non_class.committed) {
        figures.class_space = view.metaspace->class_space.committed;
        figures.all = *view.metaspace->non_class.committed + figures.class_space.value_or(Bytes());
        figures.from = "VM.metaspace";
    } else if (view.heap_info && view.heap_info->metaspace) {
        figures.all = view.heap_info->metaspace->committed;
        if (view.heap_info->class_space) figures.class_space = view.heap_info->class_space->committed;
        figures.from = "GC.heap_info";
    }
    return figures;
}

// By NMT, which knows those of the CDS archive too; else by hsperfdata.
std::string class_sentence(const ProcessView& view) {
    std::optional<std::uint64_t> classes;
    if (view.nmt) {
        if (const NmtCategory* const category = view.nmt->find("Class")) classes = category->classes;
    }
    if (classes) return fmt::format("{} loaded (NMT).", counted(*classes, "class", "classes"));
    if (!view.perf) return "";
    const auto number = [&](std::string_view name) { return view.perf->number(name).value_or(0); };
    const auto loaded = number("java.cls.loadedClasses") + number("java.cls.sharedLoadedClasses") -
                        number("java.cls.unloadedClasses") - number("java.cls.sharedUnloadedClasses");
    return loaded > 0 ? fmt::format("{} loaded (hsperfdata).",
                                    counted(static_cast<std::uint64_t>(loaded), "class", "classes"))
                      : "";
}

void add_metaspace_remedies(Finding& finding, const ProcessView& view) {
    finding.remedies.push_back(
        {"Find the class loaders that hold most classes",
         jdk_has(view, "VM.classloaders") ? "jcmd PID VM.classloaders" : "jcmd PID VM.classloader_stats"});
}

std::optional<Finding> near_limit(const FindingInput& input, std::string_view what,
                                  std::optional<Bytes> committed, std::optional<Bytes> limit,
                                  std::string_view option, std::string_view from) {
    if (!committed || !limit || *limit == Bytes() || committed->value() < limit->value() / 100 * 90)
        return std::nullopt;
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.bytes = committed;
    finding.resident = false;
    finding.title = fmt::format("{} near its limit: {} of {} committed ({}); class loading fails beyond it",
                                what, human(*committed), human(*limit), option);
    finding.evidence.push_back(
        fmt::format("{} committed ({}), {}={} (VM.flags).", human(*committed), from, option, human(*limit)));
    if (std::string classes = class_sentence(input.view); !classes.empty())
        finding.evidence.push_back(std::move(classes));
    add_metaspace_remedies(finding, input.view);
    finding.remedies.push_back(
        {"Restart with a higher limit", fmt::format("{}={}m", option, limit->value() / (1 << 20) * 2)});
    finding.refuted_by = "a GC unloads classes and brings it down";
    return finding;
}

std::optional<Finding> growing(const FindingInput& input) {
    const OwnerTrend* const growth =
        fastest_leak(input.history, {{Series::nmt_category_committed, "Metaspace"},
                                     {Series::nmt_category_committed, "Class"},
                                     {Series::owner, std::string(owner_path::metaspace)},
                                     {Series::owner, std::string(owner_path::class_space)}});
    if (growth == nullptr) return std::nullopt;
    Finding finding;
    finding.severity = Severity::problem;
    finding.confidence = confidence_of_growth(*growth);
    finding.title = fmt::format("Metaspace leak: growing {}/h; classes loaded but never unloaded",
                                human(growth_per_hour(*growth)));
    finding.bytes = input.ledger.resident_maybe_of(owner_path::metaspace) +
                    input.ledger.resident_maybe_of(owner_path::class_space);
    finding.evidence.push_back(growth_sentence(*growth));
    if (std::string classes = class_sentence(input.view); !classes.empty())
        finding.evidence.push_back(std::move(classes));
    add_metaspace_remedies(finding, input.view);
    finding.remedies.push_back(
        {"Cap it: fail with OutOfMemoryError instead of being OOM-killed", "-XX:MaxMetaspaceSize=512m"});
    add_bugs(finding, bugs_that_fit(input.view, "Metaspace"));
    finding.refutes = Refutes::leak;
    finding.refuted_by = "it flattens in a longer recording (classes were still loading for the first time)";
    return finding;
}

}  // namespace

std::vector<Finding> metaspace(const FindingInput& input) {
    std::vector<Finding> findings;
    if (auto finding = growing(input)) findings.push_back(std::move(*finding));
    const MetaspaceFigures figures = figures_of(input.view);
    if (auto finding = near_limit(input, "Metaspace", figures.all, size_flag(input.view, "MaxMetaspaceSize"),
                                  "-XX:MaxMetaspaceSize", figures.from))
        findings.push_back(std::move(*finding));
    // 1 GiB by default.
    const Bytes class_space = size_flag(input.view, "CompressedClassSpaceSize").value_or(mib(1024));
    if (auto finding = near_limit(input, "The class space", figures.class_space, class_space,
                                  "-XX:CompressedClassSpaceSize", figures.from))
        findings.push_back(std::move(*finding));
    return findings;
}

}  // namespace nmtx::rule
