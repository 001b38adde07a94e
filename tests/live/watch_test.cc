// `nmtx watch` on a pseudo-terminal, beside live JVMs.
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <regex>

#include "catch.h"
#include "live/live_jvm.h"
#include "live/terminal.h"

using namespace nmtx::live;

namespace {

// The second figure of the row that has this name: what it has changed by since the start, in MiB.
double since_start(const std::string& screen, const std::string& name) {
    const std::regex row(name + R"( +<?[0-9.]+ +([-+][0-9.]+))");
    std::smatch found;
    return std::regex_search(screen, found, row) ? std::stod(found[1]) : 0;
}

std::vector<std::string> captures_in(const std::string& directory) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) files.push_back(entry.path());
    return files;
}

}  // namespace

TEST_CASE("live: watch shows who has grown since the start, and malloc's blocks in their own view",
          "[any-jdk]") {
    LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary"}, {"leak=1000x1009", "pool=worker:9"});
    const Folder folder;
    // High enough for the blocks below the parts of malloc, without scrolling.
    TerminalProgram watch({"watch", jvm.pid_text(), "--every=300ms"},
                          {.height = 40, .directory = folder.path()});
    INFO(watch.screen());
    REQUIRE(watch.shows("file/jvm library"));
    CHECK(watch.shows("pid " + jvm.pid_text()));
    jvm.take("leak=20000x1009");
    CHECK(watch.wait_until([](const std::string& screen) {
        const std::regex rss(R"(RSS [0-9.]+ MiB +\+([0-9.]+) since the start)");
        std::smatch found;
        return std::regex_search(screen, found, rss) && std::stod(found[1]) > 15;
    }));
    watch.type("2");
    CHECK(watch.shows("worker-#"));
    watch.type("3");
    CHECK(watch.shows("untracked/libtarget.so"));
    // malloc may give one a little more, and the JVM have some of that size.
    const bool blocks = watch.wait_until([](const std::string& screen) {
        return std::regex_search(screen, std::regex("1,016 bytes, 2[01],[09][0-9][0-9] blocks"));
    });
    INFO(watch.screen());
    CHECK(blocks);
    jvm.take("leak=10000x1009");
    CHECK(watch.wait_until([](const std::string& screen) {
        return std::abs(since_start(screen, "untracked/libtarget.so") - 9.8) < 0.5;
    }));
    watch.resize(40, 15);
    CHECK(watch.shows("1 2 3 malloc  slrn sort"));
    watch.type("\t");
    CHECK(watch.shows("1 owners 2 3"));
    watch.type("q");
    CHECK(watch.end() == 0);
    CHECK(watch.restored());
}

TEST_CASE("live: watch saves what is on its screen, under names of their own, and a full capture",
          "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary"}, {"leak=1000x1009"});
    const Folder folder;
    TerminalProgram watch({"watch", jvm.pid_text(), "--every=60m"},
                          {.width = 120, .directory = folder.path(), .environment = {"NO_COLOR=1"}});
    REQUIRE(watch.shows("file/jvm library"));
    watch.type("c");
    CHECK(watch.shows("saved nmtx-" + jvm.pid_text() + "-"));
    watch.type("c");
    CHECK(watch.shows("-2.nmtx"));
    watch.type("h");
    CHECK(watch.shows("nmtx watch: keys"));
    watch.type("qC");
    CHECK(watch.wait_until([&](const std::string&) { return captures_in(folder.path()).size() == 3; }));
    watch.type("q");
    CHECK(watch.end() == 0);
    CHECK(watch.restored());
    CHECK(watch.output().find("\x1b[31m") == std::string::npos);  // NO_COLOR
    CHECK(watch.output().find("Read it with: nmtx report nmtx-") != std::string::npos);
    std::size_t walked = 0;
    for (const std::string& file : captures_in(folder.path())) {
        const auto report = nmtx_json({"report", file});
        CHECK(report["pid"] == jvm.pid());
        if (!report["malloc"].is_null() && report["malloc"].dump().find("libtarget.so") != std::string::npos)
            ++walked;
    }
    CHECK(walked == 1);
}

TEST_CASE("live: watch ends with its target, and says for how long it was watched", "[any-jdk]") {
    std::string pid;
    {
        auto jvm = std::make_unique<LiveJvm>(jdk_under_test(), std::vector<std::string>{},
                                             std::vector<std::string>{});
        pid = jvm->pid_text();
        TerminalProgram watch({"watch", pid, "--every=300ms"}, {});
        REQUIRE(watch.shows("file/jvm library"));
        jvm.reset();
        CHECK(watch.end() == 0);
        CHECK(watch.restored());
        CHECK(watch.output().find("nmtx: pid " + pid + " has ended; it was watched for ") !=
              std::string::npos);
    }
}

TEST_CASE("live: watch outlives a stopped JVM, answers to keys meanwhile, and goes on when it does",
          "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary"}, {});
    TerminalProgram watch({"watch", jvm.pid_text(), "--every=300ms"}, {});
    REQUIRE(watch.shows("jvm/java heap"));
    kill(jvm.pid(), SIGSTOP);
    CHECK(watch.shows("the rows are older"));
    watch.type("2");
    CHECK(watch.shows("since start  since last   % CPU"));
    kill(jvm.pid(), SIGCONT);
    CHECK(
        watch.wait_until([](const std::string& s) { return s.find("rows are older") == std::string::npos; }));
    watch.type("d");
    CHECK(watch.shows("nmtx threads: "));
    watch.type("q\x03");  // out of the dump, then Ctrl-C
    CHECK(watch.end() == 0);
    CHECK(watch.restored());
}

TEST_CASE("live: watch: a key that is held asks for one dump at a time, and none after it has been quit",
          "[any-jdk]") {
    LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary"}, {});
    TerminalProgram watch({"watch", jvm.pid_text(), "--every=60m"}, {});
    REQUIRE(watch.shows("jvm/java heap"));
    watch.type(std::string(100, 'd'));
    // A JVM that answers at once shows the dump before anybody has seen that it is asked.
    REQUIRE(watch.wait_until([](const std::string& screen) {
        return screen.find("reading threads") != std::string::npos ||
               screen.find("nmtx threads: ") != std::string::npos;
    }));
    const auto began = std::chrono::steady_clock::now();
    watch.type("\x03");
    CHECK(watch.end() == 0);
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
    CHECK(watch.restored());
}

TEST_CASE("live: watch that is told to end restores the terminal first, in the middle of a refresh too",
          "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {}, {});
    for (const int number : {SIGTERM, SIGHUP, SIGQUIT}) {
        TerminalProgram watch({"watch", jvm.pid_text(), "--every=200ms", "--malloc"}, {});
        REQUIRE(watch.wait_until([&](const std::string& screen) {
            return screen.find(number == SIGTERM ? "file/jvm library" : "pid ") != std::string::npos;
        }));
        watch.signal(number);
        const int code = watch.end();
        INFO(watch.output());
        CHECK(code == 128 + number);
        CHECK(watch.restored());
    }
    CHECK(jvm.alive());
}

TEST_CASE("live: watch refuses what is no terminal, or none that can be drawn on", "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {}, {});
    const Outcome piped = run_nmtx({"watch", jvm.pid_text()});
    CHECK(piped.exit_code == 1);
    CHECK(piped.err.find("terminal") != std::string::npos);
    CHECK(piped.err.find("nmtx record") != std::string::npos);
    for (const std::string term : {"dumb", "", "no-such-terminal"}) {
        CAPTURE(term);
        TerminalProgram watch({"watch", jvm.pid_text()}, {.term = term});
        CHECK(watch.end() == 1);
        CHECK(watch.output().find("nmtx: TERM=" + term) != std::string::npos);
        CHECK(watch.restored());
    }
    TerminalProgram nobody({"watch", "4194304"}, {});
    CHECK(nobody.end() == 1);
    CHECK(nobody.output().find("4194304") != std::string::npos);
}
