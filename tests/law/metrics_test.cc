// Each capture as `nmtx serve` would show its process.
#include <map>
#include <set>
#include <string>

#include "account/account.h"
#include "base/lines.h"
#include "catch.h"
#include "law/fixtures.h"
#include "metrics/exposition.h"
#include "process/process_reader.h"

using namespace nmtx;

TEST_CASE("law: the owners of the metrics sum to RSS, stacks to the ledger's, and no series is there twice") {
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Capture capture = read_fixture(file);
        ProcessReader reader;
        REQUIRE(reader.update(capture));
        const auto account = account_of(reader.view());
        REQUIRE(account);
        auto figures = std::make_shared<const JvmFigures>(figures_of(*account, Depth::full));
        std::map<Metric, double> sums;
        for (const auto* points : {&figures->totals, &figures->owners}) {
            for (const MetricPoint& point : *points) sums[point.metric] += point.value;
        }
        CHECK(sums[Metric::resident] == static_cast<double>(account->ledger().rss.value()));
        CHECK(sums[Metric::rss] == static_cast<double>(account->ledger().rss.value()));
        if (account->threads)
            CHECK(sums[Metric::stack_resident] ==
                  static_cast<double>(account->threads->totals.stacks_resident.value()));
        if (const auto& parts = account->ledger().malloc.parts)
            CHECK(sums[Metric::malloc_state] == static_cast<double>(parts->whole.value()));

        HostFigures host;
        host.jvms.resize(1);
        host.jvms[0].take(figures, 0);
        std::set<std::string> series;
        const std::string text = exposition_of(host, 0, Exposition::prometheus);
        for (Lines lines(text); lines.next();) {
            if (lines.line().starts_with("#")) continue;
            CHECK(series.emplace(lines.line().substr(0, lines.line().rfind(' '))).second);
        }
        CHECK(series.size() > 20);
        CHECK(series.size() < 300);
    }
}
