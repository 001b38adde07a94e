// What looking at threads does to a JVM: nothing that stays, whatever becomes of nmtx.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "catch.h"
#include "live/comes_true.h"
#include "live/live_jvm.h"

using namespace nmtx::live;

namespace {

namespace fs = std::filesystem;

std::string field_of(const fs::path& status, const std::string& name) {
    std::ifstream in(status);
    for (std::string line; std::getline(in, line);) {
        if (line.rfind(name + ":\t", 0) == 0) return line.substr(name.size() + 2);
    }
    return {};
}

// How many threads of it somebody traces, or has stopped. One that has ended meanwhile is neither.
std::size_t held_threads(const LiveJvm& jvm) {
    std::size_t held = 0;
    for (const auto& task : fs::directory_iterator("/proc/" + jvm.pid_text() + "/task")) {
        const std::string state = field_of(task.path() / "status", "State"),
                          tracer = field_of(task.path() / "status", "TracerPid");
        if ((!tracer.empty() && tracer != "0") || state.rfind('T', 0) == 0 || state.rfind('t', 0) == 0)
            ++held;
    }
    return held;
}

std::uint64_t resident_kb(const LiveJvm& jvm) {
    std::istringstream rss(field_of("/proc/" + jvm.pid_text() + "/status", "VmRSS"));
    std::uint64_t kb = 0;
    rss >> kb;
    return kb;
}

std::uintmax_t lines_of(const std::string& file) {
    std::ifstream in(file);
    return static_cast<std::uintmax_t>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
}

// Processes of the program under test.
std::size_t running_nmtx() {
    const fs::path program = fs::canonical(nmtx_command({}).front());
    std::size_t running = 0;
    std::error_code error;
    for (const auto& process : fs::directory_iterator("/proc"))
        running += fs::read_symlink(process.path() / "exe", error) == program ? 1U : 0U;
    return running;
}

// NMTX_KILLS=200 for a measurement.
int kills_wanted(int usually) {
    const char* const wanted = std::getenv("NMTX_KILLS");
    return wanted != nullptr ? std::atoi(wanted) : usually;
}

int duration_ms(const std::vector<std::string>& arguments) {
    const auto begin = std::chrono::steady_clock::now();
    CHECK(run_nmtx(arguments).exit_code == 0);
    return static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin)
            .count());
}

}  // namespace

TEST_CASE("live: nmtx killed at a random instant of taking stacks leaves no thread stopped or traced",
          "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-Xmx128m"}, {"threads=200", "spin=2"});
    const auto whole = nmtx_json({"threads", jvm.pid_text(), "--stacks=all", "--interval=0"});
    const std::string main = std::to_string(jvm.pid());
    const int kills = kills_wanted(40);
    const auto seed = static_cast<unsigned>(std::random_device()());
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::vector<std::string> of_all{"threads", main, "--stacks=all", "--interval=0", "--attach=never"},
        of_one{"threads", main, "--stack-of", main, "--interval=0", "--attach=never"};
    // The instants are of the time that each takes here.
    std::uniform_int_distribution<int> all_ms(0, duration_ms(of_all)), one_ms(0, duration_ms(of_one));
    int alive_at_kill = 0;
    for (int i = 0; i < kills; ++i) {
        const bool all = i % 2 == 0;
        const std::chrono::milliseconds after(all ? all_ms(random) : one_ms(random));
        alive_at_kill += kill_nmtx_after(all ? of_all : of_one, after) ? 1 : 0;
        // The kernel lets go of the threads while the killed process is taken apart, before it can be waited
        // for; what it has forked may still be on its way out, and traces nobody.
        CHECK(held_threads(jvm) == 0);
    }
    CHECK(jvm.alive());
    CHECK(held_threads(jvm) == 0);
    CHECK(alive_at_kill > kills / 4);  // else the instants were not of the time in which it works
    const Outcome answer = run_nmtx({"nmt", main, "summary"});
    CHECK((answer.out + answer.err).find("Native memory tracking is not enabled") != std::string::npos);
    CHECK(nmtx_json({"threads", main, "--stacks=all", "--interval=0"})["threads"].size() + 2 >=
          whole["threads"].size());
    std::puts(fmt::format("measured: JDK {:>2} {} kills at random instants, {} while nmtx ran; none held",
                          jdk.feature, kills, alive_at_kill)
                  .c_str());
}

TEST_CASE("live: nmtx stacks killed at a random instant leaves no thread held, and nothing of its own behind",
          "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    LiveJvm jvm(jdk, {"-Xmx128m"}, {"threads=6", "idle=40", "warm=500"}, "StackShares");
    const int kills = kills_wanted(20);
    const auto seed = static_cast<unsigned>(std::random_device()());
    INFO("seed " << seed);
    std::mt19937 random(seed);
    // Its child has work two seconds after the start.
    std::uniform_int_distribution<int> ms(0, 2400);
    int alive_at_kill = 0;
    for (int i = 0; i < kills; ++i) {
        std::vector<std::string> arguments{"stacks", jvm.pid_text(), "--for", "30s",
                                           "--hz",   "200",          "-o",    folder.path() + "/cpu.html"};
        if (i % 2 == 1) arguments.emplace_back("--wall");
        alive_at_kill += kill_nmtx_after(arguments, std::chrono::milliseconds(ms(random))) ? 1 : 0;
        CHECK(held_threads(jvm) == 0);
    }
    CHECK(alive_at_kill > kills * 3 / 4);
    CHECK(comes_true([] { return running_nmtx() == 0; }));
    const auto before = jvm.take("");
    CHECK(comes_true([&] { return jvm.take("").at("rounds") > before.at("rounds") + 20; }));
    CHECK(held_threads(jvm) == 0);
    CHECK(fs::is_empty(folder.path()));
    CHECK(jvm.alive());
    std::puts(fmt::format("measured: JDK {:>2} {} kills of `nmtx stacks`, {} while it ran; none held",
                          jdk.feature, kills, alive_at_kill)
                  .c_str());
}

TEST_CASE("live: what threads do is shown without a safepoint, and the target's RSS stays as it is") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const std::string log = "/tmp/nmtx-live-safepoints-" + std::to_string(::getpid());
    const std::vector<std::string> logging =
        jdk.feature == 8
            ? std::vector<std::string>{"-XX:+PrintSafepointStatistics", "-XX:PrintSafepointStatisticsCount=1",
                                       "-XX:+UnlockDiagnosticVMOptions", "-XX:+LogVMOutput",
                                       "-XX:LogFile=" + log}
            : std::vector<std::string>{"-Xlog:safepoint*=debug:file=" + log};
    std::vector<std::string> options = logging;
    // No safepoints of the JVM's own accord either.
    for (const char* const option : {"-Xmx128m", "-XX:+UseSerialGC", "-XX:+UnlockDiagnosticVMOptions",
                                     "-XX:GuaranteedSafepointInterval=0"})
        options.emplace_back(option);
    const LiveJvm jvm(jdk, options, {"threads=20", "spin=2"});
    const std::string file = jdk.chroot + log;
    REQUIRE(fs::exists(file));
    bool unchanged = false;
    nlohmann::json report;
    // The JVM may have business of its own in one run; not in each of them.
    CHECK(comes_true([&] {
        const auto lines = lines_of(file);
        const auto rss = resident_kb(jvm);
        report = nmtx_json({"threads", jvm.pid_text(), "--interval=200ms", "--attach=never"});
        unchanged = lines_of(file) == lines && resident_kb(jvm) == rss;
        return unchanged;
    }));
    std::size_t with_stack = 0, named = 0;
    for (const auto& thread : report["threads"]) {
        with_stack += thread["stack_frames"].empty() ? 0U : 1U;
        named += thread["named_by_jvm"].get<bool>() ? 1U : 0U;
    }
    CHECK(with_stack >= 2);
    CHECK(named > 20);
    // A dump does leave its lines: so the log would have shown one.
    const auto before = lines_of(file);
    REQUIRE(run_nmtx({"threads", jvm.pid_text(), "--interval=200ms", "--dump"}).exit_code == 0);
    CHECK(comes_true([&] { return lines_of(file) > before; }));
    fs::remove(file);
}

TEST_CASE("live: a JVM whose JDK was deleted has its stacks and names shown all the same") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    // A JDK of its own, which is removed while it runs, as an upgrade does.
    const fs::path home = fs::path(jdk.java).parent_path().parent_path();
    const fs::path copy = jdk.chroot + "/tmp/nmtx-live-jdk-" + std::to_string(::getpid());
    fs::remove_all(copy);
    REQUIRE(run({"cp", "-a", jdk.chroot + home.string() + "/.", copy.string()}).exit_code == 0);
    Jdk moved = jdk;
    moved.java = copy.string().substr(jdk.chroot.size()) + "/bin/java";
    const LiveJvm jvm(moved, {"-Xmx128m"}, {"threads=5", "spin=1"});
    fs::remove_all(copy);
    const auto report =
        nmtx_json({"threads", jvm.pid_text(), "--stacks=all", "--interval=0", "--attach=never"});
    std::size_t java = 0, parked = 0;
    for (const auto& thread : report["threads"]) {
        if (thread["name"].get<std::string>().rfind("target-parked-", 0) != 0) continue;
        ++parked;
        CHECK(thread["stack_frames_end"] == "bottom");
        for (const auto& frame : thread["stack_frames"]) {
            if (frame["name"].is_string() && frame["name"] == "java.lang.Thread.run") ++java;
        }
    }
    CHECK(parked == 5);
    CHECK(java >= 5);
    CHECK(jvm.alive());
}
