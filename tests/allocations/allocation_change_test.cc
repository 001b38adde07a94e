#include "allocations/allocation_change.h"

#include <algorithm>
#include <cmath>

#include "catch.h"
#include "profile/made_profile.h"

using namespace nmtx;

namespace {

struct MadeSite {
    std::string stack;
    int samples = 0;  // of 1,000 bytes, each 10 calls, in turn in the ten windows
};

AllocationProfile made_run_of(const std::vector<MadeSite>& sites) {
    AllocationProfile profile;
    ProfileBuilder builder;
    const std::uint32_t thread = builder.thread(1, "main");
    for (const MadeSite& site : sites) {
        std::vector<std::uint32_t> calls;
        std::string_view stack = site.stack;
        while (!stack.empty()) {
            const auto end = std::min(stack.find(';'), stack.size());
            calls.push_back(made::made_site(builder, std::string(stack.substr(0, end))));
            stack.remove_prefix(std::min(end + 1, stack.size()));
        }
        const std::uint32_t node = builder.node(calls);
        for (int i = 0; i < site.samples; ++i)
            profile.samples.push_back({node, thread, static_cast<std::uint32_t>(i % 10), 1000, 0, 10, false});
    }
    profile.calls = builder.take({}, 1);
    profile.run.allocator = "glibc";
    profile.run.library = "/lib/libc.so.6";
    profile.run.process = "java";
    profile.run.seconds = 10;
    profile.run.windows_s = 1;
    profile.run.window_count = 10;
    for (int i = 0; i < 10; ++i) profile.run.windows.push_back({0.1, 1});
    return profile;
}

const std::string leak = "run;com.example.Handle.open;/lib/libleak.so:open_handle;/lib/libc.so.6:malloc";
const std::string cache = "run;/opt/libcache.so:fill;/lib/libc.so.6:malloc";

const AllocationSiteChange& change_of(const std::vector<AllocationSiteChange>& sites,
                                      const std::string& function) {
    const auto found = std::find_if(sites.begin(), sites.end(), [&](const AllocationSiteChange& site) {
        return site.name.function == function;
    });
    REQUIRE(found != sites.end());
    return *found;
}

double below(const ChangedCalls& calls, std::size_t node) {
    double sum = calls.nodes[node].self_before + calls.nodes[node].self_after;
    for (std::size_t i = 1; i < calls.nodes.size(); ++i) {
        if (calls.nodes[i].parent == node) sum += below(calls, i);
    }
    return sum;
}

}  // namespace

TEST_CASE("allocation change: only what exceeds its interval is a change, and such sites come first") {
    const auto before = made_run_of({{leak, 100}, {cache, 200}});
    const auto after = made_run_of({{leak, 300}, {cache, 210}});
    const AllocationDiff diff = diff_allocations(before, after);
    REQUIRE(diff.sites.size() == 2);
    CHECK(diff.sites[0].name.function == "open_handle");
    CHECK(diff.sites[0].name.java == "com.example.Handle.open");
    CHECK(diff.sites[0].bytes.before.value == Approx(1'000'000));
    CHECK(diff.sites[0].bytes.after.value == Approx(3'000'000));
    CHECK(diff.sites[0].bytes.change.value == Approx(2'000'000));
    CHECK(diff.sites[0].bytes.certain());
    CHECK(diff.sites[0].samples_before == 100);
    CHECK(diff.sites[0].samples_after == 300);
    CHECK(diff.sites[1].bytes.change.value > 0);
    CHECK_FALSE(diff.sites[1].bytes.certain());
    CHECK(diff.bytes.certain());
    CHECK_FALSE(diff.knows_live);
    const AllocationDiff none = diff_allocations(before, before);
    for (const AllocationSiteChange& site : none.sites) CHECK_FALSE(site.bytes.certain());
    CHECK(none.bytes.change.value == 0);
}

TEST_CASE("allocation change: a site that a run has no sample of may have allocated unseen") {
    // Two samples against none: by chance.
    const AllocationDiff few =
        diff_allocations(made_run_of({{cache, 200}}), made_run_of({{cache, 200}, {leak, 2}}));
    const auto& chance = change_of(few.sites, "open_handle");
    CHECK(chance.bytes.before.value == 0);
    CHECK(chance.bytes.before.high > 0);
    CHECK_FALSE(chance.bytes.certain());
    // A hundred against none: no chance.
    const AllocationDiff many =
        diff_allocations(made_run_of({{cache, 200}, {leak, 100}}), made_run_of({{cache, 200}}));
    CHECK(change_of(many.sites, "open_handle").bytes.certain());
    CHECK(change_of(many.sites, "open_handle").bytes.change.high < 0);
    // One block of the site in a window stands for ten of them, however the other samples are chosen.
    AllocationRun run;
    run.seconds = 10;
    run.windows_s = 1;
    CHECK(most_unseen(run, 0, 0, 1000) == Approx(3.689 * 10'000));
    CHECK(most_unseen(run, 10, 1e6, 1000) == Approx(3.689 * 100'000));
}

TEST_CASE(
    "allocation change: where the error of a run is not known, or it has no window, no change is certain") {
    auto before = made_run_of({{leak, 100}});
    const auto after = made_run_of({{leak, 900}});
    before.run.slowed = 0.95;
    CHECK_FALSE(diff_allocations(before, after).bytes.certain());
    CHECK_FALSE(diff_allocations(before, after).sites[0].bytes.certain());
    AllocationProfile nothing = made_run_of({});
    nothing.run.windows.clear();
    nothing.run.windows_s = 0;
    CHECK_FALSE(diff_allocations(nothing, after).bytes.certain());
    CHECK_FALSE(diff_allocations(nothing, after).sites[0].bytes.certain());
}

TEST_CASE("allocation change: what stays in use is compared where both runs know it") {
    auto before = made_run_of({{leak, 100}, {cache, 100}}), after = made_run_of({{leak, 300}, {cache, 100}});
    before.run.knows_live = true;
    CHECK_FALSE(diff_allocations(before, after).knows_live);
    after.run.knows_live = true;
    for (std::size_t i = 0; i < 100; ++i) before.samples[i].live_part = 1;
    for (std::size_t i = 0; i < 300; ++i) after.samples[i].live_part = 1;
    const AllocationDiff diff = diff_allocations(before, after);
    REQUIRE(diff.knows_live);
    // The cache frees all: it is no site of what stays.
    REQUIRE(diff.live_sites.size() == 1);
    CHECK(diff.live_sites[0].bytes.change.value == Approx(2'000'000));
    CHECK(diff.live_sites[0].bytes.certain());
}

TEST_CASE(
    "allocation change: what no sample could tell is no change, nor what threads without a probe may do") {
    auto before = made_run_of({{leak, 100}}), after = made_run_of({{leak, 100}});
    before.run.knows_live = after.run.knows_live = true;
    for (AllocationSample& sample : before.samples) sample.live_part = 1;
    for (AllocationSample& sample : after.samples) sample.judged = false;
    CHECK_FALSE(diff_allocations(before, after).live_bytes.certain());
    for (AllocationSample& sample : after.samples) sample.judged = true;
    CHECK(diff_allocations(before, after).live_bytes.certain());
    // New blocks that are nobody's may be the site's.
    after.run.live_unseen = 10e6;
    CHECK_FALSE(diff_allocations(before, after).live_bytes.certain());
    CHECK_FALSE(diff_allocations(before, made_run_of({})).live_bytes.certain());

    auto more = made_run_of({{leak, 900}});
    CHECK(diff_allocations(before, more).bytes.certain());
    more.run.unseen_cpu = 0.3;
    more.run.threads_seen = 3;
    CHECK(more.run.sees_too_little());
    CHECK_FALSE(diff_allocations(before, more).bytes.certain());
    more.run.threads_seen = 20;
    CHECK(diff_allocations(before, more).bytes.certain());
}

TEST_CASE("allocation change: names that each run makes up are the same site") {
    CHECK(comparable_java("a.B$$Lambda/0x00007f12.run") == "a.B$$Lambda.run");
    CHECK(comparable_java("a.B$$Lambda$14/0x0000000840064840.run") == "a.B$$Lambda.run");
    CHECK(comparable_java("jdk.internal.reflect.GeneratedMethodAccessor12.invoke") ==
          "jdk.internal.reflect.GeneratedMethodAccessor.invoke");
    CHECK(comparable_java("a.Base64.encode2") == "a.Base64.encode2");
    CHECK(comparable_file("/tmp/libzstd-jni-1.5.5-4815162342.so") == "libzstd-jni-1.5.5-#.so");
    CHECK(comparable_file("/tmp/libzstd-jni-1.5.5-42.so (deleted)") == "libzstd-jni-1.5.5-42.so");
    CHECK(comparable_file("").empty());
    const AllocationDiff diff = diff_allocations(
        made_run_of({{"a.B$$Lambda$14.run;/tmp/librocks1111111.so:put;/lib/libc.so.6:malloc", 100}}),
        made_run_of({{"a.B$$Lambda$15.run;/tmp/librocks2222222.so:put;/lib/libc.so.6:malloc", 100}}));
    REQUIRE(diff.sites.size() == 1);
    CHECK(diff.sites[0].samples_before == 100);
    CHECK(diff.sites[0].samples_after == 100);
}

TEST_CASE("changed calls: each call has what both runs allocate below it, and its own interval") {
    const auto before = comparable(made_run_of({{leak, 100}, {cache, 200}}));
    const auto after = comparable(made_run_of({{cache, 200}, {leak, 300}}));
    const ChangedCalls calls = changed_calls(before, after, ComparedBytes::allocated, 1000);
    // The root; run; Handle.open, open_handle, malloc; fill, malloc.
    REQUIRE(calls.nodes.size() == 7);
    CHECK(calls.left_out == 0);
    for (std::size_t i = 0; i < calls.nodes.size(); ++i) {
        const ChangedCall& call = calls.nodes[i];
        CHECK(call.bytes.before.value + call.bytes.after.value == Approx(below(calls, i)));
        const std::string name = i == 0 ? "" : calls.functions[call.function].name;
        if (name == "fill") CHECK_FALSE(call.bytes.certain());
        if (name == "open_handle") {
            CHECK(call.bytes.certain());
            CHECK(call.bytes.change.value == Approx(2'000'000));
        }
    }
    CHECK(calls.nodes[0].bytes.before.value == Approx(3'000'000));
    CHECK(calls.nodes[0].bytes.after.value == Approx(5'000'000));
    CHECK(calls.nodes[0].bytes.change.low ==
          Approx(changed_sum(before, after, ComparedBytes::allocated).change.low));
}

TEST_CASE("changed calls: what is left out counts for its caller") {
    const auto before = comparable(made_run_of({{leak, 100}, {cache, 200}}));
    const auto after = comparable(made_run_of({{leak, 300}, {"run;/lib/libc.so.6:malloc", 7}}));
    const ChangedCalls whole = changed_calls(before, after, ComparedBytes::allocated, 1000);
    const ChangedCalls some = changed_calls(before, after, ComparedBytes::allocated, 4);
    CHECK(some.nodes.size() <= 4);
    CHECK(some.nodes.size() + some.left_out == whole.nodes.size());
    CHECK(below(some, 0) == Approx(below(whole, 0)));
    CHECK(some.nodes[0].bytes.change.high == Approx(whole.nodes[0].bytes.change.high));
    const ChangedCalls nothing = changed_calls({}, {}, ComparedBytes::in_use, 10);
    REQUIRE(nothing.nodes.size() == 1);
    CHECK_FALSE(nothing.nodes[0].bytes.certain());
}

TEST_CASE("allocation change: what was counted is compared, though the error of calls is not known") {
    auto before = made_run_of({{leak, 100}}), after = made_run_of({{leak, 100}});
    for (AllocationProfile* profile : {&before, &after}) {
        profile->run.knows_live = profile->run.live_counted = true;
        profile->run.slowed = 0.95;
        for (AllocationSample& sample : profile->samples) {
            sample.live_part = 1;
            sample.doubt = boundless_doubt;
            sample.cell = 0;
        }
    }
    before.live_cells = {{true, 1, 1e6}};
    after.live_cells = {{true, 3, 3e6}};
    const AllocationDiff diff = diff_allocations(before, after);
    CHECK_FALSE(diff.bytes.certain());
    CHECK(diff.live_bytes.change.value == Approx(2 * diff.live_bytes.before.value));
    CHECK(diff.live_bytes.certain());
}
