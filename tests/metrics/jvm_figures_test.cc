#include "metrics/jvm_figures.h"

#include <fmt/format.h>

#include "accounts.h"
#include "catch.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

// A ledger whose owners have these resident bytes.
Ledger ledger_of(const std::vector<OwnerBytes>& owners) {
    Ledger ledger;
    for (const OwnerBytes& owner : owners) {
        Row row;
        row.path = owner.path;
        row.resident = owner.resident;
        ledger.rows.push_back(std::move(row));
        ledger.rss += owner.resident;
    }
    return ledger;
}

// Without rules: the ledgers here have no pieces.
JvmFigures figures(const Ledger& ledger, Depth depth = Depth::full,
                   const std::set<std::string>& before = {}) {
    const ProcessView view = made::Process().view;
    Account account;
    account.moment = {&view, &ledger};
    return figures_of(account, depth, before);
}

double sum_of(const std::vector<MetricPoint>& points, Metric metric) {
    double sum = 0;
    for (const MetricPoint& point : points) {
        if (point.metric == metric) sum += point.value;
    }
    return sum;
}

const MetricPoint* find(const std::vector<MetricPoint>& points, Metric metric, std::string_view value) {
    for (const MetricPoint& point : points) {
        if (point.metric == metric && (point.labels.empty() ? value.empty() : point.labels[0].value == value))
            return &point;
    }
    return nullptr;
}

}  // namespace

TEST_CASE("figures: the owners sum to RSS, with as many owners as there may be") {
    std::vector<OwnerBytes> owners;
    for (std::uint64_t i = 0; i < 1000; ++i)
        owners.push_back({fmt::format("malloc/untracked/lib{}.so", i), Bytes(4096 * (i + 1))});
    const Ledger ledger = ledger_of(owners);
    const JvmFigures made = figures(ledger);
    CHECK(sum_of(made.owners, Metric::resident) == static_cast<double>(ledger.rss.value()));
    CHECK(find(made.totals, Metric::rss, "")->value == static_cast<double>(ledger.rss.value()));
    std::size_t series = 0;
    for (const MetricPoint& point : made.owners) series += point.metric == Metric::resident ? 1U : 0U;
    CHECK(series == most_owners + 1);
    CHECK(find(made.owners, Metric::folded_owners, "")->value == 1000 - most_owners);
    CHECK(find(made.owners, Metric::resident, "malloc/untracked/lib999.so") != nullptr);
    CHECK(find(made.owners, Metric::resident, "malloc/untracked/lib0.so") == nullptr);
    CHECK(find(made.owners, Metric::resident, "other") != nullptr);
}

TEST_CASE("figures: names that look the same once they are cleaned are one series, with their sum") {
    const Ledger ledger = ledger_of({{"malloc/untracked/a\x01", Bytes(1000)},
                                     {"malloc/untracked/a\x02", Bytes(200)},
                                     {"unexplained", Bytes(30)}});
    const JvmFigures made = figures(ledger);
    REQUIRE(find(made.owners, Metric::resident, "malloc/untracked/a?") != nullptr);
    CHECK(find(made.owners, Metric::resident, "malloc/untracked/a?")->value == 1200);
    CHECK(sum_of(made.owners, Metric::resident) == 1230);
}

TEST_CASE("figures: an owner that was shown keeps its place beside one of similar size") {
    const std::vector<OwnerBytes> owners{{"a", Bytes(100)}, {"b", Bytes(110)}, {"c", Bytes(150)}};
    CHECK(owners_to_show(owners, {}, 2) == std::set<std::string>{"b", "c"});
    CHECK(owners_to_show(owners, {"a", "c"}, 2) == std::set<std::string>{"a", "c"});
    CHECK(owners_to_show({{"a", Bytes(100)}, {"b", Bytes(201)}}, {"a"}, 1) == std::set<std::string>{"b"});
}

TEST_CASE("figures: a light sample has owners, but none of the figures that need a full one") {
    const JvmFigures made = figures(ledger_of({{"jvm/java heap", Bytes(5000)}}), Depth::light);
    CHECK(sum_of(made.owners, Metric::resident) == 5000);
    CHECK(find(made.owners, Metric::owners_full, "")->value == 0);
    for (const MetricPoint& point : made.owners)
        CHECK((point.metric == Metric::resident || point.metric == Metric::owners_full ||
               point.metric == Metric::folded_owners));
}

TEST_CASE("figures: NMT's categories have client_java's names, and a total") {
    ProcessView view = made::Process().view;
    view.nmt = NmtReport();
    view.nmt->reserved = mib(3);
    view.nmt->committed = mib(2);
    NmtCategory heap;
    heap.name = "Java Heap";
    heap.reserved = mib(2);
    heap.committed = mib(1);
    NmtCategory nothing;
    nothing.name = "Tracing";
    view.nmt->categories = {heap, nothing};
    const Ledger ledger = ledger_of({{"jvm/java heap", mib(1)}});
    Account account;
    account.moment = {&view, &ledger};
    const JvmFigures made = figures_of(account, Depth::light);
    CHECK(find(made.totals, Metric::nmt_reserved, "Java Heap")->value == 2 * 1024 * 1024);
    CHECK(find(made.totals, Metric::nmt_committed, "Total")->value == 2 * 1024 * 1024);
    CHECK(find(made.totals, Metric::nmt_committed, "Tracing") == nullptr);
    CHECK(entry_of(Metric::nmt_committed).name == "jvm_native_memory_committed_bytes");
    CHECK(entry_of(Metric::nmt_reserved).name == "jvm_native_memory_reserved_bytes");
}

TEST_CASE("figures: malloc's states and the bounds of the gap, where they are known") {
    Ledger ledger = ledger_of({{"malloc/untracked/libz.so", Bytes(700)}, {"malloc/free/bins", Bytes(300)}});
    CHECK(find(figures(ledger).owners, Metric::malloc_state, "free") == nullptr);
    ledger.malloc.parts =
        MallocParts{Bytes(1000), true, Bytes(0), Bytes(700), Bytes(300), Bytes(), Bytes(), Bytes()};
    ledger.gap.low = Delta{-5};
    ledger.gap.high = Delta{900};
    const JvmFigures made = figures(ledger);
    CHECK(find(made.owners, Metric::malloc_state, "live_untracked")->value == 700);
    CHECK(find(made.owners, Metric::malloc_state, "free")->value == 300);
    CHECK(find(made.owners, Metric::malloc_state, "live") == nullptr);
    CHECK(find(made.owners, Metric::untracked, "low")->value == -5);
    CHECK(find(made.owners, Metric::untracked, "likely") == nullptr);
    CHECK(find(made.owners, Metric::untracked, "high")->value == 900);
}
