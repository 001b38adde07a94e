#include "metrics/jvm_figures.h"

#include <algorithm>
#include <utility>

namespace nmtx {
namespace {

double value_of(Bytes bytes) {
    return static_cast<double>(bytes.value());
}

MetricLabels one(std::string_view name, std::string_view value) {
    return {{name, label_value(value)}};
}

void add_if(MetricPoints& points, Metric metric, const std::optional<Bytes>& bytes) {
    if (bytes) points.set(metric, value_of(*bytes));
}

void add_nmt(const ProcessView& view, MetricPoints& points) {
    if (!view.nmt || view.nmt_from_file) return;
    const auto add = [&](std::string_view pool, Bytes reserved, Bytes committed) {
        points.add(Metric::nmt_reserved, value_of(reserved), one("pool", pool));
        points.add(Metric::nmt_committed, value_of(committed), one("pool", pool));
    };
    for (const NmtCategory& category : view.nmt->categories) {
        if (category.reserved == Bytes() && category.committed == Bytes()) continue;
        add(category.name, category.reserved, category.committed);
    }
    add("Total", view.nmt->reserved, view.nmt->committed);
}

void add_container(const Account& account, MetricPoints& points) {
    if (!account.container || account.container->whole_machine) return;
    const ContainerUse& use = *account.container;
    add_if(points, Metric::container_usage, use.figures.current);
    add_if(points, Metric::container_limit, use.figures.limit);
    add_if(points, Metric::container_working_set, use.working_set);
    if (use.working_set_bound) points.set(Metric::container_headroom, value_of(use.working_set_bound->left));
    if (use.figures.oom_kills)
        points.set(Metric::container_oom_kills, static_cast<double>(*use.figures.oom_kills));
}

// What the JVM was asked, and how long each answer took.
std::map<std::string, double> questions_of(const ProcessView& view) {
    std::map<std::string, double> questions;
    for (const Step& step : view.steps) {
        if (!step.document.starts_with(document::hotspot_prefix)) continue;
        if (step.document == document::hsperfdata || step.document == document::libjvm ||
            step.document == document::attach || step.document == document::nmt_file)
            continue;
        const std::string_view question =
            std::string_view(step.document).substr(document::hotspot_prefix.size());
        questions[label_value(question)] = step.took_ms / 1000;
    }
    return questions;
}

void add_totals(const Account& account, MetricPoints& points) {
    const ProcessView& view = account.view();
    points.set(Metric::rss, value_of(account.ledger().rss));
    MetricLabels labels = one("gc", view.gc());
    labels.push_back({"nmt", label_value(name_of(view.nmt_level()))});
    points.set(Metric::jvm_info, 1, std::move(labels));
    add_nmt(view, points);
    add_container(account, points);
}

void add_owners(const Ledger& ledger, JvmFigures& figures, const std::set<std::string>& shown_before,
                MetricPoints& points) {
    std::vector<OwnerBytes> owners;
    for (const Row& row : ledger.rows) {
        if (row.resident != Bytes()) owners.push_back({row.path, row.resident});
    }
    figures.shown = owners_to_show(owners, shown_before, most_owners);
    double folded = 0;
    for (const OwnerBytes& owner : owners) {
        const bool shown = figures.shown.contains(owner.path);
        if (!shown) ++folded;
        points.add(Metric::resident, value_of(owner.resident),
                   one("owner", shown ? std::string_view(owner.path) : other_owner));
    }
    points.set(Metric::folded_owners, folded);
}

void add_untracked(const Gap& gap, MetricPoints& points) {
    for (const auto& [bound, bytes] :
         {std::pair("low", gap.low), std::pair("likely", gap.likely), std::pair("high", gap.high)}) {
        if (bytes) points.set(Metric::untracked, static_cast<double>(bytes->value), one("bound", bound));
    }
}

void add_malloc(const Account& account, MetricPoints& points) {
    if (const MallocWalk* walk = account.view().walk())
        points.set(Metric::malloc_arenas, static_cast<double>(walk->arenas.size()));
    const auto& parts = account.ledger().malloc.parts;
    if (!parts) return;
    const auto set = [&](std::string_view state, Bytes bytes) {
        points.set(Metric::malloc_state, value_of(bytes), one("state", state));
    };
    if (parts->told_apart) {
        set("live_tracked", parts->tracked);
        set("live_untracked", parts->untracked);
    } else {
        set("live", parts->tracked + parts->untracked);
    }
    set("free", parts->free);
    set("overhead", parts->overhead);
    set("not_walked", parts->not_walked);
}

void add_threads(const Account& account, MetricPoints& points) {
    if (!account.threads) return;
    for (const ThreadRow& row : account.threads->rows) {
        const MetricLabels kind = one("kind", name_of(row.kind));
        if (row.change != ThreadChange::ended) points.add(Metric::threads, 1, kind);
        if (row.stack) points.add(Metric::stack_resident, value_of(row.stack->resident), kind);
    }
    const ThreadTotals& totals = account.threads->totals;
    points.set(Metric::stack_resident, value_of(totals.resident_of_nobody), one("kind", "unknown"));
    points.set(Metric::stack_reserved, value_of(totals.stacks_reserved));
}

void add_findings(const Account& account, MetricPoints& points) {
    for (const Finding& finding : account.judged.findings) {
        MetricLabels labels = one("rule", finding.rule);
        labels.push_back({"severity", std::string(name_of(finding.severity))});
        points.set(Metric::finding, 1, std::move(labels));
    }
}

}  // namespace

std::set<std::string> owners_to_show(const std::vector<OwnerBytes>& owners,
                                     const std::set<std::string>& shown_before, std::size_t most) {
    std::vector<std::pair<Bytes, const std::string*>> by_weight;
    by_weight.reserve(owners.size());
    for (const OwnerBytes& owner : owners) {
        const Bytes again = shown_before.contains(owner.path) ? owner.resident : Bytes();
        by_weight.emplace_back(owner.resident + again, &owner.path);
    }
    std::sort(by_weight.begin(), by_weight.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : *a.second < *b.second;
    });
    by_weight.resize(std::min(by_weight.size(), most));
    std::set<std::string> shown;
    for (const auto& [weight, path] : by_weight) shown.insert(*path);
    return shown;
}

JvmFigures figures_of(const Account& account, Depth depth, const std::set<std::string>& shown_before) {
    JvmFigures figures;
    figures.depth = depth;
    figures.java = account.view().java_version();
    figures.questions = questions_of(account.view());
    MetricPoints totals;
    add_totals(account, totals);
    figures.totals = totals.sorted();
    MetricPoints owners;
    add_owners(account.ledger(), figures, shown_before, owners);
    owners.set(Metric::owners_full, depth == Depth::full ? 1 : 0);
    if (depth == Depth::full) {
        add_untracked(account.ledger().gap, owners);
        add_malloc(account, owners);
        add_threads(account, owners);
        add_findings(account, owners);
    }
    figures.owners = owners.sorted();
    return figures;
}

}  // namespace nmtx
