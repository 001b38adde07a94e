// An ExportMetricsServiceRequest as JSON, held to opentelemetry-proto (metrics.proto, common.proto,
// resource.proto, and the JSON encoding of its specification), and read back into series of Prometheus.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "metrics/exposition.h"

namespace nmtx::test {

class OtlpCheck {
  public:
    using Json = nlohmann::json;

    std::vector<std::string> faults;

    void request(const Json& json) {
        fields("request", json, {"resourceMetrics"});
        each(json, "resourceMetrics", [&](const Json& one) {
            fields("ResourceMetrics", one, {"resource", "scopeMetrics", "schemaUrl"});
            fields("Resource", one.value("resource", Json::object()),
                   {"attributes", "droppedAttributesCount"});
            attributes(one.value("resource", Json::object()));
            each(one, "scopeMetrics", [&](const Json& scope) { scope_metrics(scope); });
        });
    }

  private:
    template <typename F>
    void each(const Json& json, const char* key, F take) {
        if (!json.contains(key)) return;
        need(json.at(key).is_array(), std::string(key) + " is no list");
        for (const Json& one : json.at(key)) take(one);
    }
    void need(bool is, const std::string& fault) {
        if (!is) faults.push_back(fault);
    }
    void fields(const std::string& message, const Json& json, const std::vector<std::string>& known) {
        need(json.is_object(), message + " is no object");
        for (const auto& [key, value] : json.items())
            need(std::find(known.begin(), known.end(), key) != known.end(), message + " has no " + key);
    }
    void word(const Json& json, const char* key) {
        if (json.contains(key)) need(json.at(key).is_string(), std::string(key) + " is no string");
    }
    // fixed64 and sfixed64
    void whole(const Json& json, const char* key, bool positive) {
        if (!json.contains(key)) return;
        const std::string text = json.at(key).is_string() ? json.at(key).get<std::string>() : "";
        const bool minus = text.starts_with("-");
        const std::string digits = text.substr(minus ? 1 : 0);
        need(!digits.empty() && digits.size() <= 19 && !(minus && positive) &&
                 digits.find_first_not_of("0123456789") == std::string::npos,
             std::string(key) + " is no decimal string");
    }
    void attributes(const Json& json) {
        std::vector<std::string> keys;
        each(json, "attributes", [&](const Json& one) {
            fields("KeyValue", one, {"key", "value"});
            word(one, "key");
            keys.push_back(one.value("key", ""));
            const Json value = one.value("value", Json::object());
            fields("AnyValue", value, {"stringValue", "boolValue", "intValue", "doubleValue"});
            need(value.size() == 1, "AnyValue has not one value");
            word(value, "stringValue");
            whole(value, "intValue", false);
        });
        std::sort(keys.begin(), keys.end());
        need(std::adjacent_find(keys.begin(), keys.end()) == keys.end(), "an attribute is there twice");
        need(keys.empty() || !keys.front().empty(), "an attribute has no key");
    }
    void scope_metrics(const Json& json) {
        fields("ScopeMetrics", json, {"scope", "metrics", "schemaUrl"});
        fields("InstrumentationScope", json.value("scope", Json::object()),
               {"name", "version", "attributes", "droppedAttributesCount"});
        each(json, "metrics", [&](const Json& metric) {
            fields("Metric", metric, {"name", "description", "unit", "gauge", "sum", "metadata"});
            for (const char* key : {"name", "description", "unit"}) word(metric, key);
            need(!metric.value("name", "").empty(), "a metric has no name");
            need(metric.contains("gauge") != metric.contains("sum"), "a metric is not of one kind");
            if (metric.contains("gauge")) {
                fields("Gauge", metric.at("gauge"), {"dataPoints"});
                each(metric.at("gauge"), "dataPoints", [&](const Json& point) { data_point(point); });
            } else if (metric.contains("sum")) {
                sum(metric.at("sum"));
            }
        });
    }
    void sum(const Json& json) {
        fields("Sum", json, {"dataPoints", "aggregationTemporality", "isMonotonic"});
        need(json.value("aggregationTemporality", Json()) == 2, "a sum is not cumulative");
        need(json.value("isMonotonic", Json()).is_boolean(), "isMonotonic is neither true nor false");
        each(json, "dataPoints", [&](const Json& point) { data_point(point); });
    }
    void data_point(const Json& json) {
        fields(
            "NumberDataPoint", json,
            {"attributes", "startTimeUnixNano", "timeUnixNano", "asDouble", "asInt", "exemplars", "flags"});
        attributes(json);
        need(json.contains("timeUnixNano"), "a point has no time");
        whole(json, "timeUnixNano", true);
        whole(json, "startTimeUnixNano", true);
        whole(json, "asInt", false);
        need(json.contains("asInt") != json.contains("asDouble"), "a point has not one value");
        if (json.contains("asDouble"))
            need(json.at("asDouble").is_number() || json.at("asDouble").is_string(), "asDouble is no number");
    }
};

// What is wrong with it.
inline std::vector<std::string> otlp_faults(const nlohmann::json& message) {
    OtlpCheck check;
    check.request(message);
    return check.faults;
}

inline std::map<std::string, std::string> attributes_of(const nlohmann::json& json) {
    std::map<std::string, std::string> attributes;
    if (!json.contains("attributes")) return attributes;
    for (const auto& one : json.at("attributes"))
        attributes[one.at("key")] = one.at("value").begin().value().get<std::string>();
    return attributes;
}

inline std::map<std::string, std::string> resource_attributes(const nlohmann::json& message) {
    return attributes_of(message.at("resourceMetrics").at(0).at("resource"));
}

// The labels of the resource, as they are in a scrape.
inline std::string resource_labels(const nlohmann::json& message) {
    const auto attributes = resource_attributes(message);
    std::string labels;
    if (attributes.at("service.name") == "nmtx") return labels;
    for (const auto& [label, key] :
         {std::pair("namespace", "k8s.namespace.name"), std::pair("pod", "k8s.pod.name"),
          std::pair("container", "k8s.container.name"), std::pair("container", "container.name"),
          std::pair("container", "container.id"), std::pair("main_class", "main_class"),
          std::pair("java_version", "process.runtime.version"), std::pair("index", "index"),
          std::pair("pid", "process.pid")}) {
        if (!attributes.contains(key)) continue;
        labels += (labels.empty() ? "" : ",") + std::string(label) + "=\"" +
                  escaped_label(attributes.at(key)) + "\"";
    }
    return labels;
}

// Each series, named as in the Prometheus text, and its value.
inline std::vector<std::pair<std::string, double>> prometheus_series(const nlohmann::json& message) {
    std::vector<std::pair<std::string, double>> all;
    const std::string shared = resource_labels(message);
    for (const auto& metric : message.at("resourceMetrics").at(0).at("scopeMetrics").at(0).at("metrics")) {
        for (const auto& point : metric.at(metric.contains("sum") ? "sum" : "gauge").at("dataPoints")) {
            std::string labels = shared;
            if (point.contains("attributes")) {
                for (const auto& one : point.at("attributes"))
                    labels += (labels.empty() ? "" : ",") + one.at("key").get<std::string>() + "=\"" +
                              escaped_label(one.at("value").at("stringValue").get<std::string>()) + "\"";
            }
            std::string series = metric.at("name");
            if (!labels.empty()) series += "{" + labels + "}";
            all.emplace_back(series, point.contains("asInt") ? std::stod(point.at("asInt").get<std::string>())
                                                             : point.at("asDouble").get<double>());
        }
    }
    return all;
}

}  // namespace nmtx::test
