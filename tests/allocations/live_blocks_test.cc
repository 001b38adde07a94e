#include "allocations/live_blocks.h"

#include <cmath>

#include "allocations/allocation_estimates.h"
#include "allocations/allocation_sites.h"
#include "allocations/saved_allocations.h"
#include "catch.h"
#include "profile/made_profile.h"

using namespace nmtx;

namespace {

constexpr std::uint32_t windows = 10;

struct MadeLeak {
    const char* function;
    int samples = 0;
    std::uint64_t bytes = 0;
    double doubt = 0;
    BlockSeen seen{};
};

// A run of 10 s with ten windows of 0.1 s; the samples have blocks from 0x10000 on, 0x1000 apart.
AllocationProfile made_leaks(const std::vector<MadeLeak>& sites) {
    AllocationProfile profile;
    ProfileBuilder builder;
    const std::uint32_t thread = builder.thread(1, "main");
    std::uint64_t address = 0x10000;
    for (const MadeLeak& site : sites) {
        const std::vector<std::uint32_t> stack{
            made::made_site(builder, std::string("/lib/libleak.so:") + site.function),
            made::made_site(builder, "/lib/libc.so.6:malloc")};
        const std::uint32_t node = builder.node(stack);
        for (int i = 0; i < site.samples; ++i) {
            AllocationSample sample;
            sample.node = node;
            sample.thread = thread;
            sample.window = static_cast<std::uint32_t>(i) % windows;
            sample.bytes = site.bytes;
            sample.address = address;
            sample.weight = 5;
            sample.doubt = site.doubt;
            sample.seen = site.seen;
            profile.samples.push_back(sample);
            address += 0x1000;
        }
    }
    profile.calls = builder.take({}, 1);
    profile.run.library = "/lib/libc.so.6";
    profile.run.seconds = 10;
    profile.run.windows.assign(windows, {0.1, 1});
    profile.run.window_count = windows;
    profile.run.windows_s = 1;
    return profile;
}

// All of the samples' blocks, of this size each.
std::vector<LiveBlock> all_there(const AllocationProfile& profile) {
    std::vector<LiveBlock> blocks;
    for (const AllocationSample& sample : profile.samples)
        blocks.push_back({sample.address, (sample.bytes + 8 + 15) / 16 * 16 - 8});
    return blocks;
}

const AllocationSite& site_named(const std::vector<AllocationSite>& sites, std::string_view name) {
    const auto found = std::find_if(sites.begin(), sites.end(),
                                    [&](const AllocationSite& site) { return site.name.function == name; });
    REQUIRE(found != sites.end());
    return *found;
}

}  // namespace

TEST_CASE("live blocks: what stays is what the walks counted, however low the calls' bound is") {
    // The samples stand for 5 * 10 * 20 = 1000 calls of a thread that was slowed; 40,000 blocks stayed.
    AllocationProfile profile = made_leaks({{"leak", 20, 1000, boundless_doubt}});
    mark_live(profile, {all_there(profile), {{1000, 40'000, 7000, 7000}}, 10, 0});
    CHECK(profile.run.live_counted);
    const auto sites = allocation_sites(profile, true);
    REQUIRE(sites.size() == 1);
    CHECK(sites[0].live_blocks.value == Approx(40'000));
    CHECK(sites[0].live_bytes.value == Approx(40e6));
    CHECK_FALSE(sites[0].live_bytes.unbounded);
    CHECK(sites[0].live_bytes.high == Approx(40e6));
    // Another site may have stayed without a sample.
    CHECK(sites[0].live_bytes.low == Approx(40e6 * (1 - none_seen / 20)));
    // What stays was allocated.
    CHECK(sites[0].bytes.unbounded);
    CHECK(sites[0].bytes.value == Approx(40e6));
}

TEST_CASE("live blocks: sites of one size share what was counted by their samples") {
    AllocationProfile profile = made_leaks({{"leak", 300, 1000}, {"other", 100, 1000}});
    mark_live(profile, {all_there(profile), {{1000, 16'000, 0, 0}}, 10, 0});
    const auto sites = allocation_sites(profile, true);
    CHECK(site_named(sites, "leak").live_blocks.value == Approx(12'000));
    CHECK(site_named(sites, "other").live_blocks.value == Approx(4000));
    CHECK(site_named(sites, "leak").live_blocks.low < 12'000);
    CHECK(site_named(sites, "leak").live_blocks.high > 12'000);
    CHECK(site_named(sites, "leak").live_blocks.high < 13'500);
    CHECK(estimate_of(profile, AllocationMeasure::inuse_objects).value == Approx(16'000));
}

TEST_CASE("live blocks: where old blocks were freed, more may have stayed, and no more than are new") {
    AllocationProfile profile = made_leaks({{"leak", 100, 1000}});
    mark_live(profile, {all_there(profile), {{1000, 5000, 0, 2000}}, 10, 0});
    const Estimate blocks = allocation_sites(profile, true)[0].live_blocks;
    CHECK(blocks.value == Approx(3000));
    CHECK(blocks.high == Approx(5000));
}

TEST_CASE("live blocks: the walks' time and what they could not read widen the interval") {
    AllocationProfile profile = made_leaks({{"leak", 100, 1000}});
    mark_live(profile, {all_there(profile), {{1000, 5000, 0, 0}}, 12.5, 0.1});
    const Estimate blocks = allocation_sites(profile, true)[0].live_blocks;
    CHECK(blocks.value == Approx(4000));
    CHECK(blocks.high == Approx(4400));
}

TEST_CASE("live blocks: more than the samples account for is not given to them") {
    AllocationProfile profile = made_leaks({{"leak", 100, 1000}});
    mark_live(profile, {all_there(profile), {{1000, 500'000, 0, 0}}, 10, 0});
    const Estimate bytes = allocation_sites(profile, true)[0].live_bytes;
    CHECK(bytes.value == Approx(5e6));
    CHECK(profile.run.live_unseen > 480e6);
    CHECK(profile.run.live_unseen < 500e6);
}

TEST_CASE("live blocks: more than what came early stands for is the samples' if so much may be allocated") {
    BlockSeen late;
    late.late = true;
    AllocationProfile profile = made_leaks({{"leak", 100, 1000}, {"leak", 60, 1000, 0, late}});
    // Each window has ten that came early; all that came late did so in one window.
    for (std::size_t i = 100; i < profile.samples.size(); ++i) profile.samples[i].window = 0;
    mark_live(profile, {all_there(profile), {{1000, 11'000, 0, 0}}, 10, 0});
    const AllocationSite site = allocation_sites(profile, true)[0];
    CHECK(site.bytes.value == Approx(8e6));
    CHECK(site.bytes.high > 11e6);
    CHECK(profile.run.live_unseen == 0);
    CHECK(site.live_bytes.value == Approx(11e6));
}

TEST_CASE(
    "live blocks: what came late makes an estimate without a first walk no more certain than all calls") {
    BlockSeen late;
    late.late = true;
    AllocationProfile profile = made_leaks({{"leak", 100, 1000}, {"leak", 60, 1000, 0, late}});
    for (std::size_t i = 100; i < profile.samples.size(); ++i) profile.samples[i].window = 0;
    mark_live(profile, {all_there(profile)});
    const AllocationSite site = allocation_sites(profile, true)[0];
    CHECK_FALSE(profile.run.live_counted);
    CHECK(site.live_bytes.value == Approx(site.bytes.value));
    CHECK(site.live_bytes.high >= site.bytes.high);
    CHECK(site.live_bytes.low <= site.bytes.low);
    // Where none came late, chance is all there is.
    AllocationProfile early = made_leaks({{"leak", 100, 1000}});
    mark_live(early, {all_there(early)});
    const AllocationSite other = allocation_sites(early, true)[0];
    CHECK(other.live_bytes.high == Approx(other.bytes.high));
}

TEST_CASE("live blocks: sizes without a sample are nobody's") {
    AllocationProfile profile = made_leaks({{"leak", 100, 1000}});
    mark_live(profile, {all_there(profile), {{1000, 5000, 0, 0}, {64'008, 1000, 0, 0}}, 10, 0});
    CHECK(allocation_sites(profile, true)[0].live_blocks.value == Approx(5000));
    CHECK(profile.run.live_unseen == Approx(64'008'000));
}

TEST_CASE("live blocks: few samples of each of many sizes count together") {
    std::vector<MadeLeak> sites;
    for (std::uint64_t size = 1024; size < 1124; size += 16) sites.push_back({"leak", 2, size - 8});
    AllocationProfile profile = made_leaks(sites);
    BlocksOfTime blocks{all_there(profile), {}, 10, 0};
    for (std::uint64_t size = 1024; size < 1124; size += 16) blocks.sizes.push_back({size - 8, 100, 0, 0});
    mark_live(profile, blocks);
    const Estimate all = estimate_of(profile, AllocationMeasure::inuse_objects);
    CHECK(all.value == Approx(700).epsilon(0.01));
}

TEST_CASE("live blocks: without a first walk the samples stand for themselves") {
    AllocationProfile profile = made_leaks({{"leak", 100, 1000}});
    mark_live(profile, {all_there(profile)});
    CHECK(profile.run.knows_live);
    CHECK_FALSE(profile.run.live_counted);
    CHECK(allocation_sites(profile, true)[0].live_blocks.value == Approx(5000));
}

TEST_CASE("live blocks: those that were given out again, and those that came late, do not stay") {
    AllocationProfile profile = made_leaks({{"churn", 100, 1000, 0, {true}}, {"leak", 50, 1000}});
    for (std::size_t i = 100; i < 115; ++i) profile.samples[i].seen.late = true;
    for (std::size_t i = 115; i < 120; ++i) profile.samples[i].seen.is_gone = true;
    mark_live(profile, {all_there(profile), {{1000, 2500, 0, 0}}, 10, 0});
    const auto sites = allocation_sites(profile, true);
    CHECK(site_named(sites, "churn").live_blocks.value == 0);
    CHECK(site_named(sites, "leak").live_blocks.value == Approx(2500));
}

TEST_CASE("live blocks: where ends are missed, the interval holds that none of a site's blocks stay") {
    // Seen to end: 20 of 40 blocks of the site that frees all.
    const BlockSeen could{false, false, false, 0.4, -1};
    AllocationProfile profile = made_leaks({{"churn", 40, 1000, 0, could}, {"leak", 20, 1000, 0, could}});
    for (std::size_t i = 0; i < 20; ++i)
        profile.samples[i].seen.ended_s = 0.4 * (static_cast<double>(i) + 0.5) / 20;
    mark_live(profile, {all_there(profile), {{1000, 1000, 0, 0}}, 10, 0});
    const auto sites = allocation_sites(profile, true);
    CHECK(site_named(sites, "churn").live_blocks.low == 0);
    CHECK(site_named(sites, "leak").live_blocks.high == Approx(1000));
    CHECK(site_named(sites, "leak").live_blocks.low > 0);
}

TEST_CASE("live blocks: a saved run is estimated as the run was") {
    const BlockSeen could{false, false, false, 0.4, -1};
    AllocationProfile profile = made_leaks({{"churn", 40, 1000, boundless_doubt, could},
                                            {"leak", 40, 1000, 0, could},
                                            {"seldom", 3, 5000, boundless_doubt, could}});
    for (std::size_t i = 0; i < 10; ++i) profile.samples[i].seen.ended_s = 0.01 * static_cast<double>(i);
    mark_live(profile, {all_there(profile), {{1000, 1200, 0, 100}}, 10, 0.01});
    const std::string json = R"({"schema": 2, "pid": 1, "process": "java", "taken_at": "", "bytes": {},
        "sampling": {"asked_s": 10, "seconds": 10, "allocator": "glibc", "library": "/lib/libc.so.6",
        "windows": 10, "windows_s": 1, "with_jvm": false, "period_bytes": 0, "slowed_at_most": 0,
        "one_for_several": false, "live_counted": true, "functions": [], "functions_left_out": []}, "profile": )" +
                             format_samples(profile) + "}";
    const auto read = parse_allocations(json, "run.json");
    REQUIRE(read);
    const auto first = allocation_sites(profile, true), second = allocation_sites(*read, true);
    REQUIRE(first.size() == second.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        CHECK(second[i].live_bytes.value == Approx(first[i].live_bytes.value));
        CHECK(second[i].live_bytes.low == Approx(first[i].live_bytes.low));
        CHECK(second[i].live_bytes.high == Approx(first[i].live_bytes.high));
    }
}

TEST_CASE("block ends: the rate is that of the blocks that were seen to end") {
    std::vector<BlockSeen> blocks;
    // Quantiles of an exponential distribution of 5 a second, watched for 0.5 s; then blocks that stay.
    for (int i = 0; i < 100; ++i) {
        const double ended_s = -std::log(1 - (i + 0.5) / 100) / 5;
        blocks.push_back({false, false, false, 0.5, ended_s < 0.5 ? ended_s : -1});
    }
    for (int i = 0; i < 300; ++i) blocks.push_back({false, false, false, 0.5, -1});
    const BlockEnds ends(blocks);
    CHECK(ends.rate() == Approx(5).epsilon(0.1));
    double sum = 0;
    for (int i = 0; i < 100; ++i) sum += ends.part_that_stays(blocks[static_cast<std::size_t>(i)]);
    CHECK(std::abs(sum) < 2);
    CHECK(ends.part_that_stays(blocks.back()) == 1);
    // Seen for too short a time.
    CHECK(ends.part_that_stays({false, false, false, 0.1, -1}) == 0);
    // Not seen at all: by debug registers.
    CHECK(ends.part_that_stays({false, false, false, -1, -1}) == 1);
}

TEST_CASE("live blocks: a block with its own mapping has the size of its pages") {
    AllocationProfile profile = made_leaks({{"leak", 20, 262'144}});
    std::vector<LiveBlock> blocks = all_there(profile);
    for (LiveBlock& block : blocks) block.usable = 266'224;
    mark_live(profile, {blocks, {{266'224, 900, 0, 0}}, 10, 0});
    CHECK(allocation_sites(profile, true)[0].live_blocks.value == Approx(900));
}

namespace {

// The samples of a site as calls of mmap.
void make_mapped(AllocationProfile& profile, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) profile.samples[i].mapped = true;
}

}  // namespace

TEST_CASE("live blocks: what mmap has mapped stays as far as its addresses are memory") {
    AllocationProfile profile = made_leaks({{"map", 40, 262'144}, {"leak", 40, 1000}});
    make_mapped(profile, 0, 40);
    CHECK(sampled_addresses(profile).size() == 40);
    const auto ranges = sampled_mappings(profile);
    REQUIRE(ranges.size() == 40);
    BlocksOfTime blocks{all_there(profile), {{1000, 2000, 0, 0}}, 10, 0};
    // Half are given back, and of the others a half each.
    for (std::size_t i = 0; i < ranges.size(); ++i)
        blocks.mapped.push_back({ranges[i].begin.value, i % 2 == 0 ? 131'072U : 0U});
    blocks.freshly_mapped = std::uint64_t{1} << 40U;
    mark_live(profile, blocks);
    const auto sites = allocation_sites(profile, true);
    CHECK(site_named(sites, "map").bytes.value == Approx(40 * 50 * 262'144.0));
    CHECK(site_named(sites, "map").live_bytes.value == Approx(20 * 50 * 131'072.0));
    CHECK(site_named(sites, "leak").live_blocks.value == Approx(2000));
    CHECK(estimate_of(profile, AllocationMeasure::inuse_space).value ==
          Approx(20 * 50 * 131'072.0 + 2'000'000));
}

TEST_CASE("live blocks: of mmap no more stays than has become memory") {
    // Its addresses are given out again and again, mostly to calls that are not sampled.
    AllocationProfile profile = made_leaks({{"map", 40, 262'144}});
    make_mapped(profile, 0, 40);
    BlocksOfTime blocks;
    blocks.seconds = 10;
    for (const auto& range : sampled_mappings(profile)) blocks.mapped.push_back({range.begin.value, 262'144});
    blocks.freshly_mapped = 1'048'576;
    mark_live(profile, blocks);
    CHECK(allocation_sites(profile, true)[0].live_bytes.value == Approx(1'048'576));
    blocks.freshly_mapped = 0;
    mark_live(profile, blocks);
    CHECK(allocation_sites(profile, true)[0].live_bytes.value == 0);
}

TEST_CASE("live blocks: of two calls of mmap for one address the last has it") {
    AllocationProfile profile = made_leaks({{"first", 1, 8192}, {"last", 1, 4096}});
    make_mapped(profile, 0, 2);
    profile.samples[1].address = profile.samples[0].address;
    const auto ranges = sampled_mappings(profile);
    REQUIRE(ranges.size() == 1);
    CHECK(ranges[0].size().value() == 8192);
    BlocksOfTime blocks;
    blocks.mapped = {{ranges[0].begin.value, 8192}};
    mark_live(profile, blocks);
    CHECK_FALSE(profile.samples[0].live);
    CHECK(profile.samples[1].live_part == 1);
}

TEST_CASE("live blocks: a site of which no sample could tell may have all that it allocated") {
    BlockSeen late;
    late.late = true;
    AllocationProfile profile = made_leaks({{"churn", 300, 64}, {"leak", 4, 512, 0, late}});
    // The blocks of one are free at the end; 2,000 new ones of the other's size are there.
    std::vector<LiveBlock> there;
    for (const AllocationSample& sample : profile.samples) {
        if (sample.bytes == 512) there.push_back({sample.address, 520});
    }
    mark_live(profile, {there, {{520, 2000, 0, 0}}, 10, 0});
    CHECK(profile.run.live_unseen == Approx(2000.0 * 520));
    CHECK(profile.run.live_unseen_blocks == Approx(2000));
    const auto sites = allocation_sites(profile, true);
    const Estimate leak = site_named(sites, "leak").live_bytes, churn = site_named(sites, "churn").live_bytes;
    CHECK(leak.value == 0);
    // 4 samples of 5 * 10 calls each, and more by chance; no more than are new.
    CHECK(leak.high > 4 * 50 * 512);
    CHECK(leak.high <= 2000 * 520);
    // 300 samples could tell.
    CHECK(churn.value == 0);
    CHECK(churn.high > 0);
    CHECK(churn.high < 0.02 * 300 * 50 * 64);
    // Of all: what is nobody's is among it.
    CHECK(estimate_of(profile, AllocationMeasure::inuse_space).high >= 2000 * 520);
    CHECK(estimate_of(profile, AllocationMeasure::inuse_objects).high >= 2000);
}

TEST_CASE("live blocks: a thread of which no sample could tell may have the blocks that pass for another's") {
    AllocationProfile profile = made_leaks({{"seen", 40, 512}, {"unseen", 40, 512}});
    for (std::size_t i = 40; i < 80; ++i) {
        profile.samples[i].address = 0;
        profile.samples[i].thread = 7;
    }
    mark_live(profile, {all_there(profile), {{520, 2000, 0, 0}}, 10, 0});
    const auto sites = allocation_sites(profile, true);
    const Estimate seen = site_named(sites, "seen").live_blocks,
                   unseen = site_named(sites, "unseen").live_blocks;
    CHECK(seen.value == Approx(2000));
    CHECK(seen.low < 0.55 * 2000);
    CHECK(unseen.value == 0);
    CHECK(unseen.high > 0.45 * 2000);
    CHECK(unseen.high <= 2000 * 520.0 / 512);
}

TEST_CASE("live blocks: where as many old ones were freed as are new, these bound what stays") {
    AllocationProfile profile = made_leaks({{"queue", 100, 1000}});
    mark_live(profile, {all_there(profile), {{1000, 5000, 0, 5000}}, 10, 0});
    const Estimate blocks = allocation_sites(profile, true)[0].live_blocks;
    CHECK(blocks.value == 0);
    CHECK(blocks.high == Approx(5000));
    CHECK(profile.run.live_unseen == 0);
}

TEST_CASE("live blocks: where neither calls nor blocks could be counted, none that stays is no bound") {
    AllocationProfile profile = made_leaks({{"churn", 20, 64, boundless_doubt}});
    mark_live(profile, {{}, {}, 10, 0});
    const Estimate live = allocation_sites(profile, true)[0].live_bytes;
    CHECK(live.value == 0);
    CHECK(live.unbounded);
    CHECK(std::isfinite(live.high));
    CHECK_FALSE(has_interval(profile.run, live));
}
