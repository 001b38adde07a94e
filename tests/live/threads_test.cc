// The report on threads, on live JVMs whose threads keep accounts of themselves.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "catch.h"
#include "live/live_jvm.h"
#include "platform/child.h"

using namespace nmtx::live;

namespace {

constexpr const char* accounts_file = "/tmp/nmtx-live-accounts";

nlohmann::json thread_named(const nlohmann::json& report, const std::string& name) {
    for (const auto& thread : report["threads"]) {
        if (thread["name"] == name) return thread;
    }
    throw std::runtime_error("no thread is called " + name);
}

// "MONOTONIC_NS NAME CPU_NS", by name.
using Accounts = std::map<std::string, std::vector<std::pair<std::uint64_t, std::uint64_t>>>;

Accounts read_accounts(const std::string& path) {
    Accounts accounts;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        const auto first = line.find(' '), last = line.rfind(' ');
        if (first == std::string::npos || last <= first) continue;
        accounts[line.substr(first + 1, last - first - 1)].emplace_back(std::stoull(line.substr(0, first)),
                                                                        std::stoull(line.substr(last + 1)));
    }
    return accounts;
}

// The share between the rounds that lie nearest to both ends.
double share_between(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& rounds, std::uint64_t from,
                     std::uint64_t to) {
    const auto nearest = [&](std::uint64_t at) {
        return *std::min_element(rounds.begin(), rounds.end(), [&](const auto& a, const auto& b) {
            const auto distance = [&](std::uint64_t t) { return t > at ? t - at : at - t; };
            return distance(a.first) < distance(b.first);
        });
    };
    const auto begin = nearest(from), end = nearest(to);
    return 100 * static_cast<double>(end.second - begin.second) /
           static_cast<double>(end.first - begin.first);
}

// When the kernel was read first and last, by the capture's own documents.
std::uint64_t read_at(const std::string& capture, const std::string& document) {
    const Outcome tasks = run({"tar", "--zstd", "-xOf", capture, document});
    const auto at = tasks.out.find("\nat ");
    if (tasks.exit_code != 0 || at == std::string::npos) throw std::runtime_error("no " + document);
    return std::stoull(tasks.out.substr(at + 4));
}

std::uint64_t stacks_in_ledger(const nlohmann::json& report) {
    std::uint64_t sum = 0;
    for (const auto& owner : report["owners"]) {
        const auto path = owner["path"].get<std::string>();
        if (path == "jvm/thread stack" || path.rfind("stack/", 0) == 0)
            sum += owner["resident_bytes"].get<std::uint64_t>();
    }
    return sum;
}

}  // namespace

TEST_CASE("live: busy threads have the CPU that their own accounts say, within 2 points") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const LiveJvm jvm(jdk, {"-Xmx128m"}, {"busy=10,25,40", std::string("accounts=") + accounts_file});
    const std::string capture = folder.path() + "/threads.nmtx";
    const auto report = nmtx_json({"threads", jvm.pid_text(), "--interval=2s", "-o", capture});
    const auto from = read_at(capture, "kernel/tasks before"), to = read_at(capture, "kernel/tasks");
    const Accounts accounts = read_accounts(jdk.chroot + accounts_file);
    REQUIRE(accounts.size() == 3);
    CHECK(std::abs(report["interval_s"].get<double>() - 2) < 1);
    for (const auto& [name, rounds] : accounts) {
        const auto thread = thread_named(report, name);
        const double truth = share_between(rounds, from, to);
        INFO("JDK " << jdk.feature << " " << name << " truth " << truth << "\n" << thread.dump(1));
        CHECK(std::abs(thread["cpu_percent"].get<double>() - truth) < 2);
        CHECK(thread["kind"] == "Java");
        REQUIRE(!thread["stack_frames"].empty());
        CHECK(thread["frames"].empty());
        std::puts(fmt::format("measured: JDK {:>2} {:<9} accounts {:5.2f} %, nmtx {:5.2f} %", jdk.feature,
                              name, truth, thread["cpu_percent"].get<double>())
                      .c_str());
    }
    const Outcome live = run_nmtx({"threads", capture});
    REQUIRE(live.exit_code == 0);
    CHECK(live.out.find("busy 40 %") < live.out.find("busy 10 %"));
}

TEST_CASE("live: every thread has its name and kind, whatever it calls itself") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=summary", "-XX:+UseG1GC", "-Xmx128m"},
                      {"oddnames=1", "jnithreads=3", "leak=30x1009", "pool=worker:64"});
    const auto report = nmtx_json({"threads", jvm.pid_text(), "--interval=100ms", "--dump"});
    INFO("JDK " << jdk.feature << "\n" << report["thread_counts"].dump(1));
    std::map<std::string, std::size_t> kinds;
    std::set<std::uint64_t> tids;
    std::size_t workers = 0, foreign = 0, longest = 0;
    for (const auto& thread : report["threads"]) {
        ++kinds[thread["kind"]];
        CHECK(tids.insert(thread["tid"].get<std::uint64_t>()).second);
        const auto name = thread["name"].get<std::string>();
        CHECK(name.find('\x1b') == std::string::npos);
        longest = std::max(longest, name.size());
        if (name.rfind("worker-", 0) == 0) ++workers;
        if (name.rfind("foreign-", 0) == 0) {
            ++foreign;
            CHECK(thread["kind"] == "native");
            CHECK(thread["library"].get<std::string>().find("libtarget.so") != std::string::npos);
        }
    }
    CHECK(workers == 64);
    CHECK(foreign == 3);
    CHECK(kinds["GC"] >= 3);
    CHECK(kinds["compiler"] >= 1);
    CHECK(kinds["VM"] >= 3);
    CHECK(kinds["native"] == 4);  // and the launcher's first thread
    CHECK(longest >= (jdk.feature == 8 ? 1900 : 65536));
    CHECK(thread_named(report, "スレッド-é-😀")["kind"] == "Java");
    CHECK(thread_named(report, "main")["kind"] == "Java");
    const auto& counts = report["thread_counts"];
    CHECK(counts["tasks"].get<int>() == counts["thread_print"].get<int>() + 4);
    CHECK(counts["nmt"].get<int>() >= counts["thread_print"].get<int>() - 1);
    const Outcome text = run_nmtx({"threads", jvm.pid_text(), "--interval=0"});
    CHECK(text.out.find("worker-#") != std::string::npos);
    CHECK(text.out.find('\x1b') == std::string::npos);
    CHECK(std::count(text.out.begin(), text.out.end(), '\n') < 80);
}

TEST_CASE("live: stacks sum to the ledger's rows, and depth shows in what is used and in the peak") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    for (const std::string level : {"off", "detail"}) {
        const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=" + level, "-Xmx128m"},
                          {"recursed=512", "deep=768", "threads=10", "jnithreads=3", "leak=30x1009"});
        const std::string file = folder.path() + "/" + level + ".nmtx";
        const Outcome live = run_nmtx({"threads", jvm.pid_text(), "--interval=100ms", "--all", "-o", file});
        REQUIRE(live.exit_code == 0);
        const Outcome replayed = run_nmtx({"threads", file, "--all"});
        CHECK(replayed.out == live.out);
        const auto report = nmtx_json({"threads", file});
        std::uint64_t sum = report["stacks"]["of_no_known_thread_resident_bytes"].get<std::uint64_t>();
        for (const auto& thread : report["threads"]) {
            if (!thread["stack"].is_null()) sum += thread["stack"]["resident_bytes"].get<std::uint64_t>();
        }
        INFO("JDK " << jdk.feature << " NMT=" << level << "\n" << live.out);
        CHECK(sum == report["stacks"]["resident_bytes"].get<std::uint64_t>());
        CHECK(sum == stacks_in_ledger(nmtx_json({"report", file})));
        constexpr std::uint64_t ahead = 160 << 10;  // HotSpot touches pages below the frames
        const auto recursed = thread_named(report, "recursed")["stack"];
        REQUIRE(!recursed.is_null());
        CHECK(recursed["hwm_bytes"].get<std::uint64_t>() >= jvm.truth("recursed_bytes"));
        CHECK(recursed["hwm_bytes"].get<std::uint64_t>() <= jvm.truth("recursed_bytes") + ahead);
        CHECK(recursed["used_bytes"].get<std::uint64_t>() < (64 << 10));
        const auto deep = thread_named(report, "deep")["stack"];
        REQUIRE(!deep.is_null());
        CHECK(deep["used_bytes"].get<std::uint64_t>() >= jvm.truth("deep_bytes"));
        CHECK(deep["used_bytes"].get<std::uint64_t>() <= jvm.truth("deep_bytes") + 8192);
        CHECK(deep["resident_bytes"].get<std::uint64_t>() >= jvm.truth("deep_bytes"));
        CHECK(deep["reserved_bytes"].get<std::uint64_t>() >= (1 << 20));
        CHECK(jvm.alive());
    }
}

TEST_CASE("live: a capture and a report with --interval hold what the report on threads holds") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const LiveJvm jvm(jdk, {"-Xmx128m", "-XX:NativeMemoryTracking=summary"},
                      {"threads=5", "busy=20", "spin=1"});
    const std::string file = folder.path() + "/with.nmtx";
    REQUIRE(run_nmtx({"capture", jvm.pid_text(), "--interval=300ms", "-o", file}).exit_code == 0);
    const auto threads = nmtx_json({"threads", file});
    CHECK(threads["interval_s"].get<double>() >= 0.3);
    CHECK(thread_named(threads, "busy 20 %")["named_by_jvm"] == true);
    const auto report = nmtx_json({"report", file});
    CHECK(report["threads"] == threads["threads"]);
    CHECK(report["thread_counts"] == threads["thread_counts"]);
    const Outcome text = run_nmtx({jvm.pid_text(), "--interval=300ms"});
    CHECK(text.out.find("Threads ") != std::string::npos);
    CHECK(text.out.find("busy 20 %") != std::string::npos);
    CHECK(text.out.find("% over 0.") != std::string::npos);
}

TEST_CASE(
    "live: threads take from arenas that the walk finds, and those that share a leak's arena hold the leak") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-Xmx128m"}, {"jnithreads=1", "leak=20000x1009", "threads=5"});
    const auto threads = nmtx_json({"threads", jvm.pid_text(), "--interval=100ms"});
    const auto malloc = nmtx_json({"malloc", jvm.pid_text()});
    std::map<std::string, double> live;
    for (const auto& arena : malloc["malloc"]["arenas"])
        live[arena["state"].get<std::string>()] = arena["live_untracked"]["bytes"].get<double>();
    std::size_t known = 0;
    for (const auto& thread : threads["threads"]) {
        if (thread["malloc_arena"].is_null()) continue;
        ++known;
        INFO(thread.dump(1));
        CHECK(live.count(thread["malloc_arena"]) == 1);
    }
    CHECK(known + 4 >= threads["threads"].size());  // all but the first thread, and those that ran
    CHECK(live.at(thread_named(threads, "foreign-0")["malloc_arena"]) > 20000.0 * 1009);
}

TEST_CASE("live: with a collector that moves objects at any time threads have the kernel's names") {
    const Jdk jdk = jdk_under_test();
    const std::vector<std::string> zgc =
        jdk.feature < 15 ? std::vector<std::string>{"-XX:+UnlockExperimentalVMOptions", "-XX:+UseZGC"}
                         : std::vector<std::string>{"-XX:+UseZGC"};
    if (!has_gc(jdk, zgc)) {
        CHECK(jdk.feature < 15);
        return;
    }
    std::vector<std::string> options = zgc;
    options.emplace_back("-Xmx128m");
    const LiveJvm jvm(jdk, options, {"threads=5"});
    const auto report = nmtx_json({"threads", jvm.pid_text(), "--interval=100ms", "--attach=never"});
    CHECK(report["thread_counts"]["thread_print"].is_null());
    CHECK(report["thread_counts"]["java_threads"].get<int>() > 10);
    for (const auto& thread : report["threads"]) {
        CHECK_FALSE(thread["named_by_jvm"].get<bool>());
        CHECK(thread["name"].get<std::string>().size() <= 15);
    }
    const Outcome text = run_nmtx({"threads", jvm.pid_text(), "--interval=0", "--attach=never"});
    CHECK(text.out.find("Names are the kernel's, cut to 15 bytes. Those in the heap cannot be read:") !=
          std::string::npos);
}

namespace {

// "NAME LONGEST-STOP-NS ROUNDS"
struct Spinner {
    double longest_stop_ms = 0;
    std::uint64_t rounds = 0;
};
std::map<std::string, Spinner> read_spinners(const std::string& path) {
    std::map<std::string, Spinner> spinners;
    std::ifstream in(path);
    std::string name;
    for (std::uint64_t stop = 0, rounds = 0; in >> name >> stop >> rounds;)
        spinners[name] = {static_cast<double>(stop) / 1e6, rounds};
    return spinners;
}

bool has_frame(const nlohmann::json& thread, const std::string& key, const std::string& part) {
    const auto& frames = thread["native_frames"];
    return std::any_of(frames.begin(), frames.end(), [&](const auto& frame) {
        return frame[key].is_string() &&
               frame[key].template get<std::string>().find(part) != std::string::npos;
    });
}

}  // namespace

TEST_CASE(
    "live: native frames of a busy thread by name, and those of a Java thread down to its Java frames") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const LiveJvm jvm(jdk, {"-Xmx128m"}, {"spin=2", "threads=3", "jnithreads=1", "leak=10x1009"});
    const auto names = nmtx_json({"threads", jvm.pid_text(), "--interval=0"});
    const std::string parked = thread_named(names, "target-parked-1")["tid"].dump();
    const std::string foreign = thread_named(names, "foreign-0")["tid"].dump();
    const std::string file = folder.path() + "/stacks.nmtx";
    const auto report = nmtx_json({"threads", jvm.pid_text(), "--interval=200ms", "--stacks=2", "--stack-of",
                                   parked, "--stack-of", foreign, "--dump", "-o", file});
    INFO("JDK " << jdk.feature << "\n" << report["threads"].dump(1));
    std::size_t with_stack = 0;
    for (const std::string name : {"spin-0", "spin-1"}) {
        const auto thread = thread_named(report, name);
        with_stack += thread["stack"].is_null() ? 0U : 1U;
        CHECK(has_frame(thread, "symbol", "spin_outer"));
        CHECK(has_frame(thread, "file", "libtarget.so"));
        CHECK(thread["native_frames_end"] == "bottom");
    }
    CHECK(with_stack == 2);  // their pointers are known, although they run
    const auto java = thread_named(report, "target-parked-1");
    CHECK(has_frame(java, "file", "libjvm.so"));
    CHECK(java["native_frames_end"] == "java");
    REQUIRE(java["frames"].size() > 2);
    CHECK(java["frames"][0].get<std::string>().find("park(") != std::string::npos);
    const auto native = thread_named(report, "foreign-0");
    CHECK(has_frame(native, "symbol", "work"));
    CHECK(native["native_frames_end"] == "bottom");
    const Outcome live = run_nmtx({"threads", file, "--all"});
    CHECK(live.out.find("spin_outer") != std::string::npos);
    const auto native_part = live.out.find("libjvm.so"), java_part = live.out.find("park(Native Method)");
    CHECK(native_part < java_part);
    CHECK(live.out.find("at java.lang.Thread.run(Thread.java:", java_part) != std::string::npos);
}

TEST_CASE(
    "live: nmtx killed at any moment of taking stacks leaves the target running, and stops it for a moment "
    "at most") {
    const Jdk jdk = jdk_under_test();
    constexpr const char* stops_file = "/tmp/nmtx-live-stops";
    const LiveJvm jvm(jdk, {"-Xmx128m"}, {"spin=6", std::string("stops=") + stops_file, "threads=190"});
    const std::string stops = jdk.chroot + stops_file;
    const auto rounds_of_all = [&] {
        std::map<std::string, std::uint64_t> rounds;
        for (const auto& [name, spinner] : read_spinners(stops)) rounds[name] = spinner.rounds;
        return rounds;
    };
    constexpr int kills = 100;
    const int tries = jdk.chroot.empty() ? kills : kills / 10;
    for (int i = 0; i < tries; ++i)
        kill_nmtx_after({"threads", jvm.pid_text(), "--interval=4ms", "--stacks=6"},
                        std::chrono::milliseconds(i * 60 / tries));
    const Outcome whole = run_nmtx({"threads", jvm.pid_text(), "--interval=100ms", "--stacks=6"});
    CHECK(whole.out.find("6 threads stopped") != std::string::npos);
    const auto before = rounds_of_all();
    REQUIRE(before.size() == 6);
    CHECK(nmtx::test::eventually([&] {
        const auto now = rounds_of_all();
        return std::all_of(before.begin(), before.end(),
                           [&](const auto& each) { return now.at(each.first) > each.second; });
    }));
    double longest = 0;
    for (const auto& [name, spinner] : read_spinners(stops))
        longest = std::max(longest, spinner.longest_stop_ms);
    CHECK(longest < 1000);  // let go in every case; how long it takes is measured, not judged, here
    std::puts(fmt::format("measured: JDK {:>2} longest stop of a thread {:.2f} ms, {} kills", jdk.feature,
                          longest, tries)
                  .c_str());
    CHECK(jvm.alive());
}
