// Memory that looks like the JVM's or a library's and is neither; and the heap of a JVM that nobody could
// ask.
#include <csignal>

#include "catch.h"
#include "live/live_jvm.h"
#include "live/resident_of.h"

using namespace nmtx::live;

namespace {

std::uint64_t bss(const nlohmann::json& report) {
    std::uint64_t sum = 0;
    for (const auto& owner : report["owners"]) {
        const auto path = owner["path"].get<std::string>();
        if (path.size() > 4 && path.substr(path.size() - 4) == "/bss")
            sum += owner["resident_bytes"].get<std::uint64_t>();
    }
    return sum;
}

bool estimated(const nlohmann::json& report, const std::string& path) {
    for (const auto& owner : report["owners"]) {
        if (owner["path"] == path) return owner["estimated"].get<bool>();
    }
    return false;
}

void check_heap(const nlohmann::json& report, const LiveJvm& jvm) {
    INFO(report.dump(1));
    CHECK(below(report, "jvm/java heap") >= jvm.truth("heap_bytes"));
    CHECK(below(report, "jvm/java heap") <= jvm.truth("heap_bytes") + 64 * one_mib);
    CHECK(estimated(report, "jvm/java heap"));
    CHECK(report["unexplained_bytes"].get<std::uint64_t>() < 16 * one_mib);
}

}  // namespace

TEST_CASE(
    "live: memory that native code reserved and committed is unexplained, not metaspace, GC or class space") {
    const Jdk jdk = jdk_under_test();
    for (const std::string level : {"summary", "detail", "off"}) {
        for (const std::string reserved : {"reserved=600x300", "reserved=1024x300"}) {
            const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=" + level, "-Xmx128m"}, {reserved});
            const auto report = nmtx_json({jvm.pid_text()});
            INFO("JDK " << jdk.feature << " NMT=" << level << " " << reserved << "\n" << report.dump(1));
            CHECK(report["unexplained_bytes"].get<std::uint64_t>() >= 300 * one_mib);
            CHECK(below(report, "jvm/") < 150 * one_mib);
        }
    }
}

TEST_CASE(
    "live: memory that native code reserved is not paid from tables of the collector that nobody touched") {
    const Jdk jdk = jdk_under_test();
    for (const std::string level : {"summary", "off"}) {
        const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=" + level, "-Xmx6g"}, {"reserved=64x28"});
        const auto report = nmtx_json({jvm.pid_text()});
        INFO("JDK " << jdk.feature << " NMT=" << level << "\n" << report.dump(1));
        CHECK(report["assessment"]["verdict"] != "ok");
    }
}

TEST_CASE("live: the tables over a heap that is committed whole have an owner") {
    const Jdk jdk = jdk_under_test();
    for (const std::string collector : {"-XX:+UseG1GC", "-XX:+UseParallelGC", "-XX:+UseSerialGC"}) {
        for (const std::string level : {"summary", "off"}) {
            const LiveJvm jvm(jdk, {collector, "-Xms2g", "-Xmx2g", "-XX:NativeMemoryTracking=" + level}, {});
            const auto report = nmtx_json({jvm.pid_text()});
            INFO("JDK " << jdk.feature << " NMT=" << level << "\n" << report.dump(1));
            CHECK(report["unexplained_bytes"].get<std::uint64_t>() < one_mib / 2);
            CHECK(report["assessment"]["verdict"] != "warning");
        }
    }
}

TEST_CASE("live: what lies behind a library is its .bss only as far as the library says") {
    const Jdk jdk = jdk_under_test();
    for (const std::string level : {"detail", "off"}) {
        const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=" + level, "-Xmx128m"}, {"pieces=100"});
        const auto report = nmtx_json({jvm.pid_text()});
        INFO("JDK " << jdk.feature << " NMT=" << level << "\n" << report.dump(1));
        CHECK(bss(report) < 16 * one_mib);
        CHECK(below(report, "file/") < 150 * one_mib);
        // Of 100.4 MiB. With NMT off, areas of the JVM are told by shape, as estimates: with this heap the
        // collector's tables may be up to 7.3 MiB, and a MiB is left for what was committed meanwhile.
        CHECK(report["unexplained_bytes"].get<std::uint64_t>() >= (level == "off" ? 90 : 99) * one_mib);
    }
}

TEST_CASE("live: the heap of a JVM that is not asked has its owner, as an estimate") {
    const Jdk jdk = jdk_under_test();
    const std::vector<std::string> target{"heap=60000000"};
    SECTION("-XX:+DisableAttachMechanism") {
        const LiveJvm jvm(jdk, {"-XX:+DisableAttachMechanism", "-Xmx256m"}, target);
        check_heap(nmtx_json({jvm.pid_text()}), jvm);
    }
    SECTION("neither asked nor any counters, all touched at start") {
        const LiveJvm jvm(jdk, {"-XX:-UsePerfData", "-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch"}, target);
        const auto report = nmtx_json({jvm.pid_text(), "--attach=never"});
        INFO(report.dump(1));
        CHECK(below(report, "jvm/java heap") == 128 * one_mib);
    }
    SECTION("nobody said how large: hsperfdata or the place") {
        const LiveJvm jvm(jdk, {}, target);
        const auto report = nmtx_json({jvm.pid_text(), "--attach=never"});
        INFO(report.dump(1));
        CHECK(below(report, "jvm/java heap") >= jvm.truth("heap_bytes"));
    }
    SECTION("stopped by job control") {
        const LiveJvm jvm(jdk, {"-Xmx256m"}, target);
        kill(jvm.pid(), SIGSTOP);
        const auto report = nmtx_json({jvm.pid_text(), "--attach-timeout", "2s"});
        kill(jvm.pid(), SIGCONT);
        check_heap(report, jvm);
    }
}

TEST_CASE("live: every thread but the launcher's has a stack of its own, by the C library's records") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=detail", "-Xmx128m"},
                      {"jnithreads=20", "leak=20x1009", "threads=30"});
    const auto report = nmtx_json({"threads", jvm.pid_text(), "--interval", "200ms"});
    std::size_t without = 0;
    for (const auto& thread : report["threads"]) without += thread["stack"].is_null() ? 1U : 0U;
    INFO(report.dump(1));
    CHECK(report["threads"].size() >= 60);
    CHECK(without == 0);
}
