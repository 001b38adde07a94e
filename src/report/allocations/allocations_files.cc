// The flame graph and the collapsed stacks of `nmtx allocs`; pprof's format is written in report/stacks.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/printable.h"
#include "report/allocations/allocations_report.h"
#include "report/allocations/allocations_sentences.h"
#include "report/stacks/html_flame.h"
#include "report/stacks/stacks_report.h"
#include "report/ticket/html/html_page.h"

namespace nmtx {
namespace {

constexpr std::size_t most_site_rows = 300;

std::string sites_table(const AllocationProfile& profile, bool live) {
    const std::vector<AllocationSite> sites = allocation_sites(profile, live);
    HtmlTable table("sites-table", "Sites",
                    {{"called from", Column::name},
                     {"Java method", Column::text},
                     {"allocated KiB/s"},
                     {"± %"},
                     {"blocks"},
                     {"in use KiB/s"},
                     {"samples"}},
                    live ? std::size_t{5} : std::size_t{2});
    const double seconds = std::max(profile.run.seconds, 1e-3);
    const std::size_t shown = std::min(sites.size(), most_site_rows);
    for (std::size_t i = 0; i < shown; ++i) {
        const AllocationSite& site = sites[i];
        const double bytes = site.bytes.value;
        table.begin_row();
        table.text(site_text(site.name));
        table.text(printable(site.name.java));
        table.decimal(bytes / 1024 / seconds, 1);
        table.decimal(bytes > 0 ? std::optional(100 * (site.bytes.high - bytes) / bytes) : std::nullopt, 1);
        table.count(static_cast<std::uint64_t>(std::llround(site.blocks.value)));
        table.decimal(
            profile.run.knows_live ? std::optional(site.live_bytes.value / 1024 / seconds) : std::nullopt, 1);
        table.count(site.samples);
    }
    return table.finish(sites.size() > shown
                            ? fmt::format("{} more sites are not in this table.", sites.size() - shown)
                            : "");
}

}  // namespace

std::string html_allocations(const AllocationProfile& profile, bool live, const std::string& nmtx_version) {
    const AllocationRun& run = profile.run;
    FlamePage page;
    page.eyebrow = live ? "Allocations still in use" : "Allocations";
    page.heading = fmt::format("Allocations of pid {} ({})", run.pid,
                               printable(std::string_view(run.process).substr(0, 60)));
    page.lead = allocations_sentence(profile);
    page.notes = allocations_notes(profile);
    page.cost = allocations_cost(profile);
    page.sites_table = sites_table(profile, live);
    return html_flame(weighed_by_bytes(profile, live), page, nmtx_version);
}

std::string collapsed_allocations(const AllocationProfile& profile, bool live) {
    return collapsed_stacks(weighed_by_bytes(profile, live));
}

}  // namespace nmtx
