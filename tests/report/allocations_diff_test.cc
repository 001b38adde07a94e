#include "report/allocations/allocations_diff.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "allocations/saved_allocations.h"
#include "base/printable.h"
#include "catch.h"
#include "profile/made_profile.h"
#include "report/allocations/allocations_report.h"
#include "text_parts.h"
#include "valid_json.h"

using namespace nmtx;
using test::has;

namespace {

// `leaks` calls of a leak and 100 of a cache, in five windows of the 10 s.
AllocationProfile made_compared_run(int leaks, bool live) {
    AllocationProfile profile;
    ProfileBuilder builder;
    const std::uint32_t run = made::made_site(builder, "java.lang.Thread.run@840");
    const std::uint32_t open = made::made_site(builder, "com.example.Handle.open@7");
    const std::uint32_t malloc = made::made_site(builder, "/lib/libc.so.6:malloc");
    const std::uint32_t handle = made::made_site(builder, "/opt/libleak.so:open_<handle>");
    const std::uint32_t fill = made::made_site(builder, "/opt/libcache.so:fill");
    const std::uint32_t leak = builder.node(std::vector{run, open, handle, malloc});
    const std::uint32_t cache = builder.node(std::vector{fill, malloc});
    const std::uint32_t thread = builder.thread(11, "worker");
    profile.calls = builder.take(made::made_run(), 1);
    AllocationRun& about = profile.run;
    about.pid = 4711;
    about.process = "java";
    about.started_at = "2026-11-30T12:00:00Z";
    about.asked_s = about.seconds = 10;
    about.allocator = "glibc";
    about.library = "/lib/libc.so.6";
    about.functions = {"malloc", "calloc"};
    about.windows = {{0.2, 2}, {0.2, 2}, {0.2, 2}, {0.2, 2}, {0.2, 2, 1}};
    about.window_count = 5;
    about.windows_s = 1;
    about.knows_live = live;
    for (int i = 0; i < leaks; ++i)
        profile.samples.push_back(
            {leak, thread, static_cast<std::uint32_t>(i % 5), 1000, 0, 10.5, live, 0.01});
    for (AllocationSample& sample : profile.samples) sample.live_part = sample.live ? 1 : 0;
    for (int i = 0; i < 100; ++i)
        profile.samples.push_back({cache, thread, static_cast<std::uint32_t>(i % 5), 500, 0, 10, false});
    return profile;
}

AllocationProfile saved_and_read(const AllocationProfile& profile) {
    auto read = parse_allocations(json_allocations(profile, false, false), "a.json");
    if (!read) throw std::runtime_error(to_string(read.error()));
    return std::move(*read);
}

std::string refusal_of(const nlohmann::ordered_json& document) {
    const auto read = parse_allocations(document.dump(), "a.json");
    return read ? "" : to_string(read.error());
}

std::string text_of_diff(const AllocationDiff& diff, bool all = false, std::size_t width = 120) {
    TextStyle style;
    style.width = width;
    return allocations_diff_text(diff, {all, false}, style);
}

}  // namespace

TEST_CASE("saved allocations: what was saved says the same when it is read") {
    const AllocationProfile made = made_compared_run(40, true);
    CHECK(looks_like_allocations(json_allocations(made, false, false)));
    const AllocationProfile read = saved_and_read(made);
    CHECK(read.run.pid == 4711);
    CHECK(read.run.knows_live);
    CHECK(read.run.functions == made.run.functions);
    const auto before = allocation_sites(made, false), after = allocation_sites(read, false);
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        CHECK(after[i].name == before[i].name);
        CHECK(after[i].bytes.value == before[i].bytes.value);
        CHECK(after[i].bytes.high == before[i].bytes.high);
        CHECK(after[i].live_bytes.low == before[i].live_bytes.low);
    }
    // And again, byte for byte.
    CHECK(format_samples(saved_and_read(read)) == format_samples(read));
}

TEST_CASE("saved allocations: a document that is forged, cut or of another kind is refused with its place") {
    const std::string text = json_allocations(made_compared_run(40, true), false, false);
    const auto good = nlohmann::ordered_json::parse(text);
    CHECK(refusal_of(good).empty());
    const auto changed = [&](const char* pointer, const nlohmann::ordered_json& value) {
        auto document = good;
        document[nlohmann::ordered_json::json_pointer(pointer)] = value;
        return refusal_of(document);
    };
    // A node that is its own caller would never end.
    CHECK(has(changed("/profile/nodes/parent/2", 2), "profile.nodes"));
    CHECK(has(changed("/profile/nodes/function/2", 99), "profile.nodes"));
    CHECK(has(changed("/profile/samples/node/0", 99), "profile.samples"));
    CHECK(has(changed("/profile/samples/window/0", 5), "profile.samples"));
    CHECK(has(changed("/profile/samples/weight/0", 0.5), "profile.samples"));
    CHECK(has(changed("/profile/samples/weight/0", 1e300), "profile.samples"));
    CHECK(has(changed("/profile/samples/bytes/0", -1), "profile.samples"));
    CHECK(has(changed("/profile/samples/live", nlohmann::ordered_json::array()), "profile.samples"));
    CHECK(has(changed("/profile/windows/stratum/0", 2), "profile.windows"));
    CHECK(has(changed("/profile/functions/0/kind", "spell"), "kind"));
    CHECK(has(changed("/sampling/seconds", -1), "sampling"));
    CHECK(has(changed("/sampling/seconds", 0), "the time in which they were taken is 0"));
    CHECK(has(changed("/profile/windows/seconds/0", 0), "the time in which they were taken is 0"));
    CHECK(has(changed("/sampling/seconds", good["sampling"]["windows_s"].get<double>() / 2),
              "the windows are longer than the run"));
    CHECK(has(changed("/schema", 1), "schema 1"));
    auto old = good;
    old.erase("profile");
    CHECK(has(refusal_of(old), "older nmtx"));
    CHECK(has(refusal_of({{"schema", 2}, {"rss_bytes", 1}}), "is not the JSON of nmtx allocs"));
    for (std::size_t cut = 1; cut < text.size(); cut += 997) {
        const auto read = parse_allocations(std::string_view(text).substr(0, cut), "a.json");
        REQUIRE_FALSE(read);
        CHECK(has(to_string(read.error()), "the JSON ends in the middle"));
    }
    CHECK_FALSE(looks_like_allocations(""));
    CHECK_FALSE(looks_like_allocations("{\"rss_bytes\": 1}"));
}

TEST_CASE("allocations diff: the text lists what changed beyond its interval, and counts the rest") {
    const AllocationDiff diff = diff_allocations(made_compared_run(40, false), made_compared_run(400, false));
    const std::string text = text_of_diff(diff);
    CHECK(has(text, "open_<handle> (libleak.so)"));
    CHECK(has(text, "from com.example.Handle.open"));
    CHECK_FALSE(has(text, "fill"));
    CHECK(has(text, "1 other site: no change beyond the interval."));
    CHECK_FALSE(has(text, "still in use"));
    CHECK(has(text_of_diff(diff, true), "fill (libcache.so)"));
    for (const std::size_t width : {40U, 80U, 200U}) {
        std::istringstream lines(text_of_diff(diff, true, width));
        for (std::string each; std::getline(lines, each);) CHECK(display_width(each) <= width);
    }
    const AllocationDiff none = diff_allocations(made_compared_run(40, true), made_compared_run(40, true));
    CHECK(has(text_of_diff(none), "no change beyond the interval"));
    CHECK(has(text_of_diff(none), "Sites by change of bytes still in use"));
}

TEST_CASE("allocations diff: what makes the comparison doubtful is said") {
    AllocationProfile before = made_compared_run(40, true), after = made_compared_run(400, false);
    before.run.with_jvm = true;
    before.run.window_count = 1;
    before.run.functions = {"malloc"};
    after.run.process = "other";
    after.run.allocator = "jemalloc";
    after.run.slowed = 0.9;
    std::string notes;
    for (const std::string& note : allocations_diff_notes(diff_allocations(before, after)))
        notes += note + "\n";
    for (const char* words :
         {"Different programs: java and other", "Only the first run includes calls from libjvm.so",
          "Different allocators: glibc and jemalloc", "Different functions had probes",
          "The second run slowed a thread by 90 % within a window", "The first run has one window only",
          "only compared if both runs have --live"}) {
        CAPTURE(words);
        CHECK(has(notes, words));
    }
    const std::string text = text_of_diff(diff_allocations(before, after));
    CHECK(has(text, "the change is not known"));
    CHECK_FALSE(has(text, "±"));
}

TEST_CASE("allocations diff JSON: is what the schema says") {
    test::JsonOutputs outputs;
    const AllocationDiff diff = diff_allocations(made_compared_run(40, true), made_compared_run(400, true));
    AllocationProfile slow = made_compared_run(40, true);
    slow.run.slowed = 0.95;
    outputs.add("allocations_diff", "made", json_allocations_diff(diff, "1.0"));
    outputs.add("allocations_diff", "slow",
                json_allocations_diff(diff_allocations(slow, made_compared_run(0, false)), "1.0"));
    CHECK(outputs.errors() == "");
    const auto json = nlohmann::json::parse(json_allocations_diff(diff, "1.0"));
    CHECK(json["sites"][0]["function"] == "open_<handle>");
    CHECK(json["sites"][0]["bytes_per_second"]["certain"] == true);
    CHECK(json["sites"][0]["live_bytes_per_second"]["certain"] == true);
    CHECK(json["sites"][1]["bytes_per_second"]["certain"] == false);
    CHECK(json["bytes_per_second"]["change"]["value"].get<double>() == Approx(7'560'000));
}

TEST_CASE("allocations diff as a page: coloured by the change, names stay text") {
    const std::string page = html_allocations_diff(
        diff_allocations(made_compared_run(40, true), made_compared_run(400, true)), "1.0");
    CHECK(has(page, "\"changes\":true"));
    CHECK(has(page, "Flame graph of what stays in use"));
    CHECK(has(page, "open_&lt;handle&gt;"));
    CHECK_FALSE(has(page, "open_<handle>"));
    CHECK(has(page, "id=\"live-table\""));
    const std::string allocated = html_allocations_diff(
        diff_allocations(made_compared_run(40, false), made_compared_run(400, false)), "1.0");
    CHECK(has(allocated, "Flame graph of what is allocated"));
    CHECK_FALSE(has(allocated, "id=\"live-table\""));
}
