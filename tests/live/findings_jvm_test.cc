// Findings on stacks, threads, the heap, the collector, the code cache, agents and NMT: each provoked on a
// live JVM, and absent where something looks alike.
#include <algorithm>
#include <chrono>
#include <set>

#include "catch.h"
#include "live/live_jvm.h"
#include "platform/child.h"

using namespace nmtx::live;

namespace {

nlohmann::json findings(const LiveJvm& jvm) {
    return nmtx_json({jvm.pid_text()})["findings"];
}

// Null where the rule found nothing.
nlohmann::json finding_of(const nlohmann::json& findings, const std::string& rule) {
    for (const auto& finding : findings) {
        if (finding["rule"] == rule) return finding;
    }
    return nullptr;
}

bool has_command(const nlohmann::json& finding, const std::string& part) {
    const auto& remedies = finding["remedies"];
    return std::any_of(remedies.begin(), remedies.end(), [&](const auto& remedy) {
        return remedy["command"].is_string() &&
               remedy["command"].template get<std::string>().find(part) != std::string::npos;
    });
}

// Asks until that rule has found something, for 20 s at the most.
nlohmann::json findings_once(const LiveJvm& jvm, const std::string& rule) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (true) {
        nlohmann::json all = findings(jvm);
        if (finding_of(all, rule).is_object() || std::chrono::steady_clock::now() > deadline) return all;
    }
}

std::set<std::string> rules_above_note(const nlohmann::json& findings) {
    std::set<std::string> rules;
    for (const auto& finding : findings) {
        if (finding["severity"] != "note") rules.insert(finding["rule"].get<std::string>());
    }
    return rules;
}

}  // namespace

TEST_CASE("live: findings on many threads, on threads of native code and on an agent, all of them notes") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk,
                      {"-Xmx128m", "-XX:NativeMemoryTracking=detail",
                       "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=0"},
                      {"threads=520", "jnithreads=12", "leak=30x1009"});
    const auto all = findings(jvm);
    INFO("JDK " << jdk.feature << "\n" << all.dump(1));
    CHECK(rules_above_note(all).empty());
    const auto stacks = finding_of(all, "stack-count");
    REQUIRE(stacks.is_object());
    CHECK(stacks["evidence"].dump().find("target-parked-#") != std::string::npos);
    const auto native = finding_of(all, "native-threads");
    REQUIRE(native.is_object());
    CHECK(native["title"] == "12 threads started by native code, not by the JVM");
    CHECK(native["evidence"].dump().find("foreign-# (12 threads") != std::string::npos);
    const auto agents = finding_of(all, "agents");
    REQUIRE(agents.is_object());
    CHECK(agents["title"] == "Agent in the JVM: jdwp");
    for (const char* rule : {"stack-size-unit", "thp-stacks", "nmt-off", "code-cache", "zgc-multi-map"}) {
        CAPTURE(rule);
        CHECK(finding_of(all, rule).is_null());
    }
}

TEST_CASE(
    "live: a heap is found not returned after it was given up, not before its first GC nor while in use") {
    const Jdk jdk = jdk_under_test();
    LiveJvm jvm(jdk, {"-Xms400m", "-Xmx1g", "-XX:+UseG1GC", "-XX:ThreadStackSize=256k"}, {});
    const auto young = findings(jvm);
    INFO("JDK " << jdk.feature << "\n" << young.dump(1));
    CHECK(finding_of(young, "heap-not-returned").is_null());
    const auto unit = finding_of(young, "stack-size-unit");
    REQUIRE(unit.is_object());
    CHECK(unit["bytes"] == 256 << 20);
    CHECK(has_command(unit, "-XX:ThreadStackSize=256"));
    const auto off = finding_of(young, "nmt-off");
    REQUIRE(off.is_object());
    CHECK(has_command(off, jdk.feature >= 21 ? "=summary" : "=detail"));
    CHECK(finding_of(young, "stack-count").is_null());
    CHECK(finding_of(young, "native-threads").is_null());
    CHECK(finding_of(young, "agents").is_null());
    jvm.take("heap=100000000");
    CHECK(finding_of(findings(jvm), "heap-not-returned").is_null());
    jvm.take("spike=280000000");
    nlohmann::json found;
    // It takes a while without a collection: that no other comes is what tells.
    CHECK(nmtx::test::eventually([&] {
        found = finding_of(findings(jvm), "heap-not-returned");
        return found.is_object();
    }));
    REQUIRE(found.is_object());
    INFO(found.dump(1));
    CHECK(found["bytes"].get<std::int64_t>() > 150'000'000);
    CHECK(found["severity"] == "note");  // it was a moment ago
    CHECK(has_command(found, "G1PeriodicGCInterval") == (jdk.feature >= 12));
}

TEST_CASE("live: a heap of one size that was given up is as it was asked for") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-Xms300m", "-Xmx300m", "-XX:+UseSerialGC", "-XX:NativeMemoryTracking=detail"},
                      {"spike=200000000", "threads=20", "jnithreads=3", "leak=30x1009"});
    const auto all = findings(jvm);
    INFO("JDK " << jdk.feature << "\n" << all.dump(1));
    CHECK(rules_above_note(all).empty());
    for (const char* rule : {"heap-not-returned", "gc-overhead", "stack-count", "native-threads", "agents",
                             "code-cache", "nmt-off", "stack-size-unit", "thp-stacks"}) {
        CAPTURE(rule);
        CHECK(finding_of(all, rule).is_null());
    }
}

TEST_CASE("live: a code cache that is full or nearly so is found") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk,
                      {"-Xmx64m", "-Xcomp", "-XX:ReservedCodeCacheSize=2500k", "-XX:-UseCodeCacheFlushing",
                       "-XX:NativeMemoryTracking=summary"},
                      {"called=60"});
    const auto all = findings(jvm);
    INFO("JDK " << jdk.feature << "\n" << all.dump(1));
    const auto code = finding_of(all, "code-cache");
    REQUIRE(code.is_object());
    CHECK(code["severity"] == "warning");
    CHECK(has_command(code, "-XX:ReservedCodeCacheSize=32m"));
}

TEST_CASE("live: a collector with far more workers than its heap needs is found to take much beside it") {
    const Jdk jdk = jdk_under_test();
    // 8 touches all of G1's tables at the start; later releases have queues for each worker that collected.
    const std::vector<std::string> options =
        jdk.feature == 8 ? std::vector<std::string>{"-XX:+UseG1GC", "-XX:+AlwaysPreTouch", "-Xmx64m"}
                         : std::vector<std::string>{"-XX:+UseParallelGC", "-XX:ParallelGCThreads=500",
                                                    "-XX:-UseDynamicNumberOfGCThreads", "-Xmx48m"};
    std::vector<std::string> with_nmt = options;
    with_nmt.emplace_back("-XX:NativeMemoryTracking=detail");
    const LiveJvm jvm(jdk, with_nmt, {"spike=20000000"});
    const auto all = findings(jvm);
    INFO("JDK " << jdk.feature << "\n" << all.dump(1));
    const auto gc = finding_of(all, "gc-overhead");
    REQUIRE(gc.is_object());
    CHECK(gc["severity"] == "note");
    CHECK(gc["bytes"].get<std::int64_t>() > 8 << 20);
}

TEST_CASE("live: a heap that ZGC maps three times is a note that says what RSS is in truth") {
    const Jdk jdk = jdk_under_test();
    const std::vector<std::string> zgc{"-XX:+UnlockExperimentalVMOptions", "-XX:+UseZGC", "-Xmx256m"};
    if (!has_gc(jdk, zgc)) {
        CHECK((jdk.feature == 8 || jdk.feature == 11));
        return;
    }
    const LiveJvm jvm(jdk, zgc, {"heap=60000000"});
    // The second view comes in with the first collection, which takes a moment to begin.
    const auto all = jdk.feature < 24 ? findings_once(jvm, "zgc-multi-map") : findings(jvm);
    INFO("JDK " << jdk.feature << "\n" << all.dump(1));
    const auto found = finding_of(all, "zgc-multi-map");
    CHECK(rules_above_note(all).empty());
    CHECK(found.is_object() == (jdk.feature < 24));
    if (found.is_object()) CHECK(found["bytes"].get<std::int64_t>() > 50'000'000);
}
