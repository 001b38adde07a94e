// Texts about containers and the machine, in a paste.
#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"
#include "kernel/containers/cgroup_top.h"
#include "kernel/host_memory.h"
#include "pasted/read/part_readers.h"

namespace nmtx::pasted {
namespace {

// "Terminated, OOMKilled, exit code 137"
std::string phase_words(const ContainerPhase& phase) {
    std::string text(phase.state);
    const auto add_word = [&](const std::string& word) { text += (text.empty() ? "" : ", ") + word; };
    if (!phase.reason.empty()) add_word(std::string(phase.reason));
    if (phase.exit_code) add_word(fmt::format("exit code {}", *phase.exit_code));
    return text;
}

void add_container(PastedPart& part, const ContainerState& container, bool docker) {
    const std::string now = phase_words(container.now), last = phase_words(container.last);
    part.figures.push_back(
        words("container", container.name.empty() ? "(no name)" : std::string(container.name)));
    if (!now.empty()) part.figures.push_back(words("state", now));
    if (!last.empty()) part.figures.push_back(words("last state", last));
    if (docker && container.oom_flag)
        part.figures.push_back(words("OOMKilled", *container.oom_flag ? "true" : "false"));
    if (container.unlimited) part.figures.push_back(words("limit", "none"));
    add(part, "limit", container.limit);
    add(part, docker ? "reservation" : "request", container.request);
    if (container.restarts) part.figures.push_back(number("restarts", *container.restarts));
    if (!container.options.empty()) part.figures.push_back(words("JVM options", container.options));
}

void add_containers(PastedPart& part, const ContainerReport& report) {
    if (!report.pod.empty()) part.title += fmt::format(" {}", report.pod);
    if (!report.reason.empty()) part.figures.push_back(words("reason", std::string(report.reason)));
    constexpr std::size_t most = 10;
    for (std::size_t i = 0; i < std::min(most, report.containers.size()); ++i)
        add_container(part, report.containers[i], report.docker);
    if (report.containers.size() > most)
        part.figures.push_back(number("containers more", report.containers.size() - most));
}

}  // namespace

void read_pod(PastedPart& part) {
    if (const auto* report = taken(part, parse_pod_description(*part.text))) add_containers(part, *report);
}

void read_inspect(PastedPart& part) {
    if (const auto* report = taken(part, parse_container_inspect(*part.text))) add_containers(part, *report);
}

void read_cgroup_rows(PastedPart& part) {
    const auto top = parse_cgroup_top(*part.text);
    if (!top) {
        part.problem = problem_of(part, top.error());
        return;
    }
    take_unread(part, top->not_understood);
    part.figures.push_back(number("control groups", top->rows.size()));
    std::vector<const CgroupTopRow*> largest;
    for (const CgroupTopRow& row : top->rows) {
        if (row.memory && row.path != "/") largest.push_back(&row);
    }
    std::ranges::stable_sort(largest, [](const auto* a, const auto* b) { return *a->memory > *b->memory; });
    constexpr std::size_t most = 3;
    for (std::size_t i = 0; i < std::min(most, largest.size()); ++i)
        part.figures.push_back(amount(std::string(largest[i]->path), *largest[i]->memory));
    part.notes.emplace_back("the charge of a control group includes page cache: it is not RSS");
}

namespace {

void add_host(PastedPart& part, const HostMemory& host) {
    add(part, "total", host.total);
    add(part, "available", host.available);
    add(part, "free", host.free);
    add(part, "used", host.used);
    add(part, "cached", host.cached);
    add(part, "anonymous", host.anonymous);
    add(part, "shared memory", host.shared);
    add(part, "slab", host.slab);
    if (host.huge_pages && *host.huge_pages != Bytes())
        part.figures.push_back(amount("huge pages", *host.huge_pages));
    if (host.swap_total && *host.swap_total == Bytes()) {
        part.figures.push_back(words("swap", "none"));
    } else if (host.swap_total && host.swap_used) {
        part.figures.push_back(amount("swap used", *host.swap_used));
        part.figures.push_back(amount("swap", *host.swap_total));
    }
}

}  // namespace

void read_meminfo(PastedPart& part) {
    if (const auto* host = taken(part, parse_meminfo(*part.text))) add_host(part, *host);
}

void read_free_memory(PastedPart& part) {
    const auto* host = taken(part, parse_free(*part.text, part.part.command));
    if (host == nullptr) return;
    add_host(part, *host);
    if (host->inferred_unit)
        part.notes.push_back(
            fmt::format("the text does not say its unit: one of {} is assumed", human(*host->inferred_unit)));
}

}  // namespace nmtx::pasted
