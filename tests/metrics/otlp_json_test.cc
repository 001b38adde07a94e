#include "metrics/otlp_json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/lines.h"
#include "catch.h"
#include "metrics/exposition.h"
#include "metrics/made_figures.h"
#include "metrics/otlp_message.h"

using namespace nmtx;
using namespace nmtx::test;
using nlohmann::json;

namespace {

constexpr OtlpTime noon{6500, 1'764'590'400'000};

HostFigures made_fleet() {
    JvmState pod = made_jvm("com.example.Main");
    pod.labels.pod_space = "shop";
    pod.labels.pod = "cart-7c9";
    pod.labels.container = "web";
    pod.pid = 4711;
    pod.restarts = 2;
    pod.answering_s = 3;
    pod.questions = {{"System.map", 0.0625}};
    JvmState named = made_jvm("/opt/app.jar", 1);
    named.labels.container = "db";
    JvmState by_id = made_jvm("");
    by_id.labels.container = "0123456789ab";
    by_id.labels.container_is_id = true;
    JvmState never_read;
    HostFigures host = made_host({pod, named, by_id, never_read});
    host.exporter.host_name = "node-1";
    host.exporter.slowdown = 4;
    host.exporter.cpu_s = 1.0 / 3;
    host.exporter.resident = Bytes(123'456'789'012);
    return host;
}

std::vector<json> messages_of(const HostFigures& host) {
    std::vector<json> messages;
    for (const std::string& line : otlp_lines_of(host, noon)) messages.push_back(json::parse(line));
    return messages;
}

const json& metric_named(const json& message, const std::string& name) {
    const json& metrics = message.at("resourceMetrics").at(0).at("scopeMetrics").at(0).at("metrics");
    const auto found =
        std::find_if(metrics.begin(), metrics.end(), [&](const json& one) { return one.at("name") == name; });
    REQUIRE(found != metrics.end());
    return *found;
}

}  // namespace

TEST_CASE("otlp: the series and values are those of the Prometheus text") {
    const HostFigures host = made_fleet();
    std::map<std::string, double> wanted;
    const std::string text = exposition_of(host, noon.boot_ms, Exposition::prometheus);
    for (Lines rest(text); rest.next();) {
        const std::string line(rest.line());
        if (!line.starts_with("#"))
            wanted[line.substr(0, line.rfind(' '))] = std::stod(line.substr(line.rfind(' ')));
    }
    std::map<std::string, double> found;
    for (const json& message : messages_of(host)) {
        for (const auto& [series, value] : prometheus_series(message)) {
            INFO(series);
            CHECK(found.emplace(series, value).second);
        }
    }
    REQUIRE(found.size() == wanted.size());
    for (const auto& [series, value] : wanted) {
        INFO(series);
        REQUIRE(found.contains(series));
        CHECK(found.at(series) == Approx(value).epsilon(1e-11));
    }
}

TEST_CASE("otlp: fields and types are those of the protocol") {
    for (const json& message : messages_of(made_fleet())) {
        INFO(message.dump());
        CHECK(otlp_faults(message).empty());
    }
    // The check sees what is wrong.
    json wrong = messages_of(made_fleet()).at(1);
    json& metric = wrong["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0];
    metric["gauge"]["dataPoints"][0]["timeUnixNano"] = 1;
    CHECK_FALSE(otlp_faults(wrong).empty());
    metric["gauge"]["dataPoints"][0] = {{"timeUnixNano", "1"}, {"as_int", "1"}};
    CHECK_FALSE(otlp_faults(wrong).empty());
}

TEST_CASE("otlp: a resource names the JVM by the semantic conventions") {
    const auto messages = messages_of(made_fleet());
    REQUIRE(messages.size() == 5);
    CHECK(resource_attributes(messages[0]) ==
          std::map<std::string, std::string>{{"service.name", "nmtx"},
                                             {"service.version", "1.2.3"},
                                             {"service.instance.id", "node-1"},
                                             {"host.name", "node-1"}});
    CHECK(resource_attributes(messages[1]) ==
          std::map<std::string, std::string>{{"service.name", "com.example.Main"},
                                             {"service.instance.id", "node-1/shop/cart-7c9/web/21.0.4/0"},
                                             {"host.name", "node-1"},
                                             {"k8s.namespace.name", "shop"},
                                             {"k8s.pod.name", "cart-7c9"},
                                             {"k8s.container.name", "web"},
                                             {"process.runtime.version", "21.0.4"},
                                             {"process.pid", "4711"},
                                             {"main_class", "com.example.Main"},
                                             {"index", "0"}});
    CHECK(resource_attributes(messages[2]).at("container.name") == "db");
    CHECK_FALSE(resource_attributes(messages[2]).contains("process.pid"));
    CHECK(resource_attributes(messages[3]).at("container.id") == "0123456789ab");
    CHECK(resource_attributes(messages[3]).at("service.name") == "unknown_service:java");
    std::set<std::string> instances;
    for (const json& message : messages)
        instances.insert(resource_attributes(message).at("service.instance.id"));
    CHECK(instances.size() == messages.size());
}

TEST_CASE("otlp: gauges, sums and infos") {
    HostFigures host = made_fleet();
    host.exporter.began_wall_ms = 1000;
    host.jvms[0].seen_wall_ms = 2000;
    const auto messages = messages_of(host);
    const json& rss = metric_named(messages[1], "nmtx_rss_bytes");
    CHECK(rss.at("unit") == "By");
    CHECK(rss.at("description") == entry_of(Metric::rss).help);
    CHECK(rss.at("gauge").at("dataPoints") ==
          json::parse(R"([{"timeUnixNano": "1764590400000000000", "asInt": "1100"}])"));
    const json& restarts = metric_named(messages[1], "nmtx_restarts_total");
    CHECK(restarts.at("sum").at("isMonotonic") == true);
    CHECK(restarts.at("sum").at("aggregationTemporality") == 2);
    CHECK(restarts.at("sum").at("dataPoints").at(0).at("startTimeUnixNano") == "1000000000");
    // Seconds stay of one type, whole or not.
    const json answering =
        metric_named(messages[1], "nmtx_jvm_answering_seconds_total").at("sum").at("dataPoints").at(0);
    CHECK(answering.at("asDouble") == 3.0);
    CHECK(answering.at("startTimeUnixNano") == "2000000000");
    const json& version = metric_named(messages[0], "nmtx_exporter_info");
    CHECK(version.at("sum").at("isMonotonic") == false);
    CHECK(version.at("sum").at("dataPoints").at(0).at("asInt") == "1");
    CHECK(metric_named(messages[0], "nmtx_cpu_budget_ratio").at("unit") == "1");
    CHECK_FALSE(metric_named(messages[0], "nmtx_jvms").contains("unit"));
}

TEST_CASE("otlp: a JVM is one line, whatever it is called and however much it has") {
    auto most = std::make_shared<JvmFigures>();
    most->depth = Depth::full;
    MetricPoints points;
    // Each escaped to two bytes
    const std::string longest(200, '"');
    for (std::size_t i = 0; i < 61; ++i)
        points.set(Metric::resident, 1e15, {{"owner", label_value(std::to_string(i) + longest)}});
    for (std::size_t i = 0; i < 100; ++i) {
        points.set(Metric::nmt_reserved, 1e15, {{"pool", label_value(std::to_string(i) + longest)}});
        points.set(Metric::nmt_committed, 1e15, {{"pool", label_value(std::to_string(i) + longest)}});
    }
    most->totals = points.sorted();
    for (const std::string& name : {std::string("a\"}\n{\"resourceMetrics\":[]}\nb"), std::string("\xff\xfe"),
                                    std::string("a\0b", 3), longest}) {
        JvmState jvm = made_jvm(name);
        jvm.totals = most;
        jvm.labels.pod_space = jvm.labels.pod = jvm.labels.container = label_value(longest);
        const auto lines = otlp_lines_of(made_host({jvm}), noon);
        REQUIRE(lines.size() == 2);
        CHECK(lines[1].find('\n') == lines[1].size() - 1);
        CHECK(otlp_faults(json::parse(lines[1])).empty());
        CHECK(lines[1].size() < most_otlp_line_bytes / 4);
    }
}

TEST_CASE("otlp: the beginning of a file is like no other") {
    HostFigures host = made_fleet();
    host.exporter.host_name = std::string(64, 'h');  // the longest that Linux takes
    CHECK(otlp_lines_of(host, noon).front().substr(0, 1000).find("1764590400000000000") != std::string::npos);
}

TEST_CASE("otlp: JVMs beyond the limit of series have no line, and are counted") {
    const HostFigures host = made_host({made_jvm("A"), made_jvm("B"), made_jvm("C")});
    const auto lines = otlp_lines_of(host, noon, 15);
    REQUIRE(lines.size() == 2);
    CHECK(metric_named(json::parse(lines[0]), "nmtx_dropped_jvms")
              .at("gauge")
              .at("dataPoints")
              .at(0)
              .at("asInt") == "2");
}

TEST_CASE("otlp: values that JSON has no numbers for are words, as protobuf has them") {
    HostFigures host = made_fleet();
    host.exporter.budget = std::numeric_limits<double>::quiet_NaN();
    host.exporter.slowdown = -std::numeric_limits<double>::infinity();
    const json message = messages_of(host).front();
    const auto value = [&](const char* name) {
        return metric_named(message, name).at("gauge").at("dataPoints").at(0).at("asDouble");
    };
    CHECK(value("nmtx_cpu_budget_ratio") == "NaN");
    CHECK(value("nmtx_pressure_slowdown") == "-Infinity");
}
