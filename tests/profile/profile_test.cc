#include <numeric>

#include "catch.h"
#include "profile/hottest.h"
#include "profile/made_profile.h"
#include "profile/profile_builder.h"

using namespace nmtx;
using made::add_stack;

namespace {

Profile made_profile() {
    ProfileBuilder builder;
    add_stack(builder, "run;a;work@3", 6, 300);
    add_stack(builder, "run;a;work@4", 2, 100);
    add_stack(builder, "run;b;work@3", 3, 150, "worker");
    add_stack(builder, "run;b;b;b", 1, 50, "worker");
    add_stack(builder, "[callers not unwound];libc.so.6:memcpy", 1, 10, "worker");
    return builder.take(made::made_run(), 1);
}

const FunctionSum& sum_of(const Profile& profile, const std::vector<FunctionSum>& sums,
                          const std::string& name) {
    for (const FunctionSum& sum : sums) {
        if (profile.functions[sum.function].name == name) return sum;
    }
    FAIL("no function " << name);
    return sums.front();
}

}  // namespace

TEST_CASE("profile: a function counts once for a stack, whatever its lines and however often it is in it") {
    const Profile profile = made_profile();
    CHECK(profile.run.samples == 13);
    CHECK(profile.weight_ns() == 610'000'000);
    const auto sums = hottest_functions(profile);
    CHECK(profile.functions[sums.front().function].name == "work");
    CHECK(sum_of(profile, sums, "work").self_samples == 11);
    CHECK(sum_of(profile, sums, "work").self_weight_ns == 550'000'000);
    CHECK(sum_of(profile, sums, "run").self_samples == 0);
    CHECK(sum_of(profile, sums, "run").total_weight_ns == 600'000'000);
    CHECK(sum_of(profile, sums, "b").total_samples == 4);
    CHECK(sum_of(profile, sums, "b").self_samples == 1);
    for (const FunctionSum& sum : sums) CHECK(profile.functions[sum.function].kind != CodeKind::mark);
}

TEST_CASE("profile: paths that differ by line only are one, the heaviest first") {
    const Profile profile = made_profile();
    const auto paths = hottest_paths(profile, 2);
    REQUIRE(paths.size() == 2);
    CHECK(paths[0].samples == 8);
    CHECK(paths[0].weight_ns == 400'000'000);
    REQUIRE(paths[0].functions.size() == 3);
    CHECK(profile.functions[paths[0].functions.front()].name == "run");
    CHECK(profile.functions[paths[0].functions.back()].name == "work");
    CHECK(paths[1].samples == 3);
    std::uint64_t all = 0;
    for (const PathSum& path : hottest_paths(profile, 100)) all += path.weight_ns;
    CHECK(all == profile.weight_ns());
}

TEST_CASE("profile: threads are by weight, and one that was renamed is another") {
    ProfileBuilder builder;
    CHECK(builder.thread(1, "a") == builder.thread(1, "a"));
    CHECK(builder.thread(1, "a") != builder.thread(1, "b"));
    const Profile profile = made_profile();
    const auto order = hottest_threads(profile);
    REQUIRE(order.size() == 2);
    CHECK(profile.threads[order[0]].name == "main");
    CHECK(profile.threads[order[0]].weight_ns == 400'000'000);
    CHECK(profile.threads[order[1]].samples == 5);
}

TEST_CASE("profile: a flame tree weighs what the profile does, however few nodes it may have") {
    const Profile profile = made_profile();
    for (const std::size_t most : {1U, 2U, 3U, 4U, 5U, 100U}) {
        CAPTURE(most);
        const FlameTree tree = flame_tree(profile, most);
        CHECK(tree.nodes.size() <= most);
        CHECK(tree.nodes.front().weight_ns == profile.weight_ns());
        std::uint64_t selves = 0, samples = 0;
        for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
            CHECK((i == 0 || tree.nodes[i].parent < i));
            selves += tree.nodes[i].self_weight_ns;
            samples += tree.nodes[i].self_samples;
        }
        CHECK(selves == profile.weight_ns());
        CHECK(samples == profile.run.samples);
    }
    CHECK(flame_tree(profile, 100).left_out == 0);
    CHECK(flame_tree(profile, 100).nodes.size() == 10);
}

TEST_CASE("profile: what has no room is counted, and ends at the last call that has") {
    ProfileBuilder builder({3, 100, 2});
    add_stack(builder, "run;a;b", 1, 10);
    CHECK(builder.beyond() == 1);
    add_stack(builder, "run;a", 1, 10, "second");
    add_stack(builder, "run;a", 1, 10, "third thread");
    CHECK(builder.beyond() == 1);
    const Profile profile = builder.take({}, 1);
    CHECK(profile.run.beyond == 1);
    CHECK(profile.nodes.size() == 3);
    CHECK(profile.threads.size() == 2);
    CHECK(profile.threads.back().name == "further threads");
    CHECK(profile.threads.back().samples == 2);
    CHECK(profile.weight_ns() == 30'000'000);

    ProfileBuilder few({100, 1, 100});
    add_stack(few, "run;a", 1, 10);
    add_stack(few, "run;b", 4, 10);
    CHECK(few.beyond() == 4);
}

TEST_CASE("profile: weights are scaled, samples are not") {
    ProfileBuilder builder;
    add_stack(builder, "run", 2, 100);
    const Profile profile = builder.take({}, 1.25);
    CHECK(profile.weight_ns() == 125'000'000);
    CHECK(profile.run.samples == 2);
}

TEST_CASE("profile: a thread's CPU time is shared out among its samples, to the nanosecond") {
    ProfileBuilder builder;
    add_stack(builder, "run;a", 1, 0);
    add_stack(builder, "run;b", 2, 0);
    add_stack(builder, "run;b", 5, 0, "worker");
    CHECK(builder.spread(builder.thread(4, "main"), 1'000'000'001));
    CHECK(builder.spread(builder.thread(6, "worker"), 7));
    CHECK_FALSE(builder.spread(builder.thread(9, "no sample"), 30));
    const Profile profile = builder.take({}, 1);
    CHECK(profile.weight_ns() == 1'000'000'038);
    CHECK(profile.run.samples == 8);
    const auto sums = hottest_functions(profile);
    CHECK(sum_of(profile, sums, "a").self_weight_ns == 333'333'333);
    CHECK(sum_of(profile, sums, "b").self_weight_ns == 666'666'675);
    const auto paths = hottest_paths(profile, 10);
    CHECK(profile.functions[paths.back().functions.front()].name == "[CPU time without a sample]");
    CHECK(hottest_threads(profile).size() == 3);
}

TEST_CASE("profile: one without samples has nothing") {
    ProfileBuilder builder;
    const Profile profile = builder.take({}, 1);
    CHECK(hottest_functions(profile).empty());
    CHECK(hottest_paths(profile, 10).empty());
    CHECK(hottest_threads(profile).empty());
    CHECK(flame_tree(profile, 10).nodes.size() == 1);
}
