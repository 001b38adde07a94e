// What `nmtx malloc PID --owners` costs from its start to its end, beside its budget in the same run: 1.5 s
// per GB (2^30 bytes) of untracked memory and 0.6 s per GB of Java heap that is resident; of memory 64 MiB
// and 8 % of the untracked bytes. And what the target pays: its resident pages before and after, and the CPU
// time of its threads, beside a pause of the same length.
//   bench_owners_cost NMTX JAVA TARGETS [RUNS [OBJECTSxBLOCKSxSIZE [HEAP [OPTION…]]]]
// TARGETS: the folder with Target.class and libtarget.so (fixtures/targets). OPTIONs are the JVM's. Medians.
#include <fmt/format.h>
#include <poll.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "command_cost.h"
#include "output_of.h"
#include "started_program.h"

using nmtx::bench::output_of;

namespace {

using namespace nmtx::bench;

constexpr double gib = 1 << 30;

class HoldingJvm {
  public:
    explicit HoldingJvm(std::vector<std::string> command) : program_(std::move(command)) {
        while (const auto line = program_.line()) {
            ready_ = line->starts_with("ready ");
            if (ready_) break;
        }
    }
    [[nodiscard]] bool ready() const { return ready_; }
    [[nodiscard]] std::string pid() const { return program_.pid(); }
    [[nodiscard]] double resident_mib() const {
        std::ifstream statm("/proc/" + pid() + "/statm");
        double size = 0, resident = 0;
        statm >> size >> resident;
        return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
    }
    [[nodiscard]] double cpu_ms() const {
        std::ifstream all("/proc/" + pid() + "/stat");
        std::string word;
        double ticks = 0;
        for (int i = 1; i <= 15 && all >> word; ++i) {
            if (i >= 14) ticks += std::atof(word.c_str());
        }
        return ticks * 1000 / static_cast<double>(sysconf(_SC_CLK_TCK));
    }

  private:
    StartedProgram program_;
    bool ready_ = false;
};

// The figure behind a key; behind `within` where that is given.
double figure(const std::string& json, const std::string& key, const std::string& within = {}) {
    const auto from = within.empty() ? 0 : json.find("\"" + within + "\":");
    const auto at = from == std::string::npos ? from : json.find("\"" + key + "\":", from);
    return at == std::string::npos ? 0 : std::strtod(json.c_str() + at + key.size() + 3, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        fmt::print(
            stderr,
            "usage: bench_owners_cost NMTX JAVA TARGETS [RUNS [OBJECTSxBLOCKSxSIZE [HEAP [OPTION…]]]]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    const std::string nmtx = argv[1], targets = argv[3];
    const int runs = argc > 4 ? std::max(1, std::atoi(argv[4])) : 5;
    std::vector<std::string> command{argv[2], "-XX:NativeMemoryTracking=summary"};
    for (int i = 7; i < argc; ++i) command.emplace_back(argv[i]);
    for (const std::string& word :
         {std::string("-cp"), targets, std::string("Target"), "lib=" + targets + "/libtarget.so",
          "held=" + std::string(argc > 5 ? argv[5] : "20000x10x1000"),
          "heap=" + std::string(argc > 6 ? argv[6] : "268435456")})
        command.push_back(word);
    const HoldingJvm jvm(command);
    if (!jvm.ready()) {
        fmt::print(stderr, "the target did not start\n");
        return 1;
    }
    const std::vector<std::string> owners{nmtx, "malloc", jvm.pid(), "--owners", "--json"};
    const std::string json = output_of(nmtx + " malloc " + jvm.pid() + " --owners --json");
    const double untracked = figure(json, "live_untracked_bytes"),
                 heap = figure(json, "resident_bytes", "java_heap");
    std::vector<double> wall, cpu, peak, plain, before, after, paid, idle;
    bool failed = json.empty();
    for (int i = 0; i < runs; ++i) {
        before.push_back(jvm.resident_mib());
        const double cpu_before = jvm.cpu_ms();
        const Cost cost = cost_of(owners);
        paid.push_back(jvm.cpu_ms() - cpu_before);
        after.push_back(jvm.resident_mib());
        failed = failed || cost.failed;
        wall.push_back(cost.wall_ms);
        cpu.push_back(cost.cpu_ms);
        peak.push_back(static_cast<double>(cost.max_rss_kib) / 1024);
        const double idle_before = jvm.cpu_ms();
        poll(nullptr, 0, static_cast<int>(cost.wall_ms));
        idle.push_back(jvm.cpu_ms() - idle_before);
        plain.push_back(cost_of({nmtx, "malloc", jvm.pid(), "--json"}).wall_ms);
    }
    if (failed) {
        fmt::print("failed\n");
        return 1;
    }
    const double budget = 1500 * untracked / gib + 600 * heap / gib;
    const double memory = 64 + 0.08 * untracked / (1 << 20);
    fmt::print("{:.3f} GB untracked, {:.3f} GB of Java heap searched, {} runs, {} processors\n",
               untracked / gib, heap / gib, runs, sysconf(_SC_NPROCESSORS_ONLN));
    fmt::print("--owners     {:>8.0f} ms, budget {:.0f} ms, ratio {:.2f}; CPU {:.0f} ms\n", median(wall),
               budget, median(wall) / budget, median(cpu));
    fmt::print("without it   {:>8.0f} ms\n", median(plain));
    fmt::print("memory       {:>8.1f} MiB, budget {:.1f} MiB\n", median(peak), memory);
    fmt::print("the target   {:>8.1f} MiB resident before, {:.1f} after; its CPU {:.0f} ms, {:.0f} ms idle\n",
               median(before), median(after), median(paid), median(idle));
    return 0;
}
