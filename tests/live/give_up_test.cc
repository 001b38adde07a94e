// Attaching that is given up while the JVM is in a pause: the JVM must print no thread dump, and must answer
// afterwards.
#include <poll.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

#include "catch.h"
#include "live/comes_true.h"
#include "live/live_jvm.h"

using namespace nmtx::live;
using namespace std::chrono_literals;

namespace {

std::string in_tmp(const LiveJvm& jvm, const std::string& name) {
    return "/proc/" + jvm.pid_text() + "/root/tmp/" + name + jvm.pid_text();
}

}  // namespace

TEST_CASE(
    "live: thirty attaches that are given up in pauses cause no thread dump, and the JVM answers after "
    "each") {
    // One thread follows the chain, so that each collection takes some hundred milliseconds.
    LiveJvm jvm(jdk_under_test(), {"-XX:NativeMemoryTracking=summary", "-XX:+UseSerialGC", "-Xmx400m"},
                {"chain=3000000"});
    int refused = 0;
    for (int round = 0; round < 10; ++round) {
        CAPTURE(round);
        // As a cleaner of /tmp does, which takes what is old, not a socket that a guard of its trigger has
        // yet to see: the listener has to be started anew.
        CHECK(comes_true([&] { return !std::filesystem::exists(in_tmp(jvm, ".attach_pid")); }));
        std::error_code ignored;
        std::filesystem::remove(in_tmp(jvm, ".java_pid"), ignored);
        std::thread pause([&] { jvm.take("gc=2"); });
        for (int attempt = 0; attempt < 3; ++attempt) {
            if (attempt == 1) {  // Ctrl-C
                const pid_t nmtx = start_nmtx({"nmt", jvm.pid_text(), "summary"});
                poll(nullptr, 0, 60);
                kill(nmtx, SIGINT);
                int status = 0;
                waitpid(nmtx, &status, 0);
                refused += WIFSIGNALED(status) ? 1 : 0;
            } else {
                refused += run_nmtx({"nmt", jvm.pid_text(), "summary", "--attach-timeout=30ms"}).exit_code;
            }
        }
        pause.join();
        const Outcome after = run_nmtx({"nmt", jvm.pid_text(), "summary", "--attach-timeout=60s"});
        CHECK(after.exit_code == 0);
        CHECK(after.out.find("Native Memory Tracking:") != std::string::npos);
    }
    CHECK(refused >= 5);  // otherwise there were no pauses
    CHECK(comes_true([&] { return !std::filesystem::exists(in_tmp(jvm, ".attach_pid")); }));
    CHECK(jvm.printed().find("Full thread dump") == std::string::npos);
    CHECK(jvm.alive());
}
