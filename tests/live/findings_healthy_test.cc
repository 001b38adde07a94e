// A healthy JVM is told that nothing is wrong: whatever its collector, its age and its NMT.
#include <set>

#include "catch.h"
#include "live/live_jvm.h"

using namespace nmtx::live;

namespace {

// No finding is above a note, and the first one is that nothing is wrong; with NMT off it is that the live
// blocks of malloc cannot be attributed, which is no warning.
void check_healthy(const nlohmann::json& report, const std::string& what) {
    const bool off = report["java"]["nmt_level"] == "off";
    const auto& assessment = report["assessment"];
    INFO(assessment.dump(1));
    CHECK(assessment["verdict"] == (off ? "undecided" : "ok"));
    CHECK(assessment["accounted_percent"].get<double>() + assessment["estimated_percent"].get<double>() +
              assessment["unexplained_percent"].get<double>() +
              assessment["not_examined_percent"].get<double>() ==
          Approx(100));
    const auto& findings = report["findings"];
    INFO(what << ": " << findings.dump(1));
    REQUIRE_FALSE(findings.empty());
    CHECK(findings[0]["rule"] == (off ? "undecided" : "nothing-wrong"));
    if (off) CHECK(findings[0].dump().find("-XX:NativeMemoryTracking=summary") != std::string::npos);
    for (const auto& finding : findings) {
        CAPTURE(finding["rule"].get<std::string>());
        CHECK(finding["severity"] == "note");
        // The verdict's own finding says it in its title; its shares are in the assessment.
        const bool verdict = finding["rule"] == "nothing-wrong" || finding["rule"] == "undecided";
        CHECK((verdict || !finding["evidence"].empty()));
        CHECK_FALSE(finding["refuted_by"].is_null());
    }
}

std::vector<Collector> collectors_of(const Jdk& jdk) {
    const std::vector<Collector> known{
        {"Serial", {"-XX:+UseSerialGC"}},
        {"Parallel", {"-XX:+UseParallelGC"}},
        {"CMS", {"-XX:+UseConcMarkSweepGC"}},
        {"G1", {"-XX:+UseG1GC"}},
        {"Shenandoah", {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseShenandoahGC"}},
        {"Z", {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseZGC"}},
        {"generational Z", {"-XX:+UseZGC", "-XX:+ZGenerational"}},
        {"Epsilon", {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC"}}};
    std::vector<Collector> there;
    for (const Collector& collector : known) {
        if (has_gc(jdk, collector.options)) there.push_back(collector);
    }
    return there;
}

std::vector<std::string> joined(std::vector<std::string> options, const std::vector<std::string>& more) {
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

}  // namespace

TEST_CASE("live: with each collector a JVM that has just started, and one after some work, is healthy") {
    const Jdk jdk = jdk_under_test();
    const std::vector<std::string> levels{"summary", "detail", "off"};
    std::size_t next = 0;
    const auto collectors = collectors_of(jdk);
    REQUIRE(collectors.size() >= 3);
    for (const Collector& collector : collectors) {
        const std::string level = levels[next++ % levels.size()];
        LiveJvm jvm(jdk, joined(collector.options, {"-Xmx256m", "-XX:NativeMemoryTracking=" + level}), {});
        const std::string what = std::string(collector.name) + ", NMT " + level;
        check_healthy(nmtx_json({jvm.pid_text()}), what + ", just started");
        jvm.take("heap=60000000");
        jvm.take("classes=400");
        check_healthy(nmtx_json({jvm.pid_text()}), what + ", after some work");
    }
}

TEST_CASE("live: idle threads, buffers in use and a heap that was touched in advance are healthy") {
    const Jdk jdk = jdk_under_test();
    SECTION("200 idle threads and 40 MiB of direct buffers") {
        for (const char* level : {"off", "summary"}) {
            LiveJvm jvm(jdk, {"-Xmx256m", std::string("-XX:NativeMemoryTracking=") + level}, {"threads=200"});
            check_healthy(nmtx_json({jvm.pid_text()}), std::string("200 threads, NMT ") + level);
            jvm.take("direct=40");
            check_healthy(nmtx_json({jvm.pid_text()}), std::string("40 MiB direct, NMT ") + level);
        }
    }
    SECTION("-Xms as large as -Xmx, all of it touched") {
        LiveJvm jvm(jdk, {"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:NativeMemoryTracking=detail"},
                    {});
        check_healthy(nmtx_json({jvm.pid_text()}), "AlwaysPreTouch");
        // The heap is most of RSS, and its place is an estimate then.
        const auto not_asked = nmtx_json({jvm.pid_text(), "--attach=never"});
        INFO(not_asked["assessment"].dump(1) << not_asked["findings"].dump(1));
        CHECK(not_asked["assessment"]["verdict"] == "undecided");
        std::uint64_t heap = 0;
        for (const auto& owner : not_asked["owners"]) {
            if (owner["path"] == "jvm/java heap") heap = owner["resident_bytes"].get<std::uint64_t>();
        }
        CHECK(heap >= std::uint64_t{500} << 20U);
        for (const auto& finding : not_asked["findings"]) CHECK(finding["severity"] == "note");
        jvm.take("mmap=/var/tmp/nmtx-healthy-" + jvm.pid_text() + ".jar:67000000");
        check_healthy(nmtx_json({jvm.pid_text()}), "a large jar mapped");
    }
}
