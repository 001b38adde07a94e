#include "findings/rules.h"

#include <algorithm>
#include <array>

#include "findings/judgement.h"
#include "findings/malloc_rules.h"
#include "findings/rule_list.h"
#include "findings/wording.h"

namespace nmtx {
namespace {

constexpr std::array table{
    Rule{"agents", "the options, smaps; NMT", rule::agents},
    Rule{"arena-count", "the walk over malloc, else smaps and NMT", rule::arena_count},
    Rule{"block-size", "the walk over malloc, where NMT is off", rule::block_size},
    Rule{"code-cache", "Compiler.codecache; on 8 NMT and VM.flags", rule::code_cache},
    Rule{"compiler", "NMT", rule::compiler},
    Rule{"direct-buffers", "NMT", rule::direct_buffers},
    Rule{"gc-overhead", "NMT, with smaps; the walk over malloc", rule::gc_overhead},
    Rule{"heap-not-returned", "hsperfdata, GC.heap_info, smaps", rule::heap_not_returned},
    Rule{"jni-malloc", "the walk over malloc, with NMT on; whether it grows: a record", rule::jni_malloc},
    Rule{"known-bug", "NMT and the JDK's release", rule::known_bug},
    Rule{"limit-too-small", "the cgroup, VM.flags, smaps and status, NMT where it is on",
         rule::limit_too_small},
    Rule{"malloc-outside-nmt", "smaps and NMT, without a walk over malloc", rule::malloc_outside},
    Rule{"mapped-files", "smaps, status", rule::mapped_files},
    Rule{"metaspace", "VM.metaspace or GC.heap_info, VM.flags; whether it grows: a record", rule::metaspace},
    Rule{"missing-evidence", "what could not be read", rule::missing_evidence},
    Rule{"native-threads", "tasks and smaps; Thread.print", rule::native_threads},
    Rule{"nmt-off", "the options, or the reply of VM.native_memory", rule::nmt_off},
    Rule{"not-hotspot", "smaps, VM.version, hsperfdata", rule::not_hotspot},
    Rule{"oom-log", "the kernel's log of a kill", rule::oom_log, true},
    Rule{"other-allocator", "smaps", rule::other_allocator},
    Rule{"page-cache", "the cgroup, status", rule::page_cache},
    Rule{"retention", "the walk over malloc", rule::retention},
    Rule{"stack-count", "tasks and smaps", rule::stack_count},
    Rule{"stack-size-unit", "the options", rule::stack_size_unit},
    Rule{"swap-hugetlb", "status, smaps", rule::swap_hugetlb},
    Rule{"thp-stacks", "smaps, tasks, kernel/transparent_hugepage", rule::thp_stacks},
    Rule{"unexplained", "smaps and whatever names an owner", rule::unexplained},
    Rule{"untouched-commit", "NMT and smaps", rule::untouched_commit},
    Rule{"zgc-multi-map", "smaps", rule::zgc_multi_map},
    Rule{"zlib", "the walk over malloc", rule::zlib},
};

double percent_of(Bytes part, double whole) {
    return 100 * static_cast<double>(part.value()) / whole;
}

void add_shares(Finding& finding, const Ledger& ledger) {
    if (!finding.bytes || !finding.resident) return;
    if (ledger.rss != Bytes())
        finding.share_of_rss = percent_of(*finding.bytes, static_cast<double>(ledger.rss.value()));
    const std::optional<Delta> gap = ledger.gap.likely;
    if (finding.outside_nmt && gap && gap->value > 0)
        finding.share_of_gap = std::min(100.0, percent_of(*finding.bytes, static_cast<double>(gap->value)));
}

void add_of(const Rule& rule, const FindingInput& input, std::vector<Finding>& findings) {
    for (Finding& finding : rule.find(input)) {
        finding.rule = rule.name;
        add_shares(finding, input.ledger);
        if (!rule.of_a_log) nmtx::with_pid(finding, input.view);
        findings.push_back(std::move(finding));
    }
}

void with_pid(Assessment& assessment, const ProcessView& view) {
    Finding sentences;
    sentences.evidence = std::move(assessment.why);
    sentences.remedies = std::move(assessment.next);
    nmtx::with_pid(sentences, view);
    assessment.why = std::move(sentences.evidence);
    assessment.next = std::move(sentences.remedies);
}

}  // namespace

std::string_view name_of(Severity severity) {
    constexpr std::array names{"note", "warning", "problem"};
    return names[static_cast<std::size_t>(severity)];
}

std::string_view name_of(Confidence confidence) {
    constexpr std::array names{"low", "medium", "high"};
    return names[static_cast<std::size_t>(confidence)];
}

std::span<const Rule> rules() {
    return table;
}

Judgement judge(const FindingInput& input, std::vector<Finding> told) {
    Judgement out;
    out.findings = std::move(told);
    for (Finding& finding : out.findings) add_shares(finding, input.ledger);
    for (const Rule& rule : table) add_of(rule, input, out.findings);
    sort_by_weight(out.findings);
    out.assessment = assess(input.view, input.ledger, out.findings);
    with_pid(out.assessment, input.view);
    if (out.assessment.verdict == Assessed::ok || out.assessment.verdict == Assessed::undecided) {
        Finding finding = finding_of(out.assessment, input.view, input.ledger);
        nmtx::with_pid(finding, input.view);
        out.findings.insert(out.findings.begin(), std::move(finding));
    }
    return out;
}

std::vector<Finding> findings_of(const FindingInput& input) {
    return judge(input).findings;
}

std::vector<Finding> findings_of_logs(const ProcessView& view) {
    const Ledger none;
    std::vector<Finding> findings;
    for (const Rule& rule : table) {
        if (rule.of_a_log) add_of(rule, {view, none}, findings);
    }
    sort_by_weight(findings);
    return findings;
}

Judgement judge(const ProcessView& view, const Ledger& ledger, const std::optional<ThreadTable>& threads,
                const RunTrend* history, std::vector<Finding> told) {
    const std::optional<ContainerUse> container = container_use(view, ledger);
    return judge({view, ledger, threads ? &*threads : nullptr, container ? &*container : nullptr, history},
                 std::move(told));
}

std::vector<Finding> findings_of(const ProcessView& view, const Ledger& ledger,
                                 const std::optional<ThreadTable>& threads, const RunTrend* history) {
    return judge(view, ledger, threads, history).findings;
}

}  // namespace nmtx
