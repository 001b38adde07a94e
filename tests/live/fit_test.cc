// `nmtx fit` of live JVMs: what it measures against what the target says that it took.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "catch.h"
#include "live/comes_true.h"
#include "live/live_jvm.h"
#include "live/memory_cgroup.h"

using namespace nmtx::live;

namespace {

std::int64_t line_of(const nlohmann::json& fit, const std::string& name) {
    for (const auto& line : fit["lines"]) {
        if (line["name"] == name) return line["bytes"].get<std::int64_t>();
    }
    return 0;
}

bool move_to(const std::string& cgroup, pid_t pid) {
    std::ofstream out(cgroup + "/cgroup.procs");
    out << pid << std::flush;
    return out.good();
}

// A process in that cgroup with so many resident bytes of its own.
class Neighbour {
  public:
    Neighbour(const std::string& cgroup, std::size_t bytes) {
        pid_ = ::fork();
        if (pid_ != 0) return;
        if (!move_to(cgroup, ::getpid())) ::_exit(1);
        std::vector<char> memory(bytes, 'x');
        while (memory.front() == 'x') ::pause();
        ::_exit(0);
    }
    Neighbour(const Neighbour&) = delete;
    Neighbour& operator=(const Neighbour&) = delete;
    ~Neighbour() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

  private:
    pid_t pid_ = -1;
};

// A cgroup below another one. Where version 2 gives it no memory controller, nothing is there to be tested.
class CgroupBelow {
  public:
    CgroupBelow(const MemoryCgroup& above, const std::string& name) : path_(above.path() + "/" + name) {
        std::ofstream(above.path() + "/cgroup.subtree_control") << "+memory" << std::flush;
        ::mkdir(path_.c_str(), 0755);
    }
    CgroupBelow(const CgroupBelow&) = delete;
    CgroupBelow& operator=(const CgroupBelow&) = delete;
    ~CgroupBelow() {
        for (int i = 0; i < 100 && ::rmdir(path_.c_str()) != 0; ++i) ::usleep(20'000);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace

TEST_CASE("live: what a limit leaves counts the other cgroups below it") {
    constexpr std::int64_t mib = 1 << 20;
    const MemoryCgroup pod(800 * mib);
    if (!pod.made()) {
        WARN("no cgroup with a memory limit could be made here: this is not tested");
        return;
    }
    const CgroupBelow own(pod, "own"), other(pod, "other");
    const LiveJvm jvm(jdk_under_test(), {"-Xmx64m"}, {});
    REQUIRE(move_to(own.path(), jvm.pid()));
    const auto container = [&] { return nmtx_json({jvm.pid_text(), "--attach=never"})["container"]; };
    const auto before = container();
    CHECK(before["limit_bytes"] == 800 * mib);
    CHECK(before["headroom_bytes"] > 500 * mib);
    const Neighbour neighbour(other.path(), 400 * mib);
    nlohmann::json after;
    REQUIRE(comes_true([&] {
        after = container();
        return after["headroom_bytes"] < 400 * mib;
    }));
    INFO(after.dump(1));
    CHECK(after["headroom_bytes"] > 200 * mib);
    CHECK(after["reclaimable_headroom_bytes"] < 400 * mib);
    CHECK(after["current_bytes"] < 200 * mib);
    CHECK(run_nmtx({jvm.pid_text(), "--attach=never", "--all"})
              .out.find("The limit of a cgroup above is closer") != std::string::npos);
}

TEST_CASE("live: JNI memory and direct buffers leave so much less for the heap, Java objects do not",
          "[any-jdk]") {
    const LiveJvm plain(jdk_under_test(), {"-Xmx256m", "-XX:NativeMemoryTracking=summary"}, {"threads=5"});
    const LiveJvm native(jdk_under_test(), {"-Xmx256m", "-XX:NativeMemoryTracking=summary"},
                         {"threads=5", "leak=60000x1009", "direct=40"});
    const LiveJvm java(jdk_under_test(), {"-Xmx256m", "-XX:NativeMemoryTracking=summary"},
                       {"threads=5", "heap=100000000"});
    const auto fit = [](const LiveJvm& jvm) { return nmtx_json({"fit", jvm.pid_text(), "--limit", "2GiB"}); };
    const auto of_plain = fit(plain), of_native = fit(native), of_java = fit(java);
    // A heap that was given back meanwhile stands in the peak, which nothing tells from other memory.
    const auto heap = [](const nlohmann::json& json) {
        return json["heap_bytes"].get<std::int64_t>() + line_of(json, "peak RSS");
    };
    const auto taken = static_cast<std::int64_t>(native.truth("leak_bytes") + native.truth("direct_bytes"));
    REQUIRE(taken > 100'000'000);
    // Of the difference at most a fifth more is headroom.
    const std::int64_t less = heap(of_plain) - heap(of_native);
    CHECK(less > taken - (8 << 20));
    CHECK(less < taken + taken / 5 + (24 << 20));
    INFO(of_java.dump(1));
    CHECK(std::abs(heap(of_plain) - heap(of_java)) < (24 << 20));
    CHECK(of_plain["max_heap_now_bytes"] == std::int64_t{256} << 20);
    std::int64_t sum = 0;
    for (const auto& line : of_native["lines"]) sum += line["bytes"].get<std::int64_t>();
    CHECK(sum == of_native["taken_bytes"].get<std::int64_t>());
    CHECK(line_of(of_native, "resident outside the heap") > taken);
}

TEST_CASE("live: fit of a capture is that of its moment, and a limit that is too small proposes nothing",
          "[any-jdk]") {
    const Folder folder;
    const std::string file = folder.path() + "/a.nmtx";
    const LiveJvm jvm(jdk_under_test(), {"-Xmx64m"}, {});
    REQUIRE(run_nmtx({"capture", jvm.pid_text(), "-o", file}).exit_code == 0);
    const Outcome fit = run_nmtx({"fit", file, "--limit=512M"});
    CHECK(fit.exit_code == 0);
    CHECK(fit.out.find("Proposed: -Xmx") != std::string::npos);
    CHECK(run_nmtx({"fit", file, "--limit=512M"}).out == fit.out);
    const Outcome tight = run_nmtx({"fit", file, "--limit=20M"});
    CHECK(tight.exit_code == 3);
    CHECK(tight.out.find("No heap fits") != std::string::npos);
}
