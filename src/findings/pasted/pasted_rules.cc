#include "findings/pasted/pasted_rules.h"

#include <array>

#include "findings/wording.h"

namespace nmtx {
namespace {

constexpr std::array table{
    PastedRule{"compilation-memory", "Compiler.memory", rule::compilation_memory},
    PastedRule{"container-killed", "kubectl describe pod, docker inspect", rule::container_killed, false},
    PastedRule{"heap-above-limit", "-XshowSettings, or a container's limit with the JVM's options",
               rule::heap_above_limit},
    PastedRule{"heap-full", "jstat", rule::heap_full},
    PastedRule{"jemalloc", "the statistics of jemalloc", rule::jemalloc},
    PastedRule{"machine-memory", "meminfo, free", rule::machine_memory},
    PastedRule{"metaspace-limit", "jstat, with the JVM's options or jmap -heap", rule::metaspace_limit},
};

}  // namespace

std::span<const PastedRule> pasted_rules() {
    return table;
}

std::vector<Finding> findings_of_pasted(const PastedEvidence& evidence) {
    std::vector<Finding> findings;
    for (const PastedRule& rule : table) {
        for (Finding& finding : rule.find(evidence)) {
            finding.rule = rule.name;
            if (rule.still_runs) with_pid(finding, evidence.view);
            findings.push_back(std::move(finding));
        }
    }
    sort_by_weight(findings);
    return findings;
}

}  // namespace nmtx
