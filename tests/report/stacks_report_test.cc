#include "report/stacks/stacks_report.h"

#include <profile.pb.h>
#include <zlib.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "catch.h"
#include "profile/made_profile.h"
#include "text_parts.h"
#include "valid_json.h"

using namespace nmtx;
using made::add_stack;
using test::lines_with;

namespace {

Profile made_profile(SamplingRun run = made::made_run()) {
    ProfileBuilder builder;
    add_stack(builder, "libc.so.6:start_thread;java.lang.Thread.run@840;a.B.hot@7;a.B.work@9", 60, 600);
    add_stack(builder, "libc.so.6:start_thread;java.lang.Thread.run@840;a.B.cold@8;a.B.work@9", 30, 300,
              "worker");
    add_stack(builder, "[callers not unwound];libc.so.6:memcpy", 10, 100, "worker");
    return builder.take(std::move(run), 1);
}

// Names that would end a line, a frame, an element or a script.
Profile hostile_profile() {
    ProfileBuilder builder;
    const std::uint32_t bad = builder.site(
        {"a;b\nc 12\x1b[31m</script><script>document.title='owned'</script>", "x<y>\".java", CodeKind::java},
        1);
    const std::uint32_t raw = builder.site({"\xff\xfe", "/lib/\xff.so", CodeKind::native}, 0);
    builder.add(builder.node(std::vector{raw, bad}), builder.thread(1, "<img src=x>;\n"), 1, 1'000'000);
    SamplingRun run = made::made_run();
    run.process = "</title><script>";
    return builder.take(run, 1);
}

std::string gunzipped(const std::string& bytes) {
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 16 + 15) == Z_OK);
    std::string out(1U << 20U, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

pprof::Profile decoded(const Profile& profile) {
    pprof::Profile out;
    REQUIRE(out.ParseFromString(gunzipped(pprof_stacks(profile).value())));
    return out;
}

std::string text_of(const Profile& profile, bool all = false, std::size_t width = 100) {
    TextStyle style;
    style.width = width;
    return stacks_report(profile, {all, false}, style);
}

}  // namespace

TEST_CASE("stacks report: says how it was sampled, then the hottest methods, paths and threads") {
    const std::string text = text_of(made_profile());
    CHECK(text.find("100 samples of 2 threads in 10.0 s at 20 Hz (on-CPU)") != std::string::npos);
    CHECK(text.find("shares refer to the 1.00 s") != std::string::npos);
    CHECK(text.find("99.0 % were unwound") != std::string::npos);
    CHECK(lines_with(text, "   90.0    90.0     0.90  a.B.work") == 1);
    CHECK(lines_with(text, "   10.0    10.0     0.10  memcpy  (libc.so.6)") == 1);
    CHECK(lines_with(text, "    0.0    90.0     0.00  java.lang.Thread.run") == 1);
    CHECK(text.find("the longest 0.21 ms; no safepoint") != std::string::npos);
    CHECK(text.find("missed") == std::string::npos);
    for (const std::size_t width : {40U, 80U, 200U}) {
        std::istringstream lines(text_of(made_profile(), true, width));
        for (std::string line; std::getline(lines, line);) CHECK(display_width(line) <= width);
    }
}

TEST_CASE("stacks report: what a reader must know to trust it is said") {
    SamplingRun run = made::made_run();
    run.missed = 7;
    run.late = 12;
    run.latest_ms = 31;
    run.no_stop = 2;
    run.lost = 3;
    run.lost_why = "unwinding failed";
    run.interrupted = true;
    run.seconds = 4.2;
    run.java_missing = "no tables";
    run.match = "http-.*";
    run.unsampled_ns = 100'000'000;
    run.knows_waits = false;
    const std::string text = text_of(made_profile(run));
    for (const char* words :
         {"Interrupted after 4.2 of 10 s", "7 of 207 ticks were missed", "12 of 200 ticks were late",
          "2 samples could not be taken", "3 samples are lost: unwinding failed", "no tables", "'http-.*'",
          "0.10 s of CPU time (10.0 %)", "no run-queue statistics"}) {
        CAPTURE(words);
        CHECK(text.find(words) != std::string::npos);
    }
    SamplingRun nothing = made::made_run();
    ProfileBuilder empty;
    CHECK(text_of(empty.take(nothing, 1)).find("no thread had a CPU at a tick") != std::string::npos);
}

TEST_CASE("stacks JSON: is what the schema says, hostile names and no samples included") {
    test::JsonOutputs outputs;
    outputs.add("profile", "made", json_stacks(made_profile(), false));
    outputs.add("profile", "made, all", json_stacks(made_profile(), true));
    outputs.add("profile", "hostile", json_stacks(hostile_profile(), true));
    ProfileBuilder empty;
    outputs.add("profile", "empty", json_stacks(empty.take(made::made_run(), 1), true));
    CHECK(outputs.errors() == "");
    const auto json = nlohmann::json::parse(json_stacks(made_profile(), false));
    CHECK(json["methods"][0]["name"] == "a.B.work");
    CHECK(json["methods"][0]["self_s"] == 0.9);
    CHECK(json["paths"][0]["frames"][0] == "a.B.work");
    CHECK(json["sampling"]["weight_s"] == 1.0);
}

TEST_CASE("collapsed: a line for each path, microseconds, and no name breaks a line or a frame") {
    CHECK(collapsed_stacks(made_profile()) ==
          "start_thread;java.lang.Thread.run;a.B.hot;a.B.work 600000\n"
          "start_thread;java.lang.Thread.run;a.B.cold;a.B.work 300000\n"
          "[callers not unwound];memcpy 100000\n");
    const std::string text = collapsed_stacks(hostile_profile());
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
    CHECK(std::count(text.begin(), text.end(), ';') == 1);
    CHECK(text.ends_with(" 1000\n"));
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("pprof: what was written is read again, every index leads to something") {
    const Profile profile = made_profile();
    const pprof::Profile read = decoded(profile);
    const auto text = [&](std::int64_t index) { return read.string_table(static_cast<int>(index)); };
    CHECK(text(0).empty());
    REQUIRE(read.sample_type_size() == 2);
    CHECK(text(read.sample_type(0).type()) == "samples");
    CHECK(text(read.sample_type(1).type()) == "cpu");
    CHECK(text(read.sample_type(1).unit()) == "nanoseconds");
    CHECK(read.period() == 50'000'000);
    CHECK(read.duration_nanos() == 10'000'000'000);
    CHECK(read.time_nanos() == 1'796'040'000'000'000'000);
    REQUIRE(read.sample_size() == 3);
    std::map<std::string, std::int64_t> by_leaf;
    std::int64_t samples = 0, weight = 0;
    for (const pprof::Sample& sample : read.sample()) {
        REQUIRE(sample.value_size() == 2);
        samples += sample.value(0);
        weight += sample.value(1);
        for (const std::uint64_t id : sample.location_id()) {
            REQUIRE(id >= 1);
            REQUIRE(id <= static_cast<std::uint64_t>(read.location_size()));
            const pprof::Location& location = read.location(static_cast<int>(id) - 1);
            CHECK(location.id() == id);
            const std::uint64_t function = location.line(0).function_id();
            REQUIRE(function <= static_cast<std::uint64_t>(read.function_size()));
            CHECK(read.function(static_cast<int>(function) - 1).id() == function);
        }
        const pprof::Location& leaf = read.location(static_cast<int>(sample.location_id(0)) - 1);
        const pprof::Function& function = read.function(static_cast<int>(leaf.line(0).function_id()) - 1);
        by_leaf[text(function.name()) + ":" + std::to_string(leaf.line(0).line())] += sample.value(1);
        CHECK(text(sample.label(0).key()) == "thread");
    }
    CHECK(samples == 100);
    CHECK(weight == static_cast<std::int64_t>(profile.weight_ns()));
    CHECK(by_leaf ==
          std::map<std::string, std::int64_t>{{"a.B.work:9", 900'000'000}, {"memcpy:0", 100'000'000}});
    SamplingRun wall = made::made_run();
    wall.mode = ProfileMode::wall;
    const pprof::Profile other = decoded(made_profile(wall));
    CHECK(other.string_table(static_cast<int>(other.default_sample_type())) == "wall");
}

TEST_CASE("pprof: names that are not UTF-8 are made so, as the format asks for") {
    const pprof::Profile read = decoded(hostile_profile());
    for (const std::string& text : read.string_table()) CHECK(printable(text) == text);
    CHECK(read.sample_size() == 1);
}

TEST_CASE("flame graph: one file, and names stay text") {
    const std::string page = html_stacks(hostile_profile(), "1.2.3");
    CHECK(page.find("<script>document.title='owned'") == std::string::npos);
    CHECK(page.find("<img") == std::string::npos);
    CHECK(lines_with(page, "<script") == 3);
    CHECK(page.find("http:") == page.find("http://www.w3.org"));  // d3's namespaces only
    const auto begin = page.find("id=\"data\">") + 10;
    const auto data = nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
    CHECK(data["nodes"].size() == 3);
    CHECK(data["functions"].size() == 2);
    CHECK(page.size() < 600'000);
}
