#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "findings/figures/container.h"
#include "findings/judgement/judgement.h"
#include "report/parts/verdict_text.h"
#include "report/reconciliation/report.h"
#include "report/style/json_values.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

json delta(const std::optional<Delta>& value) {
    return json_or_null(value, [](Delta d) { return d.value; });
}

json java_of(const ProcessView& view) {
    if (view.vm == Vm::none) return nullptr;
    json java;
    java["version"] = text_or_null(view.java_version());
    java["feature"] = json_or_null(view.java_feature(), [](int f) { return f; });
    java["vm"] = name_of(view.vm);
    java["gc"] = text_or_null(view.gc());
    java["nmt_level"] = name_of(view.nmt_level());
    return java;
}

json nmt_of(const ProcessView& view, const Ledger& ledger) {
    if (!view.nmt) return nullptr;
    json nmt;
    nmt["reserved_bytes"] = view.nmt->reserved.value();
    nmt["committed_bytes"] = view.nmt->committed.value();
    nmt["malloc_bytes"] = view.nmt->malloc_total().value();
    nmt["unit_bytes"] = view.nmt->unit.value();
    nmt["categories"] = json::array();
    for (const CategoryRow& row : ledger.categories) {
        nmt["categories"].push_back({{"name", printable(row.name)},
                                     {"reserved_bytes", row.reserved.value()},
                                     {"committed_bytes", row.committed.value()},
                                     {"malloc_bytes", row.malloc.value()},
                                     {"mmap_reserved_bytes", row.mmap_reserved.value()},
                                     {"mmap_committed_bytes", row.mmap_committed.value()},
                                     {"resident_bytes", bytes_or_null(row.resident)}});
    }
    return nmt;
}

json owners_of(const Ledger& ledger) {
    json owners = json::array();
    for (const Row& row : ledger.rows) {
        owners.push_back({{"path", printable(row.path)},
                          {"resident_bytes", row.resident.value()},
                          {"reserved_bytes", bytes_or_null(row.reserved)},
                          {"committed_bytes", bytes_or_null(row.committed)},
                          {"evidence", text_or_null(row.evidence)},
                          {"estimated", row.estimated},
                          {"pieces", row.pieces}});
    }
    return owners;
}

json container_of(const ProcessView& view, const Ledger& ledger) {
    if (!view.cgroup) return nullptr;
    const CgroupMemory& c = *view.cgroup;
    const ContainerUse use = container_use(view, ledger).value_or(ContainerUse{});
    const auto number = [](std::uint64_t n) { return n; };
    return {{"version", c.version},
            {"limit_bytes", bytes_or_null(c.limit)},
            {"current_bytes", bytes_or_null(c.current)},
            {"peak_bytes", bytes_or_null(c.peak)},
            {"anon_bytes", bytes_or_null(c.anon)},
            {"file_bytes", bytes_or_null(c.file)},
            {"active_file_bytes", bytes_or_null(c.active_file)},
            {"inactive_file_bytes", bytes_or_null(c.inactive_file)},
            {"shmem_bytes", bytes_or_null(c.shmem)},
            {"kernel_bytes", bytes_or_null(c.kernel)},
            {"pagetables_bytes", bytes_or_null(c.pagetables)},
            {"sock_bytes", bytes_or_null(c.sock)},
            {"swap_bytes", bytes_or_null(c.swap_current)},
            {"working_set_bytes", bytes_or_null(use.working_set)},
            {"headroom_bytes", bytes_or_null(use.headroom)},
            {"reclaimable_headroom_bytes", bytes_or_null(use.reclaimable_headroom)},
            {"beyond_rss_bytes", c.current ? json(use.beyond_rss.value) : json(nullptr)},
            {"oom_kills", json_or_null(c.oom_kills, number)},
            {"limit_hits", json_or_null(c.limit_hits, number)}};
}

}  // namespace

json report_json(const ProcessView& view, const Ledger& ledger, const Judgement& judged,
                 const std::optional<ThreadTable>& threads) {
    json out;
    out["schema"] = json_schema_version;
    out["nmtx_version"] = view.header.nmtx_version;
    out["taken_at"] = view.header.taken_at;
    out["pid"] = view.header.pid;
    out["uptime_seconds"] = view.header.target_uptime_s;
    out["java"] = java_of(view);
    out["assessment"] = assessment_json(judged.assessment);
    out["rss_bytes"] = ledger.rss.value();
    out["rss_true_bytes"] = ledger.rss_true().value();
    out["pss_bytes"] = view.smaps->pss.value();
    out["swap_bytes"] = view.smaps->swap.value();
    out["hugetlb_bytes"] = view.smaps->hugetlb.value();
    out["mappings"] = view.smaps->mappings.size();
    out["threads"] = threads ? threads_json(*threads, {}) : json(nullptr);
    out["thread_counts"] = threads ? thread_counts_json(*threads) : json(nullptr);
    out["nmt"] = nmt_of(view, ledger);
    out["owners"] = owners_of(ledger);
    out["malloc_resident_bytes"] = ledger.malloc.resident.value();
    out["malloc"] = malloc_json(view);
    out["unexplained_bytes"] = ledger.unexplained.value();
    out["estimated_bytes"] = ledger.estimated.value();
    out["gap"] = {{"classic_bytes", delta(ledger.gap.classic)},
                  {"low_bytes", delta(ledger.gap.low)},
                  {"likely_bytes", delta(ledger.gap.likely)},
                  {"high_bytes", delta(ledger.gap.high)}};
    out["rss_before_bytes"] = bytes_or_null(ledger.rss_before);
    out["rss_after_bytes"] = bytes_or_null(ledger.rss_after);
    out["drift_bytes"] = ledger.drift().value;
    out["container"] = container_of(view, ledger);
    out["findings"] = findings_json(judged.findings);
    out["missing"] = json::array();
    for (const MissingDocument& missing : view.missing) {
        out["missing"].push_back(
            {{"what", printable(missing.what)},
             {"why", printable(missing.why)},
             {"hint", missing.hint.empty() ? json(nullptr) : json(printable(missing.hint))}});
    }
    out["steps"] = json::array();
    for (const Step& step : view.steps) {
        out["steps"].push_back(
            {{"document", printable(step.document)}, {"at_ms", step.at_ms}, {"took_ms", step.took_ms}});
    }
    const Cost& cost = view.header.cost;
    out["cost"] = {{"cpu_ms", cost.cpu_ms}, {"wall_ms", cost.wall_ms}, {"attach_ms", cost.attach_ms}};
    return out;
}

std::string json_report(const ProcessView& view, const Ledger& ledger,
                        const std::optional<ThreadTable>& threads, const RunTrend* history) {
    return report_json(view, ledger, judge(view, ledger, threads, history), threads).dump(2) + "\n";
}

}  // namespace nmtx
