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

json nmt_of(const Moment& moment) {
    if (!moment.view->nmt) return nullptr;
    json nmt;
    nmt["reserved_bytes"] = moment.view->nmt->reserved.value();
    nmt["committed_bytes"] = moment.view->nmt->committed.value();
    nmt["malloc_bytes"] = moment.view->nmt->malloc_total().value();
    nmt["unit_bytes"] = moment.view->nmt->unit.value();
    nmt["categories"] = json::array();
    for (const CategoryRow& row : moment.ledger->categories) {
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

json container_of(const Account& account) {
    if (!account.view().cgroup) return nullptr;
    const CgroupMemory& c = *account.view().cgroup;
    const ContainerUse use = account.container.value_or(ContainerUse{});
    const auto number = [](std::uint64_t n) { return n; };
    const auto left = [](const CgroupBound& bound) { return bound.left.value(); };
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
            {"headroom_bytes", json_or_null(use.bound, left)},
            {"reclaimable_headroom_bytes", json_or_null(use.working_set_bound, left)},
            {"beyond_rss_bytes", c.current ? json(use.beyond_rss.value) : json(nullptr)},
            {"oom_kills", json_or_null(c.oom_kills, number)},
            {"limit_hits", json_or_null(c.limit_hits, number)}};
}

}  // namespace

json report_json(const Account& account) {
    const Moment& moment = account.moment;
    const std::optional<ThreadTable>& threads = account.threads;
    json out;
    out["schema"] = json_schema_version;
    out["nmtx_version"] = moment.view->header.nmtx_version;
    out["taken_at"] = moment.view->header.taken_at;
    out["pid"] = moment.view->header.pid;
    out["uptime_seconds"] = moment.view->header.target_uptime_s;
    out["java"] = java_of(*moment.view);
    out["assessment"] = assessment_json(account.judged.assessment);
    out["rss_bytes"] = moment.ledger->rss.value();
    out["rss_true_bytes"] = moment.ledger->rss_true().value();
    out["pss_bytes"] = moment.view->smaps->pss.value();
    out["swap_bytes"] = moment.view->smaps->swap.value();
    out["hugetlb_bytes"] = moment.view->smaps->hugetlb.value();
    out["mappings"] = moment.view->smaps->mappings.size();
    out["threads"] = threads ? threads_json(*threads, {}) : json(nullptr);
    out["thread_counts"] = threads ? thread_counts_json(*threads) : json(nullptr);
    out["nmt"] = nmt_of(moment);
    out["owners"] = owners_of(*moment.ledger);
    out["malloc_resident_bytes"] = moment.ledger->malloc.resident.value();
    out["malloc"] = malloc_json(*moment.view);
    out["unexplained_bytes"] = moment.ledger->unexplained.value();
    out["estimated_bytes"] = moment.ledger->estimated.value();
    out["gap"] = {{"classic_bytes", delta(moment.ledger->gap.classic)},
                  {"low_bytes", delta(moment.ledger->gap.low)},
                  {"likely_bytes", delta(moment.ledger->gap.likely)},
                  {"high_bytes", delta(moment.ledger->gap.high)}};
    out["rss_before_bytes"] = bytes_or_null(moment.ledger->rss_before);
    out["rss_after_bytes"] = bytes_or_null(moment.ledger->rss_after);
    out["drift_bytes"] = moment.ledger->drift().value;
    out["container"] = container_of(account);
    out["findings"] = findings_json(account.judged.findings);
    out["missing"] = json::array();
    for (const MissingDocument& missing : moment.view->missing) {
        out["missing"].push_back(
            {{"what", printable(missing.what)},
             {"why", printable(missing.why)},
             {"hint", missing.hint.empty() ? json(nullptr) : json(printable(missing.hint))}});
    }
    out["steps"] = json::array();
    for (const Step& step : moment.view->steps) {
        out["steps"].push_back(
            {{"document", printable(step.document)}, {"at_ms", step.at_ms}, {"took_ms", step.took_ms}});
    }
    const Cost& cost = moment.view->header.cost;
    out["cost"] = {{"cpu_ms", cost.cpu_ms}, {"wall_ms", cost.wall_ms}, {"attach_ms", cost.attach_ms}};
    return out;
}

std::string json_report(const Account& account) {
    return report_json(account).dump(2) + "\n";
}

}  // namespace nmtx
