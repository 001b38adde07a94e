// The main job on live JVMs: every collector of the JDK under test, with NMT at each level.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "catch.h"
#include "live/live_jvm.h"
#include "live/resident_of.h"

using namespace nmtx::live;

namespace {

const std::vector<Collector>& collectors() {
    static const std::vector<Collector> all{
        {"Serial", {"-XX:+UseSerialGC"}},
        {"Parallel", {"-XX:+UseParallelGC"}},
        {"G1", {"-XX:+UseG1GC"}},
        {"Z", {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseZGC"}},
        {"ZGenerational", {"-XX:+UseZGC", "-XX:+ZGenerational"}},
        {"Shenandoah", {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseShenandoahGC"}},
    };
    return all;
}

std::uint64_t sum_of_owners(const nlohmann::json& report) {
    std::uint64_t sum = 0;
    for (const auto& owner : report["owners"]) sum += owner["resident_bytes"].get<std::uint64_t>();
    return sum;
}

double share(const nlohmann::json& report, const char* figure) {
    return static_cast<double>(report[figure].get<std::uint64_t>()) /
           static_cast<double>(report["rss_bytes"].get<std::uint64_t>());
}

bool little_unexplained(const nlohmann::json& report) {
    return share(report, "unexplained_bytes") < 0.001 ||
           report["unexplained_bytes"].get<std::uint64_t>() < one_mib / 4;
}

// Where they lie, for the test's own report.
std::string unexplained_mappings(const LiveJvm& jvm) {
    const std::string text = run_nmtx({jvm.pid_text(), "--maps"}).out;
    std::string found = "unexplained mappings, each with the one before it:\n";
    std::string before;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line); before = line) {
        if (line.ends_with("unexplained")) found += before + "\n" + line + "\n";
    }
    return found;
}

std::vector<std::string> target_arguments(const std::string& map_file) {
    return {"leak=60000x1009", "jnithreads=4",  "bigleak=3x2000003",
            "threads=20",      "direct=16",     "inflater=10",
            "classes=400",     "heap=20000000", "mmap=" + map_file + ":16777216"};
}

std::vector<std::string> with(std::vector<std::string> options, const std::vector<std::string>& more) {
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

void check_truth(const nlohmann::json& report, const LiveJvm& jvm) {
    CHECK(sum_of_owners(report) == report["rss_bytes"].get<std::uint64_t>());
    CHECK(report["schema"] == 2);
    CHECK(report["pid"] == jvm.pid());
    // What JNI code holds lies in malloc's mappings, what is mapped in a file's row.
    CHECK(below(report, "malloc/") >= jvm.truth("leak_bytes") + jvm.truth("bigleak_bytes"));
    CHECK(below(report, "file/mapped data") >= jvm.truth("mapped_bytes"));
    CHECK(below(report, "jvm/java heap") >= jvm.truth("heap_bytes"));
    CHECK(below(report, "file/jvm library") >= one_mib);
    CHECK(report["rss_true_bytes"].get<std::uint64_t>() <= report["rss_bytes"].get<std::uint64_t>());
}

}  // namespace

TEST_CASE("live: NMT=detail leaves under 0.1 % of RSS or 256 KiB unexplained, with every collector") {
    const Jdk jdk = jdk_under_test();
    std::size_t tried = 0;
    for (const Collector& gc : collectors()) {
        const auto options = with({"-XX:NativeMemoryTracking=detail", "-Xms64m", "-Xmx256m"}, gc.options);
        if (!has_gc(jdk, options)) {
            WARN("JDK " << jdk.feature << " has no " << gc.name);
            continue;
        }
        ++tried;
        const LiveJvm jvm(jdk, options, target_arguments(fmt::format("/tmp/nmtx-live-map-{}", ::getpid())));
        for (const char* effort : {"default", "most"}) {
            const auto report = nmtx_json({jvm.pid_text(), "--effort", effort});
            INFO("JDK " << jdk.feature << " " << gc.name << " " << effort << "\n" << report.dump(1));
            check_truth(report, jvm);
            if (!little_unexplained(report)) FAIL_CHECK(unexplained_mappings(jvm));
            CHECK(report["java"]["nmt_level"] == "detail");
            CHECK(report["java"]["feature"] == jdk.feature);
            CHECK(report["gap"]["low_bytes"] <= report["gap"]["likely_bytes"]);
            CHECK(report["gap"]["likely_bytes"] <= report["gap"]["high_bytes"]);
            CHECK(below(report, "jvm/thread stack") > 0);
            std::puts(fmt::format("measured: JDK {:>2} {:<13} NMT=detail effort={:<7} RSS {:>6.1f} MiB "
                                  "unexplained {:.3f} %",
                                  jdk.feature, gc.name, effort, report["rss_bytes"].get<double>() / one_mib,
                                  100 * share(report, "unexplained_bytes"))
                          .c_str());
        }
        CHECK(jvm.alive());
    }
    CHECK(tried >= 3);
}

TEST_CASE("live: NMT=summary and NMT off leave no more unexplained and say what is weaker") {
    const Jdk jdk = jdk_under_test();
    for (const Collector& gc : collectors()) {
        for (const char* level : {"summary", "off"}) {
            const auto options =
                with({fmt::format("-XX:NativeMemoryTracking={}", level), "-Xms64m", "-Xmx256m"}, gc.options);
            if (!has_gc(jdk, options)) continue;
            const LiveJvm jvm(jdk, options,
                              target_arguments(fmt::format("/tmp/nmtx-live-map-{}", ::getpid())));
            const auto report = nmtx_json({jvm.pid_text()});
            INFO("JDK " << jdk.feature << " " << gc.name << " NMT=" << level << "\n" << report.dump(1));
            check_truth(report, jvm);
            if (!little_unexplained(report)) FAIL_CHECK(unexplained_mappings(jvm));
            CHECK(report["java"]["nmt_level"] == level);
            CHECK(report["nmt"].is_null() == (std::string(level) == "off"));
            std::puts(
                fmt::format("measured: JDK {:>2} {:<13} NMT={:<7} RSS {:>6.1f} MiB unexplained {:.3f} %",
                            jdk.feature, gc.name, level, report["rss_bytes"].get<double>() / one_mib,
                            100 * share(report, "unexplained_bytes"))
                    .c_str());
            const std::string text = run_nmtx({jvm.pid_text()}).out;
            if (std::string(level) == "off") CHECK(text.find("NMT is off") != std::string::npos);
        }
    }
}

TEST_CASE("live: a capture gives the report of the live run, byte for byte, and holds no secret") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=detail", "-Xmx128m", "-Dmy.password=hunter2secret"},
                      {"leak=1000x1009"});
    for (const std::string effort : {"least", "default", "most"}) {
        const std::string file = folder.path() + "/" + effort + ".nmtx";
        const Outcome live = run_nmtx({jvm.pid_text(), "--all", "--maps", "--effort", effort, "-o", file});
        INFO(live.err);
        REQUIRE(live.exit_code == 0);
        const Outcome replayed = run_nmtx({"report", file, "--all", "--maps"});
        REQUIRE(replayed.exit_code == 0);
        CHECK(replayed.out == live.out);
        const Outcome listed = run({"tar", "--zstd", "-tf", file});
        CHECK(listed.exit_code == 0);
        CHECK(listed.out.find("kernel/smaps") != std::string::npos);
        const Outcome everything = run({"tar", "--zstd", "-xOf", file});
        CHECK(everything.out.find("hunter2secret") == std::string::npos);
        CHECK(everything.out.find("my.password=*") != std::string::npos);
    }
}

TEST_CASE("live: --attach=never asks nothing of the JVM and still gives each byte one owner") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=detail", "-Xmx128m"},
                      {"leak=20000x1009", "jnithreads=2"});
    const auto report = nmtx_json({jvm.pid_text(), "--attach=never"});
    INFO(report.dump(1));
    CHECK(sum_of_owners(report) == report["rss_bytes"].get<std::uint64_t>());
    CHECK(report["cost"]["attach_ms"] == 0);
    CHECK(report["java"]["nmt_level"] == "detail");
    CHECK(below(report, "malloc/") >= jvm.truth("leak_bytes"));
    CHECK(run_nmtx({jvm.pid_text(), "--attach=never"}).out.find("was not queried") != std::string::npos);
}

TEST_CASE("live: --nmt takes a report that somebody saved, --nmt=off does without", "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=detail", "-Xmx128m"}, {"leak=1000x1009"});
    const Outcome detail = run_nmtx({"nmt", jvm.pid_text(), "detail"});
    REQUIRE(detail.exit_code == 0);
    const std::string file = folder.path() + "/nmt.txt";
    std::ofstream(file) << detail.out;
    const auto report = nmtx_json({jvm.pid_text(), "--attach=never", "--nmt", file});
    CHECK(share(report, "unexplained_bytes") < 0.02);
    CHECK(below(report, "jvm/java heap") > 0);
    CHECK(report["nmt"]["unit_bytes"] == 1024);
    const auto without = nmtx_json({jvm.pid_text(), "--nmt=off"});
    CHECK(without["nmt"].is_null());
    CHECK(sum_of_owners(without) == without["rss_bytes"].get<std::uint64_t>());
}
