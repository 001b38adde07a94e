// A heap that does not fit its container, by fit_heap; and a container that is about to be killed, or was.
#include <fmt/format.h>

#include <algorithm>

#include "findings/figures/fit.h"
#include "findings/knowledge/jdk_offers.h"
#include "findings/knowledge/known_bugs.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr double day_s = 24.0 * 3600;

Bytes line_of(const Fit& fit, std::string_view name) {
    const auto found = std::find_if(fit.lines.begin(), fit.lines.end(),
                                    [&](const FitLine& line) { return line.name == name; });
    return found == fit.lines.end() ? Bytes() : found->bytes;
}

// 3 % of the limit, and at most 256 MiB: what is kept cannot be dropped, the next allocation kills.
bool is_nearly_full(const ContainerUse& use) {
    if (!use.kept_bound) return false;
    return use.kept_bound->left < std::min(mib(256), Bytes(use.kept_bound->limit.value() / 100 * 3));
}

bool was_killed(const ContainerUse& use) {
    return use.figures.oom_kills.value_or(0) > 0;
}

// Under v2 an older JDK takes the percentage of the machine.
bool knows_the_limit(const ProcessView& view, const CgroupMemory& figures) {
    const auto feature = view.java_feature();
    if (!feature || !jdk_has(view, "-XX:MaxRAMPercentage")) return false;
    if (figures.version == 1) return true;
    const auto bugs = bugs_of("Java Heap");
    return std::none_of(bugs.begin(), bugs.end(), [&](const KnownBug* bug) {
        return bug->id == "JDK-8230305" && affects(*bug, *feature, jdk_update(view).value_or(0));
    });
}

void add_events(Finding& finding, const ContainerUse& use) {
    const CgroupMemory& figures = use.figures;
    std::string text = fmt::format("cgroup v{}: memory usage {} of {}", figures.version,
                                   human(*figures.current), human(*figures.limit));
    if (use.kept) text += fmt::format(", {} not counting page cache", human(*use.kept));
    if (figures.peak) text += fmt::format(", peak {}", human(*figures.peak));
    if (was_killed(use)) text += fmt::format("; OOM kills: {}", grouped(*figures.oom_kills));
    finding.evidence.push_back(text + ".");
    if (use.kept_bound && use.kept_bound->above)
        finding.evidence.push_back(fmt::format(
            "The limit of a cgroup above is closer: {} of {} in use there, not counting page cache, "
            "including {} outside this cgroup.",
            human(use.kept_bound->used), human(use.kept_bound->limit),
            human(minus_or_zero(use.kept_bound->used, use.kept.value_or(Bytes())))));
    if (has_others(use))
        finding.evidence.push_back(
            fmt::format("Other processes in the cgroup hold {} of anonymous memory, not included in this "
                        "process's figures.",
                        human(*use.anon_of_others)));
    if (use.shmem_of_others.value_or(Bytes()) >= mib(16))
        finding.evidence.push_back(
            fmt::format("tmpfs and shared memory hold {}, not included in this process's figures.",
                        human(*use.shmem_of_others)));
}

void add_sum(Finding& finding, const FindingInput& input, const Fit& fit) {
    std::string lines;
    for (const FitLine& line : fit.lines) {
        if (line.name != "headroom" && line.name != other_cgroups)
            lines += fmt::format("{}{} {}", lines.empty() ? "" : ", ", line.name, human(line.bytes));
    }
    finding.evidence.push_back(
        fmt::format("Outside a heap of {} the process needs: {}.", human(*fit.max_heap_now), lines));
    if (const Bytes others = line_of(fit, other_cgroups); others != Bytes())
        finding.evidence.push_back(
            fmt::format("Other cgroups that share a limit above leave this process {} less.", human(others)));
    if (!input.view.status || !input.view.status->vm_hwm) return;
    finding.evidence.push_back(fmt::format(
        "Peak RSS {} (VmHWM) in {}{}.", human(*input.view.status->vm_hwm),
        human_seconds(input.view.header.target_uptime_s),
        *input.view.status->vm_hwm < fit.limit ? "; the heap has not been needed in full yet" : ""));
}

void add_heaps(Finding& finding, const FindingInput& input, const Fit& fit) {
    if (fit.heap) {
        finding.remedies.push_back(
            {"Restart with a heap that fits", fmt::format("-Xmx{}m", fit.heap->value() / mib(1).value())});
        if (knows_the_limit(input.view, input.container->figures))
            finding.remedies.push_back({"Restart with the same size as a share of the limit",
                                        fmt::format("-XX:MaxRAMPercentage={:.1f}", fit.percentage())});
    }
    if (fit.limit_for_heap_now)
        finding.remedies.push_back({fmt::format("Raise the limit to {} MiB, which fits the present heap",
                                                fit.limit_for_heap_now->value() / mib(1).value()),
                                    ""});
    finding.remedies.push_back({"See the calculation", "nmtx fit PID"});
}

// A large heap that a day's work never needed half the limit for.
bool never_asked_for(const ProcessView& view, const Fit& fit) {
    return view.header.target_uptime_s >= day_s && view.status && view.status->vm_hwm &&
           view.status->vm_hwm->value() < fit.limit.value() / 2;
}

std::vector<Finding> of_fit(const FindingInput& input, const Fit& fit) {
    const ContainerUse& use = *input.container;
    // What the process itself needs: a cgroup above that others fill has findings of its own.
    const Bytes beside = minus_or_zero(fit.taken, line_of(fit, "headroom") + line_of(fit, other_cgroups) +
                                                      line_of(fit, "tables of a larger heap"));
    const Bytes needed = *fit.max_heap_now + beside;
    if (needed <= fit.limit) return {};
    Finding finding;
    finding.severity = was_killed(use) || is_nearly_full(use) ? Severity::problem
                       : never_asked_for(input.view, fit)     ? Severity::note
                                                              : Severity::warning;
    finding.confidence = finding.severity == Severity::problem ? Confidence::high : Confidence::medium;
    finding.title = fmt::format(
        "{} over the memory limit of {} if the heap fills: {} of heap plus {} outside it",
        human(minus_or_zero(needed, fit.limit)), human(fit.limit), human(*fit.max_heap_now), human(beside));
    finding.bytes = minus_or_zero(needed, fit.limit);
    finding.resident = false;
    add_sum(finding, input, fit);
    add_events(finding, use);
    add_heaps(finding, input, fit);
    finding.refuted_by = "peak RSS (VmHWM) stays well below the limit under full load";
    return {std::move(finding)};
}

// The heap fits, and yet the container is full, or something in it was killed.
std::vector<Finding> of_container(const FindingInput& input) {
    const ContainerUse& use = *input.container;
    const bool full = is_nearly_full(use);
    if (!full && !was_killed(use)) return {};
    Finding finding;
    finding.severity = full ? Severity::problem : Severity::warning;
    finding.confidence = full ? Confidence::high : Confidence::medium;
    finding.title = full ? fmt::format("Only {} of the {} limit is left, not counting reclaimable page cache",
                                       human(use.kept_bound->left), human(use.kept_bound->limit))
                         : fmt::format("{} OOM-killed in this cgroup",
                                       counted(*use.figures.oom_kills, "process", "processes"));
    finding.bytes = use.kept;
    finding.resident = false;
    add_events(finding, use);
    finding.evidence.push_back(fmt::format("RSS of this process: {}.", human(use.rss)));
    finding.remedies = {{"Find a heap that fits the limit", "nmtx fit PID"}};
    if (was_killed(use))
        finding.remedies.push_back(
            {"Read the kernel's log of the kill", "dmesg -T | grep -iE 'out of memory|oom-kill:'"});
    finding.refuted_by =
        full ? "usage (memory.current) falls by itself, as tmpfs or another process releases memory"
             : "the count (oom_kill) is from before this process: it resets only with the container";
    return {std::move(finding)};
}

}  // namespace

std::vector<Finding> limit_too_small(const FindingInput& input) {
    if (input.container == nullptr || !input.container->figures.limit) return {};
    const auto fit = input.view.smaps ? fit_heap(input.moment(), {}) : failure("limit", "no smaps");
    if (fit && fit->max_heap_now) {
        std::vector<Finding> findings = of_fit(input, *fit);
        if (!findings.empty()) return findings;
    }
    return of_container(input);
}

}  // namespace nmtx::rule
