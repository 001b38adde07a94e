// What a container is charged for besides its processes' memory: page cache, which is reclaimed under
// pressure, and tmpfs, which is not. Neither belongs to the JVM.
#include <fmt/format.h>

#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr Bytes page_cache_least = mib(64);

bool is_much(Bytes part, Bytes whole) {
    return part >= page_cache_least && part.value() >= whole.value() / 10;
}

std::string charged_sentence(const ContainerUse& use) {
    const CgroupMemory& figures = use.figures;
    std::string text = fmt::format("cgroup v{}: memory usage {}", figures.version, human(*figures.current));
    const auto part = [&](std::string_view name, const std::optional<Bytes>& bytes) {
        if (bytes) text += fmt::format(", {} {}", name, human(*bytes));
    };
    part("anonymous", figures.anon);
    part("active files", figures.active_file);
    part("inactive files", figures.inactive_file);
    part("tmpfs and shared memory", figures.shmem);
    part("kernel", figures.kernel);
    return text + fmt::format("; RSS {}.", human(use.rss));
}

// Of Kubernetes' figure, and of others in the cgroup.
void add_readings(Finding& finding, const ContainerUse& use) {
    finding.evidence.push_back(charged_sentence(use));
    if (use.working_set)
        finding.evidence.push_back(
            fmt::format("Working set (Kubernetes) {}: it excludes inactive files and includes active ones.",
                        human(*use.working_set)));
    if (has_others(use)) {
        finding.confidence = Confidence::medium;
        finding.evidence.push_back(
            fmt::format("Other processes in the cgroup hold {} of anonymous memory; these figures include "
                        "them.",
                        human(*use.anon_of_others)));
    }
}

Finding of_cache(const ContainerUse& use, Bytes cache) {
    Finding finding;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} of the cgroup is page cache, reclaimable under pressure", human(cache));
    finding.bytes = cache;
    finding.resident = false;
    add_readings(finding, use);
    finding.remedies = {
        {"Judge the container by what cannot be reclaimed: anonymous, tmpfs and kernel memory", ""},
        {"Leave room in the limit for files that are read repeatedly", ""}};
    finding.refutes = Refutes::claim;
    finding.refuted_by =
        "processes are OOM-killed while this page cache exists (its pages are dirty or locked)";
    return finding;
}

Finding of_tmpfs(const ContainerUse& use, Bytes tmpfs) {
    Finding finding;
    finding.title = fmt::format(
        "{} of the cgroup is tmpfs or shared memory not mapped by this process: it stays "
        "until the files are removed",
        human(tmpfs));
    finding.bytes = tmpfs;
    finding.resident = false;
    add_readings(finding, use);
    finding.remedies = {{"List the file systems in memory", "df -h -t tmpfs"}};
    finding.refutes = Refutes::claim;
    finding.refuted_by = "another process in the container maps as much shared memory";
    return finding;
}

// A slice or a session of many processes without a limit: its page cache is the machine's.
bool is_no_container(const ContainerUse& use) {
    return use.whole_machine || (!use.figures.limit && use.anon_of_others.value_or(Bytes()) > use.rss);
}

}  // namespace

std::vector<Finding> page_cache(const FindingInput& input) {
    if (input.container == nullptr || is_no_container(*input.container)) return {};
    const ContainerUse& use = *input.container;
    const Bytes charged = *use.figures.current;
    std::vector<Finding> findings;
    if (use.kept) {
        const Bytes cache = minus_or_zero(charged, *use.kept);
        if (is_much(cache, charged)) findings.push_back(of_cache(use, cache));
    }
    if (use.shmem_of_others && is_much(*use.shmem_of_others, charged))
        findings.push_back(of_tmpfs(use, *use.shmem_of_others));
    return findings;
}

}  // namespace nmtx::rule
