// What cannot be done is refused with a clear line, exit code 1, and the target runs on.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "catch.h"
#include "live/live_jvm.h"
#include "paths.h"
#include "text_parts.h"

using namespace nmtx::live;
using nmtx::test::has;

TEST_CASE("live: a JVM that was told to take no signals is not asked, and lives") {
    const Jdk jdk = jdk_under_test();
    SECTION(
        "-Xrs: HotSpot opens the attach socket at start then, so it answers without a signal, which would "
        "kill it") {
        const LiveJvm jvm(jdk, {"-Xrs", "-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {});
        CHECK(nmtx_json({jvm.pid_text()})["nmt"].is_object());
        CHECK(jvm.alive());
    }
    SECTION("-Xrs without that socket: no signal is sent") {
        const LiveJvm jvm(jdk, {"-Xrs", "-Xmx64m"}, {});
        const std::string socket = "/proc/" + jvm.pid_text() + "/root/tmp/.java_pid" + jvm.pid_text();
        REQUIRE(unlink(socket.c_str()) == 0);
        const Outcome outcome = run_nmtx({jvm.pid_text()});
        CHECK(outcome.exit_code == 0);
        CHECK(has(outcome.out, "Missing: hotspot/attach"));
        CHECK(jvm.alive());
    }
    SECTION("-XX:+DisableAttachMechanism") {
        const LiveJvm jvm(jdk, {"-XX:+DisableAttachMechanism", "-Xmx64m"}, {});
        const Outcome outcome = run_nmtx({jvm.pid_text()});
        CHECK(outcome.exit_code == 0);
        CHECK(has(outcome.out, "DisableAttachMechanism"));
        CHECK(jvm.alive());
    }
}

TEST_CASE("live: a stopped JVM is not waited for") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {});
    kill(jvm.pid(), SIGSTOP);
    const Outcome outcome = run_nmtx({jvm.pid_text(), "--attach-timeout", "2s"});
    kill(jvm.pid(), SIGCONT);
    CHECK(outcome.exit_code == 0);
    CHECK(has(outcome.out, "Missing: hotspot/attach"));
    CHECK(jvm.alive());
}

TEST_CASE("live: a process that is no JVM gets the kernel's ledger and no signal", "[any-jdk]") {
    const pid_t pid = fork();
    if (pid == 0) {
        execlp("sleep", "sleep", "600", nullptr);
        _exit(127);
    }
    Outcome outcome;
    for (int i = 0; i < 100 && !has(outcome.out, "sleep (not Java)"); ++i)
        outcome = run_nmtx({std::to_string(pid)});
    CHECK(outcome.exit_code == 0);
    CHECK(has(outcome.out, "No JVM is loaded in this process"));
    int status = 0;
    CHECK(waitpid(pid, &status, WNOHANG) == 0);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    const Outcome gone = run_nmtx({std::to_string(pid)});
    CHECK(gone.exit_code == 1);
    CHECK(has(gone.err, "no such process"));
    CHECK(gone.out.empty());
}

TEST_CASE("live: usage errors end with 2, what cannot be done with 1", "[any-jdk]") {
    CHECK(run_nmtx({"frobnicate"}).exit_code == 1);  // no JVM of that name
    CHECK(run_nmtx({"--frobnicate"}).exit_code == 2);
    CHECK(run_nmtx({}).exit_code == 0);  // the list
    CHECK(run_nmtx({"--version"}).exit_code == 0);
    CHECK(run_nmtx({"2"}).exit_code == 1);
    CHECK(run_nmtx({"report", "/no/such/file.nmtx"}).exit_code == 1);
}

TEST_CASE("live: damaged and cut captures are refused by name, and nothing partial is left behind",
          "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const LiveJvm jvm(jdk, {"-Xmx64m"}, {});
    const std::string file = folder.path() + "/whole.nmtx";
    REQUIRE(run_nmtx({"capture", jvm.pid_text(), "-o", file}).exit_code == 0);
    std::ifstream in(file, std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), {}};
    for (const std::size_t n : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
        const std::string cut = folder.path() + "/cut.nmtx";
        std::ofstream(cut, std::ios::binary | std::ios::trunc) << whole.substr(0, n);
        const Outcome outcome = run_nmtx({"report", cut});
        CHECK(outcome.exit_code == 1);
        CHECK(has(outcome.err, "cut.nmtx"));
        CHECK(outcome.out.empty());
    }
    SECTION("an existing file is not replaced unless asked") {
        CHECK(run_nmtx({"capture", jvm.pid_text(), "-o", file}).exit_code == 1);
        CHECK(run_nmtx({"capture", jvm.pid_text(), "-o", file, "--force"}).exit_code == 0);
    }
    SECTION("no room, no file") {
        const Outcome outcome =
            run({"sh", "-c", "ulimit -f 4; exec \"$@\"", "sh", nmtx::test::binary_dir() + "/nmtx", "capture",
                 jvm.pid_text(), "-o", folder.path() + "/full.nmtx"});
        CHECK(outcome.exit_code == 1);
        CHECK(run({"ls", "-A", folder.path()}).out == "cut.nmtx\nwhole.nmtx\n");
    }
}

TEST_CASE("live: the list names the JVM without asking it") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=summary", "-XX:+UseSerialGC", "-Xmx64m"}, {});
    const auto list = nmtx_json({"list"});
    bool found = false;
    for (const auto& entry : list) {
        if (entry["pid"] != jvm.pid()) continue;
        found = true;
        CHECK(entry["nmt_level"] == "summary");
        CHECK(entry["gc"] == "Serial");
        CHECK(entry["main"] == "Target");
        CHECK(entry["vm"] == "hotspot");
    }
    CHECK(found);
}
