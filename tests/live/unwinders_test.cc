// Stacks of a JVM's threads, unwound by libunwind and by libdw from the same copies.
#include "catch.h"
#include "live/live_jvm.h"
#include "unwinding/compare.h"

using namespace nmtx::live;
using nmtx::test::compare_unwinders;
using nmtx::test::Comparison;

TEST_CASE("live: a thousand stacks of a JVM at work are the same by libunwind as by libdw") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-Xmx128m"}, {"threads=20", "busy=20,40", "spin=2"});
    std::size_t stacks = 0, frames = 0;
    for (int round = 0; stacks < 1000; ++round) {
        REQUIRE(round < 200);
        const Comparison found = compare_unwinders(static_cast<std::uint64_t>(jvm.pid()));
        for (const std::string& difference : found.differences) UNSCOPED_INFO(difference);
        CHECK(found.equal == found.stacks);
        stacks += found.stacks;
        frames += found.frames;
    }
    CHECK(frames > 4 * stacks);
}
