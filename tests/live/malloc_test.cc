// The walk over malloc in live JVMs: what JNI code holds is found to the block, what NMT tracks to the byte.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "catch.h"
#include "live/live_jvm.h"

using namespace nmtx::live;

namespace {

constexpr std::uint64_t leaked_blocks = 177719;
constexpr std::uint64_t leaked_usable =
    1016;  // of malloc(1009); 16 more where malloc does not split the rest off

const std::vector<std::string>& leaking() {
    static const std::vector<std::string> arguments{"leak=177719x1009", "jnithreads=8", "bigleak=3x2000003",
                                                    "inflater=10", "freed=20000x331"};
    return arguments;
}

std::vector<std::string> options(const std::string& nmt_level) {
    return {"-XX:NativeMemoryTracking=" + nmt_level, "-XX:+UseSerialGC", "-Xms64m", "-Xmx64m"};
}

std::uint64_t number(const nlohmann::json& object, const char* key) {
    return object[key].get<std::uint64_t>();
}

// What `malloc.untracked` gives to the library of the leaked blocks' size, in `figure`: "blocks" or "bytes".
std::uint64_t leaked(const nlohmann::json& malloc, const char* figure) {
    std::uint64_t sum = 0;
    for (const auto& row : malloc["untracked"]) {
        const bool size = row["block_bytes"] == leaked_usable || row["block_bytes"] == leaked_usable + 16;
        if (row["owner"] == "libtarget.so" && size) sum += number(row, figure);
    }
    return sum;
}

// To the block, and to the byte: each block has 8 bytes of header more than the target may use.
void check_leak(const nlohmann::json& malloc, const LiveJvm& jvm) {
    CHECK(leaked(malloc, "blocks") == leaked_blocks);
    CHECK(leaked(malloc, "bytes") == jvm.truth("leak_usable_bytes") + 8 * leaked_blocks);
}

double rss_share_or_256_kib(const nlohmann::json& report) {
    return std::max(0.001 * static_cast<double>(number(report, "rss_bytes")), 256.0 * 1024);
}

// Requests to the JVM hold memory of their own while NMT counts ("Internal"), and make and drop arenas
// ("Arena Chunk").
bool moves_with_the_question(const std::string& category) {
    return category == "Internal" || category == "Arena Chunk";
}

// JDK 8 tells NMT's figures in KB; the JVM goes on between its answer and the walk.
void check_categories(const nlohmann::json& malloc, int feature) {
    CHECK(malloc["tracked_by_category"].size() >= 5);
    std::size_t equal = 0, compared = 0;
    for (const auto& category : malloc["tracked_by_category"]) {
        if (category["nmt_bytes"].is_null()) continue;
        const auto found = category["bytes"].get<double>(), told = category["nmt_bytes"].get<double>();
        const auto name = category["name"].get<std::string>();
        CAPTURE(name, found, told);
        const double allowed =
            moves_with_the_question(name) ? 2 << 20 : std::max(0.001 * told, feature == 8 ? 4096.0 : 1024.0);
        CHECK(std::abs(found - told) <= allowed);
        ++compared;
        if (std::abs(found - told) < 1) ++equal;
    }
    fmt::print("measured: JDK {} {} of {} NMT categories equal to the byte\n", feature, equal, compared);
}

// The states of a process's threads, as in "SSSR".
std::string thread_states(pid_t pid) {
    std::string states;
    for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid))) {
        std::ifstream status(task.path() / "status");
        for (std::string line; std::getline(status, line);) {
            if (line.rfind("State:\t", 0) == 0) states += line[7];
            if (line.rfind("TracerPid:\t", 0) == 0) CHECK(line == "TracerPid:\t0");
        }
    }
    return states;
}

std::uint64_t resident_pages(pid_t pid) {
    std::ifstream statm(fmt::format("/proc/{}/statm", pid));
    std::uint64_t size = 0, resident = 0;
    statm >> size >> resident;
    return resident;
}

// A JVM that has just started grows by a few pages of its own now and then; a walk that faulted anything in
// would add to it each time.
bool walks_without_a_page_more(const LiveJvm& jvm, const std::vector<std::string>& command) {
    constexpr int tries = 10;
    for (int i = 0; i < tries; ++i) {
        const std::uint64_t before = resident_pages(jvm.pid());
        const Outcome walk = run_nmtx(command);
        const std::uint64_t after = resident_pages(jvm.pid());
        INFO(walk.err);
        CHECK(walk.exit_code == 0);
        if (after == before) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("live malloc: a JNI leak is found to the block, and NMT's blocks sum to what NMT says") {
    const Jdk jdk = jdk_under_test();
    for (const char* level : {"summary", "detail"}) {
        const LiveJvm jvm(jdk, options(level), leaking());
        const auto report = nmtx_json({jvm.pid_text()});
        const auto& malloc = report["malloc"];
        INFO("JDK " << jdk.feature << " NMT=" << level << "\n" << malloc.dump(1));
        CHECK(malloc["allocator"] == "glibc");
        CHECK(malloc["arenas"].size() >= 2);
        check_leak(malloc, jvm);
        CHECK(number(malloc, "live_untracked_bytes") >= jvm.truth("leak_bytes") + jvm.truth("bigleak_bytes"));
        check_categories(malloc, jdk.feature);

        std::uint64_t rows = 0;
        for (const auto& owner : report["owners"]) rows += number(owner, "resident_bytes");
        CHECK(rows == number(report, "rss_bytes"));
        CHECK(report["unexplained_bytes"].get<double>() < rss_share_or_256_kib(report));
        fmt::print("measured: JDK {} NMT={} leak {} of {} blocks, unexplained {} of {} B\n", jdk.feature,
                   level, leaked(malloc, "blocks"), leaked_blocks, number(report, "unexplained_bytes"),
                   number(report, "rss_bytes"));

        check_leak(nmtx_json({"malloc", jvm.pid_text()})["malloc"], jvm);
        CHECK(jvm.alive());
    }
}

TEST_CASE("live malloc: without NMT the leak is found as well") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, options("off"), leaking());
    const auto report = nmtx_json({jvm.pid_text()});
    INFO(report["malloc"].dump(1));
    check_leak(report["malloc"], jvm);
    CHECK(number(report["malloc"], "live_tracked_bytes") == 0);
}

TEST_CASE("live malloc: the JVM has as many resident pages after a walk as before") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, options("summary"), leaking());
    CHECK(walks_without_a_page_more(jvm, {"malloc", jvm.pid_text(), "--attach=never"}));
}

TEST_CASE("live malloc: the leaked blocks can be looked into, and no page more is resident for it") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, options("summary"), leaking());
    const std::vector<std::string> command{"malloc", jvm.pid_text(), "--attach=never", "--peek", "1016"};
    CHECK(walks_without_a_page_more(jvm, command));
    const Outcome peek = run_nmtx(command);
    INFO(peek.out << peek.err);
    CHECK(peek.exit_code == 0);
    CHECK(peek.err.empty());
    const auto at = peek.out.find("Peek: 64 of 177,7");
    REQUIRE(at != std::string::npos);
    CHECK(peek.out.find("first words of the blocks point into\n            64  libtarget.so\n", at) !=
          std::string::npos);
    const Outcome none = run_nmtx({"malloc", jvm.pid_text(), "--attach=never", "--peek", "1010"});
    CHECK(none.exit_code == 1);
    CHECK(none.err.find("no untracked block of 1,010 usable bytes is in use; nearest sizes: ") !=
          std::string::npos);
    CHECK(none.err.find(" 1016") != std::string::npos);
}

TEST_CASE("live malloc: a JVM that was stopped for the walk runs on, traced by nobody") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, options("summary"), leaking());
    const auto report = nmtx_json({"malloc", jvm.pid_text(), "--freeze"});
    check_leak(report["malloc"], jvm);
    CHECK(jvm.alive());
    CHECK(thread_states(jvm.pid()).find_first_of("tTZX") == std::string::npos);
    // It answers, which takes its threads.
    CHECK(nmtx_json({jvm.pid_text()})["java"]["feature"] == jdk.feature);
}
