// What holds native blocks in live JVMs: fields of Java objects, to the object, the block and the byte; and
// blocks whose address nobody keeps.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "catch.h"
#include "live/live_jvm.h"

using namespace nmtx::live;

namespace {

constexpr std::uint64_t objects = 4001, chain = 7, lost = 3001;

nlohmann::json holder_named(const nlohmann::json& holders, const std::string& name) {
    for (const auto& holder : holders["holders"]) {
        if (holder["name"] == name) return holder;
    }
    return nullptr;
}

std::vector<Collector> heap_collectors() {
    return {{"Serial", {"-XX:+UseSerialGC"}},
            {"Parallel", {"-XX:+UseParallelGC"}},
            {"G1", {"-XX:+UseG1GC"}},
            {"G1 without compressed classes", {"-XX:+UseG1GC", "-XX:-UseCompressedClassPointers"}},
            {"G1 with compact headers",
             {"-XX:+UseG1GC", "-XX:+UnlockExperimentalVMOptions", "-XX:+UseCompactObjectHeaders"}},
            {"Shenandoah", {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseShenandoahGC"}},
            {"Z", {"-XX:+UnlockExperimentalVMOptions", "-XX:+UseZGC"}}};
}

std::vector<std::string> options_of(const Collector& collector) {
    std::vector<std::string> options{"-XX:NativeMemoryTracking=summary", "-Xmx128m"};
    options.insert(options.end(), collector.options.begin(), collector.options.end());
    return options;
}

std::vector<std::string> holding() {
    return {fmt::format("held={}x{}x200", objects, chain), fmt::format("lost={}x904", lost)};
}

}  // namespace

TEST_CASE("live holders: a Java field holds its blocks and what hangs on them, with every collector") {
    const Jdk jdk = jdk_under_test();
    std::size_t tried = 0;
    for (const Collector& collector : heap_collectors()) {
        if (!has_gc(jdk, collector.options)) continue;
        ++tried;
        const LiveJvm jvm(jdk, options_of(collector), holding());
        const auto malloc = nmtx_json({"malloc", jvm.pid_text(), "--owners"})["malloc"];
        const auto& holders = malloc["holders"];
        INFO("JDK " << jdk.feature << " " << collector.name << "\n" << holders.dump(1));
        CHECK(holders["java_heap"]["not_searched"].is_null());
        const auto held = holder_named(holders, "HeldBlocks.peer");
        REQUIRE_FALSE(held.is_null());
        CHECK(held["kind"] == "java field");
        CHECK(held["direct_blocks"] == objects);
        CHECK(held["blocks"] == objects * chain);
        CHECK(held["bytes"] == jvm.truth("held_usable_bytes") + 8 * objects * chain);
        CHECK(held["library"] == "libtarget.so");
        CHECK(held["library_evidence"] == "native methods of the class");
        // Some of their addresses may still lie in stale frames of a stack.
        std::uint64_t nothing = 0;
        for (const auto& holder : holders["holders"]) {
            if (holder["kind"] == "nothing") nothing += holder["blocks"].get<std::uint64_t>();
        }
        CHECK(nothing + lost / 100 >= lost);
        std::uint64_t blocks = holders["more_blocks"];
        for (const auto& holder : holders["holders"]) blocks += holder["blocks"].get<std::uint64_t>();
        CHECK(blocks + 50 > malloc["arenas"][0]["live_untracked"]["blocks"].get<std::uint64_t>());
        CHECK(jvm.alive());
    }
    CHECK(tried >= 3);
}

TEST_CASE("live holders: the chain to a block is told, and the text names the field") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=summary", "-XX:+UseSerialGC", "-Xmx64m"}, holding());
    const auto first = nmtx_json({"malloc", jvm.pid_text(), "--owners"})["malloc"]["holders"];
    const std::string block = holder_named(first, "HeldBlocks.peer")["example"]["block"];
    const auto why = nmtx_json({"malloc", jvm.pid_text(), "--why", block})["malloc"]["holders"]["chain"];
    CHECK(why["held_by"] == "HeldBlocks.peer");
    CHECK(why["blocks"] == nlohmann::json::array({block}));
    const Outcome text = run_nmtx({"malloc", jvm.pid_text(), "--why", block});
    INFO(text.out << text.err);
    CHECK(text.exit_code == 0);
    CHECK(text.out.find("HeldBlocks.peer (Java), libtarget.so") != std::string::npos);
    CHECK(text.out.find(block + " is held by HeldBlocks.peer: " + block) != std::string::npos);
    CHECK(text.out.find("No pointer from outside was found to ") != std::string::npos);
}
