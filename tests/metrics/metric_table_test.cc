#include "metrics/metric_table.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "catch.h"
#include "paths.h"

using namespace nmtx;

namespace {

std::string rows_of(bool of_jvm) {
    std::string rows = "| metric | type | labels | what it is |\n| --- | --- | --- | --- |\n";
    for (const MetricEntry& entry : all_metrics()) {
        if (entry.of_jvm != of_jvm) continue;
        rows += "| `" + entry.series_name() + "` | " + std::string(name_of(entry.type)) + " | " +
                std::string(entry.labels) + " | " + std::string(entry.help) + " |\n";
    }
    return rows;
}

// Replaces what stands between the two comments of this name in the page.
std::string with_rows(std::string page, const std::string& name, const std::string& rows) {
    const std::string begin = "<!-- " + name + " -->\n", end = "<!-- end -->";
    const std::size_t from = page.find(begin);
    REQUIRE(from != std::string::npos);
    const std::size_t to = page.find(end, from);
    REQUIRE(to != std::string::npos);
    return page.replace(from + begin.size(), to - from - begin.size(), rows);
}

std::string whole(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    REQUIRE(in.good());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("metrics: names, units and helps are as OpenMetrics wants them") {
    std::set<std::string_view> names;
    for (const MetricEntry& entry : all_metrics()) {
        INFO(entry.name);
        CHECK(names.insert(entry.name).second);
        CHECK(entry.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
        CHECK((entry.name.starts_with("nmtx_") || entry.name.starts_with("jvm_native_memory_")));
        for (const char* reserved : {"_total", "_info", "_created", "_count", "_sum", "_bucket"})
            CHECK_FALSE(entry.name.ends_with(reserved));
        CHECK((entry.unit.empty() || entry.name.ends_with("_" + std::string(entry.unit))));
        CHECK((entry.type != MetricType::info || entry.unit.empty()));
        CHECK(entry.help.ends_with("."));
        CHECK(entry.help.find_first_of("\\\n") == std::string_view::npos);
    }
    CHECK(entry_of(Metric::restarts).series_name() == "nmtx_restarts_total");
    CHECK(entry_of(Metric::exporter_info).series_name() == "nmtx_exporter_info");
}

TEST_CASE("metrics: the reference page has the table. NMTX_ACCEPT=1 writes it anew") {
    const std::string file = nmtx::test::source_dir() + "/docs/reference/metrics.md";
    const std::string before = whole(file);
    const std::string page =
        with_rows(with_rows(before, "of a JVM", rows_of(true)), "of the host", rows_of(false));
    if (std::getenv("NMTX_ACCEPT") != nullptr) std::ofstream(file, std::ios::binary) << page;
    CHECK(whole(file) == page);
}
