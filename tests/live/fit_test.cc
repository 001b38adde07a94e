// `nmtx fit` of live JVMs: what it measures against what the target says that it took.
#include <cstdlib>

#include "catch.h"
#include "live/live_jvm.h"

using namespace nmtx::live;

namespace {

std::int64_t line_of(const nlohmann::json& fit, const std::string& name) {
    for (const auto& line : fit["lines"]) {
        if (line["name"] == name) return line["bytes"].get<std::int64_t>();
    }
    return 0;
}

}  // namespace

TEST_CASE("live: JNI memory and direct buffers leave so much less for the heap, Java objects do not",
          "[any-jdk]") {
    const LiveJvm plain(jdk_under_test(), {"-Xmx256m", "-XX:NativeMemoryTracking=summary"}, {"threads=5"});
    const LiveJvm native(jdk_under_test(), {"-Xmx256m", "-XX:NativeMemoryTracking=summary"},
                         {"threads=5", "leak=60000x1009", "direct=40"});
    const LiveJvm java(jdk_under_test(), {"-Xmx256m", "-XX:NativeMemoryTracking=summary"},
                       {"threads=5", "heap=100000000"});
    const auto fit = [](const LiveJvm& jvm) { return nmtx_json({"fit", jvm.pid_text(), "--limit", "2GiB"}); };
    const auto of_plain = fit(plain), of_native = fit(native), of_java = fit(java);
    // A heap that was given back meanwhile stands in the peak, which nothing tells from other memory.
    const auto heap = [](const nlohmann::json& json) {
        return json["heap_bytes"].get<std::int64_t>() + line_of(json, "peak RSS");
    };
    const auto taken = static_cast<std::int64_t>(native.truth("leak_bytes") + native.truth("direct_bytes"));
    REQUIRE(taken > 100'000'000);
    // Of the difference at most a fifth more is headroom.
    const std::int64_t less = heap(of_plain) - heap(of_native);
    CHECK(less > taken - (8 << 20));
    CHECK(less < taken + taken / 5 + (24 << 20));
    INFO(of_java.dump(1));
    CHECK(std::abs(heap(of_plain) - heap(of_java)) < (24 << 20));
    CHECK(of_plain["max_heap_now_bytes"] == std::int64_t{256} << 20);
    std::int64_t sum = 0;
    for (const auto& line : of_native["lines"]) sum += line["bytes"].get<std::int64_t>();
    CHECK(sum == of_native["taken_bytes"].get<std::int64_t>());
    CHECK(line_of(of_native, "resident outside the heap") > taken);
}

TEST_CASE("live: fit of a capture is that of its moment, and a limit that is too small proposes nothing",
          "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/a.nmtx";
    const LiveJvm jvm(jdk_under_test(), {"-Xmx64m"}, {});
    REQUIRE(run_nmtx({"capture", jvm.pid_text(), "-o", file}).exit_code == 0);
    const Outcome fit = run_nmtx({"fit", file, "--limit=512M"});
    CHECK(fit.exit_code == 0);
    CHECK(fit.out.find("Proposed: -Xmx") != std::string::npos);
    CHECK(run_nmtx({"fit", file, "--limit=512M"}).out == fit.out);
    const Outcome tight = run_nmtx({"fit", file, "--limit=20M"});
    CHECK(tight.exit_code == 3);
    CHECK(tight.out.find("No heap fits") != std::string::npos);
}
