#include "metrics/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/lines.h"
#include "catch.h"
#include "metrics/made_figures.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (Lines rest(text); rest.next();) lines.emplace_back(rest.line());
    return lines;
}

bool has_line(const std::string& text, const std::string& wanted) {
    const auto lines = lines_of(text);
    return std::find(lines.begin(), lines.end(), wanted) != lines.end();
}

// The series of a text: everything before the value.
std::vector<std::string> series_of(const std::string& text) {
    std::vector<std::string> series;
    for (const std::string& line : lines_of(text)) {
        if (!line.starts_with("#")) series.push_back(line.substr(0, line.rfind(' ')));
    }
    return series;
}

// Is it a series as the grammar has it: a name, and labels whose quotes and backslashes are escaped?
bool well_formed(std::string_view series) {
    const std::size_t open = series.find('{');
    const std::string_view name = series.substr(0, open);
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_";
    if (name.empty() || name.find_first_not_of(letters) != std::string_view::npos) return false;
    if (open == std::string_view::npos) return true;
    std::string_view rest = series.substr(open + 1);
    while (true) {
        const std::size_t equals = rest.find("=\"");
        if (equals == 0 || equals == std::string_view::npos ||
            rest.substr(0, equals).find_first_not_of(letters) != std::string_view::npos)
            return false;
        rest.remove_prefix(equals + 2);
        for (; !rest.empty() && rest.front() != '"'; rest.remove_prefix(1)) {
            if (static_cast<unsigned char>(rest.front()) < 0x20) return false;
            if (rest.front() != '\\') continue;
            rest.remove_prefix(1);
            if (rest.empty() || (rest.front() != '\\' && rest.front() != '"' && rest.front() != 'n'))
                return false;
        }
        if (rest.empty()) return false;
        rest.remove_prefix(1);
        if (rest == "}") return true;
        if (!rest.starts_with(",")) return false;
        rest.remove_prefix(1);
    }
}

}  // namespace

TEST_CASE("exposition: a gauge of a JVM in Prometheus' format") {
    const std::string text =
        exposition_of(made_host({made_jvm("com.example.Main")}), 6500, Exposition::prometheus);
    CHECK(text.find(
              "# HELP nmtx_rss_bytes RSS of the process by its page tables, from the last sample.\n"
              "# TYPE nmtx_rss_bytes gauge\n"
              "nmtx_rss_bytes{main_class=\"com.example.Main\",java_version=\"21.0.4\",index=\"0\"} 1100\n") !=
          std::string::npos);
    CHECK(has_line(text,
                   "nmtx_resident_bytes{main_class=\"com.example.Main\",java_version=\"21.0.4\",index=\"0\","
                   "owner=\"jvm/java heap\"} 1000"));
    CHECK(has_line(text,
                   "nmtx_figures_age_seconds{main_class=\"com.example.Main\",java_version=\"21.0.4\","
                   "index=\"0\",figures=\"owners\"} 1.5"));
    CHECK(has_line(text, "# TYPE nmtx_restarts_total counter"));
    CHECK(has_line(text, "# TYPE nmtx_exporter_info gauge"));
    CHECK(text.find("# UNIT") == std::string::npos);
    CHECK(text.find("# EOF") == std::string::npos);
}

TEST_CASE("exposition: OpenMetrics names the family, its unit, and the end") {
    const std::string text = exposition_of(made_host({made_jvm("Main")}), 6500, Exposition::openmetrics);
    CHECK(has_line(text, "# TYPE nmtx_restarts counter"));
    CHECK(has_line(text, "nmtx_restarts_total{main_class=\"Main\",java_version=\"21.0.4\",index=\"0\"} 0"));
    CHECK(has_line(text, "# TYPE nmtx_exporter info"));
    CHECK(has_line(text, "nmtx_exporter_info{version=\"1.2.3\"} 1"));
    CHECK(has_line(text, "# UNIT nmtx_rss_bytes bytes"));
    CHECK(text.ends_with("\n# EOF\n"));
    CHECK(text.find("# EOF") == text.size() - 6);
}

TEST_CASE("exposition: each family is in one piece behind its description, and no series is there twice") {
    for (const Exposition format : {Exposition::prometheus, Exposition::openmetrics}) {
        const std::string text =
            exposition_of(made_host({made_jvm("A"), made_jvm("A", 1), made_jvm("B")}), 6500, format);
        std::set<std::string> families;
        for (const std::string& line : lines_of(text)) {
            if (line.starts_with("# TYPE "))
                CHECK(families.insert(line.substr(7, line.find(' ', 7) - 7)).second);
        }
        const auto series = series_of(text);
        CHECK(std::set<std::string>(series.begin(), series.end()).size() == series.size());
        for (const std::string& one : series) {
            INFO(one);
            CHECK(well_formed(one));
        }
    }
}

TEST_CASE("exposition: a name of a JVM adds no line, no label and no series") {
    const std::vector<std::string> names{
        "a\"} 1\nnmtx_up{main_class=\"b", "a\\",      "a\\\"",        "\",pod=\"x", "a\r\nb",
        std::string("a\0b", 3),           "\xff\xfe", "\xe2\x80\xae", "{}",         "# EOF",
        std::string(100'000, '"')};
    const std::size_t usual =
        series_of(exposition_of(made_host({made_jvm("Main")}), 0, Exposition::openmetrics)).size();
    for (const std::string& name : names) {
        INFO(name.substr(0, 100));
        for (const Exposition format : {Exposition::prometheus, Exposition::openmetrics}) {
            const std::string text = exposition_of(made_host({made_jvm(name)}), 0, format);
            const auto series = series_of(text);
            CHECK(series.size() == usual);
            CHECK(std::all_of(series.begin(), series.end(), well_formed));
            CHECK(text.size() < 20'000);
        }
    }
    CHECK(escaped_label("a\"b\\c\nd") == "a\\\"b\\\\c\\nd");
}

TEST_CASE("exposition: JVMs beyond the limit of series are left out whole, and counted") {
    std::vector<JvmState> jvms;
    for (std::size_t i = 0; i < 10; ++i) jvms.push_back(made_jvm("Main", i));
    HostFigures host = made_host(std::move(jvms));
    host.waiting_jvms = 2;
    const std::string all = exposition_of(host, 0, Exposition::prometheus);
    CHECK(has_line(all, "nmtx_dropped_series 0"));
    // up, restarts, answering, sampling, two ages, RSS, two owners, whether they are full
    constexpr std::size_t of_one = 10;
    const std::string some = exposition_of(host, 0, Exposition::prometheus, 3 * of_one + 5);
    CHECK(has_line(some, "nmtx_jvms 12"));
    CHECK(has_line(some, "nmtx_dropped_jvms 7"));
    CHECK(has_line(some, fmt::format("nmtx_dropped_series {}", 7 * of_one)));
    CHECK(series_of(some).size() + 7 * of_one == series_of(all).size());
}

TEST_CASE("exposition: a light sample replaces the totals, not the owners of a full one") {
    JvmState state = made_jvm("Main");
    state.take(made_figures(Depth::light, 2000), 9000);
    const std::string text = exposition_of(made_host({state}), 10'000, Exposition::prometheus);
    const std::string labels = "main_class=\"Main\",java_version=\"21.0.4\",index=\"0\"";
    CHECK(has_line(text, "nmtx_rss_bytes{" + labels + "} 2100"));
    CHECK(has_line(text, "nmtx_resident_bytes{" + labels + ",owner=\"jvm/java heap\"} 1000"));
    CHECK(has_line(text, "nmtx_owners_full{" + labels + "} 1"));
    CHECK(has_line(text, "nmtx_figures_age_seconds{" + labels + ",figures=\"totals\"} 1"));
    CHECK(has_line(text, "nmtx_figures_age_seconds{" + labels + ",figures=\"owners\"} 5"));
}

TEST_CASE("exposition: the last answer to each question is kept, whichever sample has asked") {
    JvmState state;
    auto full = std::make_shared<JvmFigures>();
    full->questions = {{"System.map", 0.0625}, {"VM.native_memory summary scale=b", 0.004}};
    state.take(full, 0);
    auto light = std::make_shared<JvmFigures>();
    light->questions = {{"VM.native_memory summary scale=b", 0.002}};
    state.take(light, 1);
    const std::string text = exposition_of(made_host({state}), 0, Exposition::prometheus);
    CHECK(has_line(text, "nmtx_question_seconds{index=\"0\",question=\"System.map\"} 0.0625"));
    CHECK(has_line(text,
                   "nmtx_question_seconds{index=\"0\",question=\"VM.native_memory summary scale=b\"} 0.002"));
}

TEST_CASE("exposition: a JVM that was never read has no figures") {
    JvmState state;
    state.labels.main_class = "Main";
    const std::string text = exposition_of(made_host({state}), 0, Exposition::prometheus);
    CHECK(has_line(text, "nmtx_up{main_class=\"Main\",index=\"0\"} 0"));
    CHECK(text.find("nmtx_rss_bytes") == std::string::npos);
    CHECK(text.find("nmtx_figures_age_seconds") == std::string::npos);
}

TEST_CASE("exposition: the pid is a label only where it is wanted") {
    JvmState state = made_jvm("Main");
    CHECK(exposition_of(made_host({state}), 0, Exposition::prometheus).find("pid=") == std::string::npos);
    state.pid = 4711;
    CHECK(exposition_of(made_host({state}), 0, Exposition::prometheus).find(",pid=\"4711\"") !=
          std::string::npos);
}

TEST_CASE("exposition: the scraper chooses the format") {
    using enum Exposition;
    const std::vector<std::pair<std::string, Exposition>> wishes{
        {"", prometheus},
        {"*/*", prometheus},
        {"text/html,application/xhtml+xml,*/*;q=0.8", prometheus},
        {"application/openmetrics-text", openmetrics},
        {"application/openmetrics-text; version=1.0.0; charset=utf-8", openmetrics},
        {"Application/OpenMetrics-Text;Version=1.0.0;Q=0.5,text/plain;q=0.4", openmetrics},
        {"application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5", prometheus},
        {"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
         "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         openmetrics},
        {"application/openmetrics-text;q=0.2,text/plain;q=0.9", prometheus},
        {"application/openmetrics-text;q=0", prometheus},
        {"application/openmetrics-text;q=nan", prometheus},
        {"application/openmetrics-text;q=2", prometheus},
        {",,;;q=,=", prometheus},
    };
    for (const auto& [accept, format] : wishes) {
        INFO(accept);
        CHECK(exposition_for(accept) == format);
    }
    CHECK(content_type_of(openmetrics) == "application/openmetrics-text; version=1.0.0; charset=utf-8");
    CHECK(content_type_of(prometheus) == "text/plain; version=0.0.4; charset=utf-8");
}
