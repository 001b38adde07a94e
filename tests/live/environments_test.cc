// JVMs in surroundings that mislead: a /tmp that is shared or read-only, huge pages, an allocator that JNI
// code brought.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "catch.h"
#include "huge_pages.h"
#include "live/live_jvm.h"
#include "text_parts.h"

using namespace nmtx::live;
using nmtx::test::has;

namespace {

namespace fs = std::filesystem;

std::string counters_file(const LiveJvm& jvm) {
    const fs::path tmp = "/proc/" + jvm.pid_text() + "/root/tmp";
    for (const auto& entry : fs::directory_iterator(tmp)) {
        const fs::path file = entry.path() / jvm.pid_text();
        if (entry.path().filename().string().starts_with("hsperfdata_") && fs::exists(file))
            return file.string();
    }
    return "";
}

// What the kernel says, when it has ended, that a run of nmtx took, and what it printed of itself.
struct OwnCost {
    double printed_ms = 0, measured_ms = 0;
};
OwnCost cost_of(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    rusage before{}, after{};
    getrusage(RUSAGE_CHILDREN, &before);
    const Outcome done = run_nmtx(arguments);  // nmtx alone: a check of its output would be a child, too
    getrusage(RUSAGE_CHILDREN, &after);
    const auto ms = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
    };
    const auto report = nlohmann::json::parse(done.out);
    return {report["cost"]["cpu_ms"].get<double>(),
            ms(after.ru_utime) + ms(after.ru_stime) - ms(before.ru_utime) - ms(before.ru_stime)};
}

}  // namespace

TEST_CASE("live: counters that another JVM has put in a file's place are not taken for this one's") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm first(jdk, {"-XX:+UseSerialGC", "-Xmx64m"}, {}),
        second(jdk, {"-XX:+UseG1GC", "-Xmx128m"}, {});
    // As when both were pid 1 of containers that share /tmp.
    const std::string file = counters_file(first);
    REQUIRE(fs::remove(file));
    REQUIRE(fs::copy_file(counters_file(second), file));
    CHECK(nmtx_json({first.pid_text(), "--attach=never"})["java"]["gc"] == "Serial");
    for (const auto& entry : nmtx_json({"list"})) {
        if (entry["pid"] == first.pid()) CHECK(entry["gc"] == "Serial");
        if (entry["pid"] == second.pid()) CHECK(entry["gc"] == "G1");
    }
    fs::remove(file);
}

TEST_CASE("live: a JVM whose /tmp is read-only is not waited for") {
    Jdk jdk = jdk_under_test();
    const std::string tmp = jdk.chroot + "/tmp";
    jdk.before = {"unshare",
                  "-m",
                  "--propagation",
                  "private",
                  "sh",
                  "-c",
                  fmt::format("mount --bind {0} {0} && mount -o remount,bind,ro {0} && exec \"$@\"", tmp),
                  "sh"};
    const LiveJvm jvm(jdk, {"-Xmx64m"}, {});
    const auto report = nmtx_json({jvm.pid_text(), "--attach-timeout", "60s"});
    INFO(report["missing"].dump(1));
    CHECK(report["cost"]["wall_ms"].get<double>() < 30000);
    CHECK(has(report["missing"].dump(), "is mounted read-only: the JVM cannot make its attach socket there"));
    CHECK(jvm.alive());
}

TEST_CASE("live: a heap and a code cache in huge pages are no library, and zlib's blocks are known") {
    const nmtx::test::HugePages pages(160);
    if (!pages.enough()) {
        WARN("no huge pages could be set aside: this is not tested");
        return;
    }
    const LiveJvm jvm(jdk_under_test(),
                      {"-XX:+UseLargePages", "-XX:NativeMemoryTracking=summary", "-Xms96m", "-Xmx96m",
                       "-XX:ReservedCodeCacheSize=64m"},
                      {"inflater=1500"});
    const auto report = nmtx_json({jvm.pid_text()});
    CHECK(report["hugetlb_bytes"].get<std::uint64_t>() > 0);
    CHECK_FALSE(has(report["malloc"]["untracked"].dump(), "anon_hugepage"));
    CHECK_FALSE(has(report["owners"].dump(), "anon_hugepage"));
    bool zlib = false;
    for (const auto& finding : report["findings"]) zlib = zlib || finding["rule"] == "zlib";
    INFO(report["malloc"]["untracked"].dump(1));
    CHECK(zlib);
}

TEST_CASE("live: an allocator that JNI code brought is also present, and glibc serves malloc", "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    for (const char* level : {"summary", "off"}) {
        LiveJvm jvm(jdk, {std::string("-XX:NativeMemoryTracking=") + level, "-Xmx64m"}, {});
        jvm.take("lib=" + targets_for(jdk) + "/libjemalloc.so");
        const auto report = nmtx_json({jvm.pid_text()});
        INFO("NMT " << level << "\n" << report["owners"].dump(1));
        CHECK(report["malloc"]["allocator"] == "glibc");
        CHECK(report["malloc"]["also_present"] == "jemalloc");
        CHECK(report["malloc"]["version"].is_string());
        std::uint64_t row = 0;
        for (const auto& owner : report["owners"]) {
            if (owner["path"] == "malloc/jemalloc") row = owner["resident_bytes"].get<std::uint64_t>();
            CHECK(owner["path"] != "malloc/[heap]");
        }
        // With NMT=summary System.map may give what lies in one mapping with the JVM's areas to them, as an
        // estimate.
        if (jdk.feature >= 21 && std::string(level) == "summary") {
            CHECK(report["assessment"]["verdict"] != "ok");
        } else {
            // With NMT off the collector's tables, 5 MiB for a heap of 64, are looked for by their shape as
            // well.
            const std::uint64_t least = std::string(level) == "off" ? 59 : 64;
            CHECK(row >= least << 20);
        }
        CHECK(has(run_nmtx({jvm.pid_text()}).out, " (jemalloc also present)"));
    }
}

TEST_CASE("live: the CPU time that nmtx prints of itself is what the kernel counts when it has ended",
          "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary", "-Xmx64m"},
                      {"leak=100000x1009"});
    // Of several, the closest: what else runs on the machine disturbs.
    double closest = 1;
    for (int i = 0; i < 10 && closest > 0.03; ++i) {
        const OwnCost cost = cost_of({jvm.pid_text()});
        closest = std::min(closest, std::abs(cost.printed_ms / cost.measured_ms - 1));
    }
    CHECK(closest <= 0.03);
}
