// Which process is meant: by name, by command line, and asked on a terminal.
#include "catch.h"
#include "live/live_jvm.h"
#include "live/terminal.h"

using namespace nmtx::live;

TEST_CASE("live: a JVM is chosen by its name and its arguments, and several are listed with their PIDs",
          "[any-jdk]") {
    const LiveJvm one(jdk_under_test(), {}, {"pool=choose-one:1"});
    const LiveJvm two(jdk_under_test(), {}, {"pool=choose-two:1"});
    const auto report = nmtx_json({"--match", "pool=choose-one:1"});
    CHECK(report["pid"] == one.pid());
    const Outcome several = run_nmtx({"malloc", "--match", "pool=choose-(one|two):1"});
    CHECK(several.exit_code == 1);
    CHECK(several.out.empty());
    CHECK(several.err.find(one.pid_text()) != std::string::npos);
    CHECK(several.err.find(two.pid_text()) != std::string::npos);
    CHECK(several.err.find("type the PID of one: nmtx malloc ") != std::string::npos);
    const Outcome by_name = run_nmtx({"threads", "TARGET", "--json"});
    CHECK(by_name.exit_code == 1);  // both are of the class Target
    CHECK(by_name.err.find("JVMs with name 'TARGET'") != std::string::npos);
}

TEST_CASE("live: list has the arguments, the heap's limit and NMT's level without asking", "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {"-Xmx77m", "-XX:NativeMemoryTracking=summary"}, {"pool=listed:1"});
    bool found = false;
    for (const auto& row : nmtx_json({"list"})) {
        if (row["pid"] != jvm.pid()) continue;
        found = true;
        CHECK(row["main"] == "Target");
        CHECK(row["command"].get<std::string>().find("pool=listed:1") != std::string::npos);
        CHECK(row["heap_limit_bytes"].get<std::uint64_t>() >= (std::uint64_t{77} << 20U));
        CHECK(row["heap_limit_bytes"].get<std::uint64_t>() < (std::uint64_t{88} << 20U));
        CHECK(row["nmt_level"] == "summary");
        CHECK(row["uptime_seconds"].get<double>() < 600);
    }
    CHECK(found);
}

TEST_CASE("live: without arguments nmtx asks on a terminal which JVM is meant, and reports on that one",
          "[any-jdk]") {
    const LiveJvm one(jdk_under_test(), {}, {"pool=asked-one:1"});
    const LiveJvm two(jdk_under_test(), {}, {"pool=asked-two:1"});
    TerminalProgram asked({}, {.width = 120, .height = 60});
    REQUIRE(asked.shows("Report on which one? [1-"));
    CHECK(asked.screen().find(one.pid_text()) != std::string::npos);
    asked.type("nobody\r");
    CHECK(asked.shows("'nobody' is not a number from 1 to "));
    asked.type(two.pid_text() + "\r");
    CHECK(asked.end() == 0);
    CHECK(asked.output().find("pid " + two.pid_text()) != std::string::npos);
    TerminalProgram none({}, {.width = 120, .height = 60});
    REQUIRE(none.shows("Enter for none"));
    none.type("\r");
    CHECK(none.end() == 0);
}

TEST_CASE("live: doctor finds a JVM of ours fit for a report, and asks it nothing", "[any-jdk]") {
    const LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=detail"}, {});
    const auto doctor = nmtx_json({"doctor", jvm.pid_text()});
    CHECK(doctor["report_possible"] == true);
    for (const auto& check : doctor["checks"]) {
        const auto name = check["check"].get<std::string>();
        INFO(check.dump());
        if (name == "smaps" || name == "memory" || name == "hsperfdata" || name == "attach" || name == "NMT")
            CHECK(check["ability"] == "ok");
        // The attach listener would be there, had it been asked.
        if (name == "attach") CHECK(check["found"].get<std::string>().find("SIGQUIT") != std::string::npos);
    }
}
