#include "report/allocations/allocations_report.h"

#include <profile.pb.h>
#include <zlib.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "allocations/live_blocks.h"
#include "base/printable.h"
#include "catch.h"
#include "profile/made_profile.h"
#include "report/allocations/allocations_sentences.h"
#include "report/stacks/pprof_allocations.h"
#include "text_parts.h"
#include "valid_json.h"

using namespace nmtx;
using test::has;
using test::lines_with;

namespace {

std::uint32_t node_of(ProfileBuilder& builder, std::vector<std::uint32_t> sites) {
    return builder.node(sites);
}

// 40 calls of a leak and 20 of a cache, in two windows of the 10 s.
AllocationProfile made_allocation_profile(bool live) {
    AllocationProfile profile;
    ProfileBuilder builder;
    const std::uint32_t run = made::made_site(builder, "java.lang.Thread.run@840");
    const std::uint32_t open = made::made_site(builder, "com.example.Handle.open@7");
    const std::uint32_t malloc = made::made_site(builder, "/lib/libc.so.6:malloc");
    const std::uint32_t handle = made::made_site(builder, "/opt/libleak.so:open_handle");
    const std::uint32_t fill = made::made_site(builder, "/opt/libcache.so:fill");
    const std::uint32_t leak = node_of(builder, {run, open, handle, malloc});
    const std::uint32_t cache = node_of(builder, {fill, malloc});
    const std::uint32_t thread = builder.thread(11, "worker");
    SamplingRun stacks = made::made_run();
    profile.calls = builder.take(stacks, 1);
    AllocationRun& about = profile.run;
    about.pid = 4711;
    about.process = "java";
    about.started_at = stacks.started_at;
    about.started_unix_ms = stacks.started_unix_ms;
    about.asked_s = about.seconds = 10;
    about.allocator = "glibc";
    about.library = "/lib/libc.so.6";
    about.functions = {"malloc", "calloc", "realloc"};
    about.windows = {{0.5, 5}, {0.5, 5}};
    about.window_count = 2;
    about.windows_s = 1;
    about.budget = 0.02;
    about.hits = {1000, 0, 60};
    about.threads_mean = about.threads_probed = 4;
    for (std::uint32_t i = 0; i < 40; ++i)
        profile.samples.push_back({leak, thread, i % 2, 1000, 0x10000U + i * 0x1000U, 10, false});
    for (std::uint32_t i = 0; i < 20; ++i)
        profile.samples.push_back({cache, thread, i % 2, 500, 0x90000U + i * 0x1000U, 10, false});
    if (!live) return profile;
    BlocksOfTime blocks;
    for (std::uint32_t i = 0; i < 40; ++i) blocks.sampled.push_back({0x10000U + i * 0x1000U, 1000});
    mark_live(profile, blocks);
    return profile;
}

std::string text_of_allocations(const AllocationProfile& profile, bool live, bool all = false,
                                std::size_t width = 120) {
    TextStyle style;
    style.width = width;
    return allocations_report(profile, live, {all, false}, style);
}

std::string unzipped(const std::string& bytes) {
    z_stream stream{};
    REQUIRE(::inflateInit2(&stream, 16 + 15) == Z_OK);
    std::string out(std::size_t{1} << 20U, '\0');
    std::string in = bytes;
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    ::inflateEnd(&stream);
    return out;
}

}  // namespace

TEST_CASE("allocations report: the site that allocates most is first, with its library and its Java caller") {
    const std::string text = text_of_allocations(made_allocation_profile(false), false);
    CHECK(has(text, "Allocations of pid 4711 (java)"));
    CHECK(text.find("open_handle (libleak.so)") < text.find("fill (libcache.so)"));
    CHECK(has(text, "from com.example.Handle.open"));
    CHECK(has(allocations_sentence(made_allocation_profile(false)),
              "Estimated from 60 samples in 2 windows, 1.00 s in all."));
    CHECK(has(text, "budget 2.0 %"));
    CHECK(has(text, "Direct calls from libjvm.so are not included"));
    for (const std::size_t width : {40U, 80U, 200U}) {
        std::istringstream lines(text_of_allocations(made_allocation_profile(true), true, true, width));
        for (std::string line; std::getline(lines, line);) CHECK(display_width(line) <= width);
    }
}

TEST_CASE("allocations report: what stays in use is shown where it is known") {
    const std::string text = text_of_allocations(made_allocation_profile(true), true);
    CHECK(has(text, "; 0.4 MiB/s (± "));
    CHECK(has(text, " at 95 %) still in use."));
    CHECK(has(text, "Sites by bytes still in use"));
    CHECK(lines_with(text, "100 %") == 1);
    AllocationProfile uncounted = made_allocation_profile(true);
    uncounted.run.live_uncounted = "it has more than 16 GiB of blocks";
    CHECK(has(text_of_allocations(uncounted, true),
              "What is in use could not be counted (it has more than 16 GiB of blocks)"));
    AllocationProfile unknown = made_allocation_profile(false);
    unknown.run.live_missing = "malloc was not walked";
    CHECK(has(text_of_allocations(unknown, false),
              "What is still in use is not known: malloc was not walked."));
}

TEST_CASE("allocations report: what makes the figures doubtful is said") {
    AllocationProfile profile = made_allocation_profile(false);
    AllocationRun& run = profile.run;
    run.interrupted = true;
    run.overflow = 7;
    run.refused = 1;
    run.no_room = 2;
    run.lost = 3;
    run.lost_why = "unwinding failed";
    run.functions_left_out = {"posix_memalign"};
    run.threads_mean = 40;
    run.threads_probed = 8;
    run.slowed = 0.6;
    run.java_missing = "no tables";
    std::string notes;
    for (const std::string& note : allocations_notes(profile)) notes += note + "\n";
    for (const char* words :
         {"Interrupted after 10.0 of 10 s", "7 calls are missing", "1 call is missing",
          "2 samples were dropped", "3 stacks are lost: unwinding failed", "posix_memalign",
          "8 of 40 threads at a time had a probe; random ones", "up to 60 %", "no tables"}) {
        CAPTURE(words);
        CHECK(has(notes, words));
    }
    run.threads_watched = 30;
    notes.clear();
    for (const std::string& note : allocations_notes(profile)) notes += note + "\n";
    CHECK(has(notes, "8 of 40 threads at a time had a probe. 30 that call seldom were watched"));
    run.functions = {"malloc", "operator new", "calloc", "realloc", "mmap"};
    notes.clear();
    for (const std::string& note : allocations_notes(profile)) notes += note + "\n";
    CHECK(has(notes, "for malloc, operator new, and calloc or mmap only."));
    AllocationProfile nothing;
    CHECK(has(text_of_allocations(nothing, false), "No allocation was sampled"));
    nothing.run.slowed = 0.95;
    CHECK(has(allocations_notes(nothing).back(), "not known: the figure may be far too low"));
}

TEST_CASE("allocations report: where a thread did little but trap, the error of sums is not known") {
    AllocationProfile profile = made_allocation_profile(false);
    profile.run.slowed = 0.95;
    // Calls of threads that were not slowed keep their interval.
    const auto others = nlohmann::json::parse(json_allocations(profile, false, false));
    CHECK(others["sites"][0]["bytes"]["low"].is_number());
    for (AllocationSample& sample : profile.samples) sample.doubt = boundless_doubt;
    const std::string text = text_of_allocations(profile, false);
    CHECK(has(text, "its error is not known"));
    CHECK_FALSE(has(text, "At least"));
    CHECK_FALSE(has(text, "±"));
    CHECK_FALSE(has(allocations_sentence(made_allocation_profile(false)), "not known"));
    test::JsonOutputs outputs;
    outputs.add("allocations", "slow", json_allocations(profile, false, false));
    CHECK(outputs.errors() == "");
    const auto json = nlohmann::json::parse(json_allocations(profile, false, false));
    CHECK(json["bytes"]["value"] == 5'000'000);
    CHECK(json["bytes"]["high"] == nullptr);
    CHECK(json["sites"][0]["bytes"]["low"] == nullptr);
}

TEST_CASE("allocations report: few windows with one busy thread for several give no interval") {
    AllocationProfile profile = made_allocation_profile(false);
    profile.run.one_for_several = true;
    profile.run.window_count = 5;
    const std::string text = text_of_allocations(profile, false);
    CHECK(has(text, "its error is not known"));
    CHECK(has(text, "Only 5 windows, and in each one of several threads"));
    CHECK_FALSE(has(text, "±"));
    test::JsonOutputs outputs;
    outputs.add("allocations", "few", json_allocations(profile, false, false));
    CHECK(outputs.errors() == "");
    CHECK(nlohmann::json::parse(json_allocations(profile, false, false))["bytes"]["high"] == nullptr);
    profile.run.window_count = 6;
    CHECK(has(text_of_allocations(profile, false), "±"));
    profile.run.window_count = 2;
    profile.run.one_for_several = false;
    CHECK(has(text_of_allocations(profile, false), "±"));
}

TEST_CASE("allocations report: how long blocks live, and what of it is not seen") {
    AllocationProfile profile = made_allocation_profile(false);
    CHECK_FALSE(has(text_of_allocations(profile, false), "How long"));
    profile.run.with_frees = true;
    for (std::size_t i = 0; i < profile.samples.size(); ++i) {
        profile.samples[i].could_s = 0.096;
        profile.samples[i].lived_s = i < 40 ? -1 : 0.0012;
    }
    const std::string text = text_of_allocations(profile, false);
    CHECK(has(text, "60 sampled blocks were watched"));
    CHECK(has(text, "for 96 ms at most: longer lives are not seen"));
    CHECK(has(text, "> 96 ms"));
    CHECK(has(text, "100 %"));
    CHECK(has(text, "1.2 ms"));
    profile.run.frees_partly = true;
    profile.run.windows_unwatched = 1;
    const std::string partly = text_of_allocations(profile, false);
    CHECK(has(partly, "≥ 100 %"));
    CHECK(has(partly, "≤ 1.2 ms"));
    CHECK_FALSE(has(partly, "> 96 ms"));
    CHECK(has(partly, "shares are lower bounds"));
    CHECK(has(partly, "1 window was not watched"));
    test::JsonOutputs outputs;
    outputs.add("allocations", "lifetimes", json_allocations(profile, false, false));
    CHECK(outputs.errors() == "");
    const auto json = nlohmann::json::parse(json_allocations(profile, false, false));
    CHECK(json["sites"][0]["lifetimes"]["freed"] == 0);
    CHECK(json["sites"][1]["lifetimes"]["freed_share"] == 1);
    CHECK(json["sites"][1]["lifetimes"]["half_s"] == 0.0012);
    AllocationProfile missing = made_allocation_profile(false);
    missing.run.frees_missing = "free cannot be probed";
    CHECK(has(text_of_allocations(missing, false), "How long blocks live is not known"));
}

TEST_CASE("allocations JSON: is what the schema says") {
    test::JsonOutputs outputs;
    outputs.add("allocations", "made", json_allocations(made_allocation_profile(false), false, false));
    outputs.add("allocations", "live", json_allocations(made_allocation_profile(true), true, true));
    CHECK(outputs.errors() == "");
    const auto json = nlohmann::json::parse(json_allocations(made_allocation_profile(true), true, false));
    CHECK(json["sites"][0]["function"] == "open_handle");
    CHECK(json["sites"][0]["java"] == "com.example.Handle.open");
    CHECK(json["sites"][0]["frames"][0] == "malloc");
    CHECK(json["bytes"]["value"] == 5'000'000);
    CHECK(json["live_bytes"]["value"] == 4'000'000);
    CHECK(nlohmann::json::parse(
              json_allocations(made_allocation_profile(false), false, false))["live_bytes"] == nullptr);
}

TEST_CASE("allocations for pprof: four values a sample, and what stays in use is among them") {
    const auto bytes = pprof_allocations(made_allocation_profile(true), true);
    REQUIRE(bytes.has_value());
    pprof::Profile profile;
    REQUIRE(profile.ParseFromString(unzipped(*bytes)));
    REQUIRE(profile.sample_type_size() == 4);
    std::vector<std::string> types;
    for (const auto& type : profile.sample_type())
        types.push_back(profile.string_table(static_cast<int>(type.type())));
    CHECK(types == std::vector<std::string>{"alloc_objects", "alloc_space", "inuse_objects", "inuse_space"});
    CHECK(profile.string_table(static_cast<int>(profile.default_sample_type())) == "inuse_space");
    std::int64_t allocated = 0, in_use = 0;
    for (const auto& sample : profile.sample()) {
        REQUIRE(sample.value_size() == 4);
        allocated += sample.value(1);
        in_use += sample.value(3);
    }
    CHECK(allocated == 5'000'000);
    CHECK(in_use == 4'000'000);
}

TEST_CASE("allocations as flame graph and collapsed stacks: weights are bytes") {
    const AllocationProfile profile = made_allocation_profile(true);
    CHECK(has(collapsed_allocations(profile, false),
              "java.lang.Thread.run;com.example.Handle.open;open_handle;malloc 4000000\n"));
    CHECK_FALSE(has(collapsed_allocations(profile, true), "fill"));
    const std::string page = html_allocations(profile, true, "1.0");
    CHECK(has(page, "\"unit\":\"MiB\""));
    CHECK(has(page, "Allocations still in use"));
    CHECK(has(page, "id=\"sites-table\""));
}
