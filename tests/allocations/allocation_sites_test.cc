#include "allocations/allocation_sites.h"

#include <algorithm>

#include "allocations/allocation_estimates.h"
#include "allocations/live_blocks.h"
#include "catch.h"
#include "profile/made_profile.h"

using namespace nmtx;

namespace {

std::uint32_t made_node(ProfileBuilder& builder, std::string_view stack) {
    std::vector<std::uint32_t> sites;
    while (!stack.empty()) {
        const auto end = std::min(stack.find(';'), stack.size());
        sites.push_back(made::made_site(builder, std::string(stack.substr(0, end))));
        stack.remove_prefix(std::min(end + 1, stack.size()));
    }
    return builder.node(sites);
}

// Two sites in one window of the 10 s that they are of: 3 calls in libleak.so, below Java, and one of the C
// library for libother.so, on a thread without Java.
AllocationProfile made_allocations() {
    AllocationProfile profile;
    ProfileBuilder builder;
    const std::uint32_t leak = made_node(
        builder,
        "java.lang.Thread.run;com.example.Handle.open;/lib/libleak.so:open_handle;/lib/libc.so.6:malloc");
    const std::uint32_t copy =
        made_node(builder, "/lib/libother.so:copy_name;/lib/libc.so.6:strdup;/lib/libc.so.6:malloc");
    const std::uint32_t main = builder.thread(1, "main"), worker = builder.thread(2, "worker");
    builder.add(leak, main, 1, 0);
    builder.add(copy, worker, 1, 0);
    profile.calls = builder.take({}, 1);
    profile.run.library = "/lib/libc.so.6";
    profile.run.seconds = 10;
    profile.run.windows = {{1, 1}};
    for (const std::uint64_t address : {0x1000U, 0x2000U, 0x3000U})
        profile.samples.push_back({leak, main, 0, 1000, address, 1, false});
    profile.samples.push_back({copy, worker, 0, 30, 0x4000, 20, false});
    return profile;
}

}  // namespace

TEST_CASE(
    "allocation sites: the site is the first code that does not allocate for others, with its Java caller") {
    const auto sites = allocation_sites(made_allocations(), false);
    REQUIRE(sites.size() == 2);
    CHECK(sites[0].name == SiteName{"open_handle", "/lib/libleak.so", "com.example.Handle.open"});
    CHECK(sites[0].samples == 3);
    CHECK(sites[0].bytes.value == 30'000);
    CHECK(sites[0].blocks.value == 30);
    CHECK(sites[0].bytes.low < 30'000);
    CHECK(sites[1].name == SiteName{"copy_name", "/lib/libother.so", ""});
    CHECK(sites[1].bytes.value == 6000);
    CHECK(sites[1].blocks.value == 200);
}

TEST_CASE(
    "allocation sites: a block is live where it has the address and a size that malloc makes of the request") {
    AllocationProfile profile = made_allocations();
    CHECK(sampled_addresses(profile) == std::vector<std::uint64_t>{0x1000, 0x2000, 0x3000, 0x4000});
    // 0x2000 is gone, 0x3000 now has a block of another size.
    mark_live(profile, {{{0x1000, 1000}, {0x3000, 2008}, {0x4000, 40}, {0x9000, 1000}}});
    CHECK(profile.run.knows_live);
    CHECK(profile.samples[0].live);
    CHECK_FALSE(profile.samples[1].live);
    CHECK_FALSE(profile.samples[2].live);
    CHECK(profile.samples[3].live);
    const auto sites = allocation_sites(profile, true);
    CHECK(sites[0].live_bytes.value == 10'000);
    CHECK(sites[0].live_blocks.value == 10);
    CHECK(sites[1].live_bytes.value == 6000);
    CHECK(estimate_of(profile, AllocationMeasure::inuse_space).value == 16'000);
    CHECK(estimate_of(profile, AllocationMeasure::alloc_objects).value == 230);
}

TEST_CASE("allocation sites: of samples with the same address only the last can be live") {
    AllocationProfile profile = made_allocations();
    for (AllocationSample& sample : profile.samples) sample.address = 0x1000;
    profile.samples[3].bytes = 1000;
    mark_live(profile, {{{0x1000, 1008}}});
    CHECK_FALSE(profile.samples[0].live);
    CHECK(profile.samples[3].live);
}

TEST_CASE("allocation sites: the sums of stacks are those of the sites") {
    AllocationProfile profile = made_allocations();
    mark_live(profile, {{{0x4000, 40}}});
    const auto sums = sums_by_stack(profile);
    REQUIRE(sums.size() == 2);
    double space = 0, in_use = 0;
    for (const AllocationSums& sum : sums) {
        space += sum.alloc_space;
        in_use += sum.inuse_space;
    }
    CHECK(space == 36'000);
    CHECK(in_use == 6000);
    const Profile all = weighed_by_bytes(profile, false), live = weighed_by_bytes(profile, true);
    CHECK(all.weight_ns() == 36'000);
    CHECK(all.run.samples == 4);
    CHECK(live.weight_ns() == 6000);
    CHECK(weighs_bytes(live.run.mode));
    CHECK(live.threads[1].weight_ns == 6000);
    CHECK(live.threads[0].weight_ns == 0);
}

TEST_CASE("allocation sites: what was not unwound is a site of its own") {
    AllocationProfile profile = made_allocations();
    profile.samples.push_back({0, 0, 0, 500, 0, 1, false});
    const auto sites = allocation_sites(profile, false);
    CHECK(std::any_of(sites.begin(), sites.end(),
                      [](const AllocationSite& site) { return site.name.function == "[not unwound]"; }));
}
