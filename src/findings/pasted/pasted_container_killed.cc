// A container that was killed for its memory, as reported by its runtime.
#include <fmt/format.h>

#include "base/printable.h"
#include "findings/figures/memory_options.h"
#include "findings/pasted/pasted_rules.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

std::string name_of_container(const ContainerState& container) {
    return container.name.empty() ? std::string("The container")
                                  : fmt::format("Container {}", printable(container.name));
}

std::string restarts_of(const ContainerState& container) {
    if (!container.restarts || *container.restarts == 0) return "";
    return fmt::format(" ({} restart{})", grouped(*container.restarts), *container.restarts == 1 ? "" : "s");
}

void add_heap(Finding& finding, const ContainerState& container) {
    const auto heap = heap_of_options(container.options, container.limit);
    if (!heap) return;
    std::string text = fmt::format("The JVM's heap may grow to {} ({})", human(heap->bytes), heap->option);
    if (container.limit && *container.limit != Bytes())
        text += fmt::format(", {} % of the limit; the rest is for metaspace, code, threads and native memory",
                            percent(heap->bytes, *container.limit));
    finding.evidence.push_back(text + ".");
}

void add_remedies(Finding& finding, const ContainerState& container) {
    if (container.limit)
        finding.remedies.push_back({"Find a heap that fits the limit, from a similar running JVM",
                                    fmt::format("nmtx fit PID --limit {}", container.limit->value())});
    finding.remedies.push_back({"Record the next process before it is killed", "nmtx record PID -o rec.db"});
}

Finding killed_for_memory(const ContainerState& container) {
    Finding finding;
    finding.severity = Severity::problem;
    finding.resident = false;
    finding.bytes = container.limit;
    finding.confidence = container.limit ? Confidence::high : Confidence::medium;
    const std::string at =
        container.limit ? fmt::format(" at its memory limit of {}", human(*container.limit)) : "";
    finding.title =
        fmt::format("{} was OOM-killed{}{}", name_of_container(container), at, restarts_of(container));
    const ContainerPhase& phase = container.last.oom_killed() ? container.last : container.now;
    finding.evidence.push_back(fmt::format(
        "State: {}{}{}.", container.oom_flag.value_or(false) ? "OOMKilled: true" : "reason OOMKilled",
        phase.exit_code ? fmt::format(", exit code {}", *phase.exit_code) : "",
        phase.finished.empty() ? "" : fmt::format(", finished {}", printable(phase.finished))));
    if (container.unlimited)
        finding.evidence.emplace_back(
            "It has no memory limit of its own: the machine, or a cgroup above it, ran out of "
            "memory.");
    else if (!container.limit)
        finding.evidence.emplace_back("The text does not show its memory limit.");
    if (container.request)
        finding.evidence.push_back(fmt::format("Memory request: {}.", human(*container.request)));
    add_heap(finding, container);
    add_remedies(finding, container);
    finding.refutes = Refutes::claim;
    finding.refuted_by = "the kernel's log names another process in the container as killed";
    return finding;
}

// SIGKILL from an unknown sender.
Finding sigkilled(const ContainerState& container) {
    Finding finding;
    finding.severity = Severity::note;
    finding.confidence = Confidence::low;
    finding.title =
        fmt::format("{} ended with exit code 137 (SIGKILL){}: the text does not show what sent it",
                    name_of_container(container), restarts_of(container));
    finding.evidence.emplace_back(
        container.oom_flag ? "OOMKilled is false: the runtime saw no OOM kill in the container's cgroup."
                           : "The reason is not OOMKilled. A stop that times out also ends in SIGKILL.");
    add_heap(finding, container);
    finding.remedies.push_back({"Check whether the kernel killed one of its processes",
                                "dmesg -T | grep -i -E 'killed process|oom'"});
    finding.refuted_by = "the container's events show a failed liveness probe, a stop or an eviction";
    return finding;
}

Finding evicted(const ContainerReport& report) {
    Finding finding;
    finding.severity = Severity::problem;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("Pod {} evicted: the node ran low on memory", printable(report.pod));
    finding.evidence.push_back(fmt::format("{}", printable(report.message)));
    finding.remedies.push_back(
        {"Set the memory request to what the pod needs (pods above their request are evicted "
         "first)",
         ""});
    finding.refutes = Refutes::claim;
    finding.refuted_by = "the pod's events show another reason";
    return finding;
}

}  // namespace

std::vector<Finding> container_killed(const PastedEvidence& evidence) {
    std::vector<Finding> findings;
    constexpr std::size_t most = 5;
    for (const ContainerReport& report : evidence.documents.containers) {
        if (report.evicted_for_memory()) findings.push_back(evicted(report));
        for (const ContainerState& container : report.containers) {
            if (findings.size() == most) return findings;
            if (container.oom_killed())
                findings.push_back(killed_for_memory(container));
            else if (container.sigkilled())
                findings.push_back(sigkilled(container));
        }
    }
    return findings;
}

}  // namespace nmtx::rule
