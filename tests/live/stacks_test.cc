// Whole stacks of JVMs' threads, against what the JVM says of the same threads, and against programs that
// know their own calls.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>

#include "catch.h"
#include "documents/native_stacks.h"
#include "live/comes_true.h"
#include "live/live_jvm.h"
#include "platform/proc/process_files.h"
#include "platform/symbols/native_stacks.h"

using namespace nmtx::live;

namespace {

// "java.lang.Thread.sleep(Thread.java:12)" of what either side prints. The numbers of hidden classes count
// for nothing: JDK 8 prints a hash, later ones an address, and of a LambdaForm neither in its own name.
std::string without_numbers(std::string text) {
    for (std::size_t at = text.find("$$Lambda"); at != std::string::npos;) {
        const std::size_t end = text.find('.', at);
        if (end == std::string::npos) break;
        const std::size_t slash = text.find('/', at);
        if (slash < end) text.erase(slash, end - slash);
        break;
    }
    if (const std::size_t form = text.find("LambdaForm$"); form != std::string::npos) {
        const std::size_t slash = text.find('/', form), end = text.find('.', form);
        if (slash < end && end != std::string::npos) text.erase(slash, end - slash);
    }
    return text;
}

// "at java.base@17.0.15/java.lang.Thread.sleep(Native Method)", without the module.
std::optional<std::string> dumped_frame(std::string line) {
    // HotSpot 17 leaves out a line's end behind "- eliminated <owner is scalar replaced> (a X)".
    if (line.starts_with("- eliminated <owner is scalar replaced>")) {
        const std::size_t at = line.find(")?at ");
        if (at != std::string::npos) line.erase(0, at + 2);
    }
    if (!line.starts_with("at ")) return std::nullopt;
    line.erase(0, 3);
    const std::size_t open = line.rfind('('), slash = line.find('/');
    const std::size_t hidden = std::min(line.find("$$Lambda"), line.find("LambdaForm$"));
    if (slash < open && slash < hidden) line.erase(0, slash + 1);
    // JDK 9 to 11 print the module with the source as well.
    const std::size_t place = line.rfind('('), module = line.find('/', place);
    if (module != std::string::npos) line.erase(place + 1, module - place);
    return without_numbers(line);
}

std::optional<std::string> own_frame(const nlohmann::json& frame) {
    const std::string kind = frame["kind"];
    if (kind == "native" || kind == "stub" || kind == "gap") return std::nullopt;
    const std::string name = frame["name"];
    if (kind == "native method") return without_numbers(name + "(Native Method)");
    if (frame["file"].is_null()) return without_numbers(name + "(Unknown Source)");
    const std::string file = frame["file"];
    return without_numbers(frame["line"].is_null()
                               ? fmt::format("{}({})", name, file)
                               : fmt::format("{}({}:{})", name, file, frame["line"].get<int>()));
}

struct Compared {
    std::size_t stacks = 0, frames = 0, equal = 0;
    double longest_stop_ms = 0;
};

void compare(const nlohmann::json& thread, Compared& sum) {
    std::vector<std::string> dumped, own;
    for (const auto& line : thread["frames"]) {
        if (auto frame = dumped_frame(line)) dumped.push_back(std::move(*frame));
    }
    for (const auto& one : thread["stack_frames"]) {
        if (auto frame = own_frame(one)) own.push_back(std::move(*frame));
    }
    if (dumped.empty() && own.empty()) return;
    ++sum.stacks;
    const std::size_t most = std::max(dumped.size(), own.size());
    sum.frames += most;
    std::size_t equal = 0;
    while (equal < std::min(dumped.size(), own.size()) &&
           dumped[dumped.size() - 1 - equal] == own[own.size() - 1 - equal])
        ++equal;
    sum.equal += equal;
    if (equal == most) return;
    UNSCOPED_INFO(
        thread["name"].get<std::string>()
        << ": " << fmt::format("dump {}\nnmtx {}", fmt::join(dumped, "\n     "), fmt::join(own, "\n     ")));
}

// Options of a JVM that make it run Java one way or another.
struct Mode {
    const char* name;
    std::vector<std::string> options;
    const char* rounds;  // of warming up
};

const std::vector<Mode>& modes() {
    static const std::vector<Mode> all{
        {"interpreter", {"-Xint"}, "1"},
        {"C1", {"-XX:TieredStopAtLevel=1"}, "4000"},
        {"C2", {"-XX:-TieredCompilation", "-Xcomp"}, "200"},
        {"all tiers", {}, "4000"},
    };
    return all;
}

std::vector<std::uint64_t> tids_of(const LiveJvm& jvm, const std::string& prefix) {
    std::vector<std::uint64_t> tids;
    const auto report = nmtx_json({"threads", jvm.pid_text(), "--interval=0"});
    for (const auto& thread : report["threads"]) {
        if (thread["name"].get<std::string>().rfind(prefix, 0) == 0)
            tids.push_back(thread["tid"].get<std::uint64_t>());
    }
    return tids;
}

// So many samples of each of the threads.
nmtx::NativeStacks sample(const LiveJvm& jvm, const std::vector<std::uint64_t>& threads, std::size_t each) {
    std::vector<std::uint64_t> tids;
    for (std::size_t i = 0; i < each; ++i) tids.insert(tids.end(), threads.begin(), threads.end());
    const auto process = nmtx::ProcessFiles::open(static_cast<std::uint64_t>(jvm.pid()));
    REQUIRE(process);
    const auto text = nmtx::read_native_stacks(*process, tids);
    REQUIRE(text);
    return nmtx::parse_native_stacks(*text).value();
}

// For a measurement: NMTX_SAMPLES=10000 of running threads, NMTX_SHAPES=60 threads of each shape that parks.
std::size_t asked_for(const char* variable, std::size_t usual) {
    const char* const wanted = std::getenv(variable);
    return wanted != nullptr ? static_cast<std::size_t>(std::atoi(wanted)) : usual;
}

// Where a stack ended that was not unwound to its start: its last frame, and whether that is the first as
// well.
std::string end_of_part(const nmtx::NativeStack& stack) {
    if (stack.frames.empty()) return fmt::format("{}, no frame", nmtx::name_of(stack.end));
    const nmtx::NativeFrame& last = stack.frames.back();
    return fmt::format("{}, {} {}{}", nmtx::name_of(stack.end), nmtx::name_of(last.kind), last.symbol,
                       stack.frames.size() == 1 ? ", running" : ", below " + stack.frames.front().symbol);
}

// Of the calls that a StackRunners thread makes: how many of its levels are there, each called by the one
// before; nothing where that is not so.
std::optional<std::size_t> levels(const nmtx::NativeStack& stack) {
    static const std::array<std::string, 7> order{"run",    "level1", "level2", "level3",
                                                  "level4", "level5", "level6"};
    static const std::string runner = "StackRunners$Runner.";
    std::size_t next = 0;
    bool above = false;
    for (auto frame = stack.frames.rbegin(); frame != stack.frames.rend(); ++frame) {
        if (!nmtx::is_java(frame->kind)) continue;
        if (frame->symbol.rfind(runner, 0) != 0) {
            above = next > 0;
            continue;
        }
        if (above || next == order.size() || frame->symbol != runner + order[next]) return std::nullopt;
        ++next;
    }
    return next;
}

}  // namespace

TEST_CASE("live: the Java frames of parked threads are those of Thread.print, method and line") {
    const Jdk jdk = jdk_under_test();
    for (const Mode& mode : modes()) {
        const std::size_t each = asked_for("NMTX_SHAPES", 4);
        const LiveJvm jvm(jdk, mode.options,
                          {fmt::format("each={}", each), std::string("rounds=") + mode.rounds},
                          "StackShapes");
        Compared sum;
        REQUIRE(comes_true([&] {
            sum = {};
            const auto report =
                nmtx_json({"threads", jvm.pid_text(), "--stacks=all", "--interval=0", "--dump"});
            for (const auto& thread : report["threads"]) {
                if (thread["stack_frames"].empty()) continue;
                sum.longest_stop_ms = std::max(sum.longest_stop_ms, thread["stopped_ms"].get<double>());
                const std::string name = thread["name"];
                if (name.rfind("shape-", 0) == 0) CHECK(thread["stack_frames_end"] == "bottom");
                compare(thread, sum);
            }
            return sum.equal == sum.frames;
        }));
        CHECK(sum.stacks > each * 44);
        std::puts(fmt::format("measured: JDK {:>2} {:<11} {} stacks, {} of {} frames equal, longest stop "
                              "{:.2f} ms",
                              jdk.feature, mode.name, sum.stacks, sum.equal, sum.frames, sum.longest_stop_ms)
                      .c_str());
        CHECK(jvm.alive());
    }
}

TEST_CASE("live: threads that run are unwound to their start, and no frame is wrong") {
    const Jdk jdk = jdk_under_test();
    for (const Mode& mode : modes()) {
        const LiveJvm jvm(jdk, mode.options, {"threads=2", "warm=2000"}, "StackRunners");
        const auto threads = tids_of(jvm, "runner-");
        REQUIRE(threads.size() == 2);
        const std::size_t each = asked_for("NMTX_SAMPLES", 300) / 2;
        const auto stacks = sample(jvm, threads, each);
        REQUIRE(stacks.java_missing.empty());
        std::size_t whole = 0, wrong = 0;
        std::string not_so;
        std::map<std::string, std::size_t> ends;  // of those that were not unwound to the start
        for (const nmtx::NativeStack& stack : stacks.stacks) {
            const auto found = levels(stack);
            const bool to_the_start = stack.end == nmtx::StackEnd::bottom;
            whole += to_the_start ? 1U : 0U;
            if (!to_the_start) ++ends[end_of_part(stack)];
            if (to_the_start && (!found || *found == 0)) {
                ++wrong;
                for (const auto& frame : stack.frames) not_so += frame.symbol + "\n";
            }
        }
        const double share = static_cast<double>(whole) / static_cast<double>(stacks.stacks.size());
        INFO("JDK " << jdk.feature << " " << mode.name << "\n" << not_so);
        CHECK(stacks.stacks.size() == 2 * each);
        CHECK(wrong == 0);
        // 97 % are asked for; one standard deviation of 300 samples is a point.
        CHECK(share >= 0.94);
        std::puts(fmt::format("measured: JDK {:>2} {:<11} {} samples of running threads, {:.2f} % unwound to "
                              "the start, {} wrong",
                              jdk.feature, mode.name, stacks.stacks.size(), 100 * share, wrong)
                      .c_str());
        for (const auto& [end, count] : ends) std::puts(fmt::format("  {:>5} {}", count, end).c_str());
    }
}

TEST_CASE("live: a virtual thread's frames are its carrier's, as far as they are on a stack") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {}, {"threads=0", "warm=1000", jdk.feature >= 21 ? "virtual=2" : "virtual=0"},
                      "StackRunners");
    if (jdk.feature < 21) {
        CHECK(tids_of(jvm, "ForkJoinPool-1-").empty());  // there are none
        return;
    }
    REQUIRE(comes_true([&] {
        const auto report = nmtx_json({"threads", jvm.pid_text(), "--stacks=all", "--interval=0"});
        std::size_t mounted = 0;
        for (const auto& thread : report["threads"]) {
            const auto& frames = thread["stack_frames"];
            const bool runs = std::any_of(frames.begin(), frames.end(), [](const auto& frame) {
                return frame["name"].is_string() && frame["name"] == "StackRunners$Runner.level1";
            });
            const std::string end = thread.value("stack_frames_end", "");
            mounted += runs && (end == "heap" || end == "bottom") ? 1U : 0U;
        }
        return mounted > 0;
    }));
    CHECK(jvm.alive());
}

TEST_CASE("live: a capture with stacks shows them again as the live report did, without a word of the JVM") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const LiveJvm jvm(jdk, {}, {"each=1", "rounds=10"}, "StackShapes");
    const std::string file = folder.path() + "/stacks.nmtx";
    const Outcome live = run_nmtx(
        {"threads", jvm.pid_text(), "--stacks=all", "--interval=0", "--attach=never", "--all", "-o", file});
    REQUIRE(live.exit_code == 0);
    CHECK(live.out.find("at StackShapes.down(StackShapes.java:") != std::string::npos);
    const auto started = live.out.find("at java.lang.Thread.run(Thread.java:");
    CHECK(live.out.find("libjvm.so", started) != std::string::npos);  // and whatever called it
    CHECK(run_nmtx({"threads", file, "--all"}).out == live.out);
    const std::string redacted = run_nmtx({"report", file, "--redact", "--json"}).out;
    CHECK(redacted.find("StackShapes") == std::string::npos);
    CHECK(redacted.find("java.lang.Thread.run") != std::string::npos);
}
