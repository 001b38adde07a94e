// Each capture as `nmtx serve` would show its process.
#include <map>
#include <set>
#include <string>

#include "account/account.h"
#include "base/lines.h"
#include "catch.h"
#include "law/fixtures.h"
#include "metrics/exposition.h"
#include "metrics/otlp_json.h"
#include "metrics/otlp_message.h"
#include "process/process_reader.h"

using namespace nmtx;
using namespace nmtx::test;

TEST_CASE(
    "law: the owners of the metrics sum to RSS, stacks to the ledger's, no series is there twice, and OTLP has "
    "the same") {
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
        host.exporter.version = "1.2.3";
        host.jvms.resize(1);
        host.jvms[0].take(figures, 0);
        const auto lines_for_collector = otlp_lines_of(host, {0, 1'764'590'400'000});
        std::map<std::string, double> collected;
        for (const std::string& line : lines_for_collector) {
            const auto message = nlohmann::json::parse(line);
            CHECK(otlp_faults(message).empty());
            for (const auto& [name, value] : prometheus_series(message)) collected[name] = value;
        }
        std::set<std::string> series;
        const std::string text = exposition_of(host, 0, Exposition::prometheus);
        for (Lines lines(text); lines.next();) {
            if (lines.line().starts_with("#")) continue;
            const std::string name(lines.line().substr(0, lines.line().rfind(' ')));
            CHECK(series.insert(name).second);
            CHECK(collected.contains(name));
            CHECK(collected[name] ==
                  Approx(std::stod(std::string(lines.line().substr(name.size())))).epsilon(1e-11));
        }
        CHECK(collected.size() == series.size());
        CHECK(series.size() > 20);
        CHECK(series.size() < 300);
    }
}
