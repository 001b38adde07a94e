// What sampling costs a busy JVM: its throughput while `nmtx stacks` samples it, as a ratio to its throughput
// alone right before and after, in one run beside jstack in a loop and `perf record`, where they are.
//   bench_stacks_cost NMTX[,NMTX…] JAVA CLASSES [SECONDS [ROUNDS [THREADS [HZ]]]]
// Several builds of nmtx are compared in turns; the further ones have a number.
// CLASSES: the folder with StackShares.class (fixtures/targets), whose threads count their rounds. Medians.
#include <fmt/format.h>
#include <poll.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "command_cost.h"
#include "started_program.h"

namespace {

using namespace nmtx::bench;

class BusyJvm {
  public:
    BusyJvm(const std::string& java, const std::string& classes, const std::string& threads)
        : program_({java, "-XX:+UseParallelGC", "-cp", classes, "StackShares", "threads=" + threads,
                    "warm=3000"}) {
        static_cast<void>(program_.line());
    }

    // Rounds of all its threads since it began.
    double rounds() {
        program_.say("\n");
        const std::string answer = program_.line().value_or("");
        const auto at = answer.find("rounds=");
        return at == std::string::npos ? 0 : std::atof(answer.c_str() + at + 7);
    }
    [[nodiscard]] std::string pid() const { return program_.pid(); }

  private:
    StartedProgram program_;
};

struct Figures {
    std::vector<double> rate, cpu_percent;
};

// Rounds a second while `work` runs, and the CPU that it took in percent of one core.
void measure(BusyJvm& jvm, const std::function<double()>& work, Figures& into) {
    const double before = jvm.rounds();
    const Clock::time_point begin = Clock::now();
    const double cpu_ms = work();
    const double ms = since(begin);
    into.rate.push_back((jvm.rounds() - before) / ms * 1000);
    into.cpu_percent.push_back(100 * cpu_ms / ms);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        fmt::print(
            stderr,
            "usage: bench_stacks_cost NMTX[,NMTX...] JAVA CLASSES [SECONDS [ROUNDS [THREADS [HZ]]]]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    const std::string java = argv[2], seconds = argc > 4 ? argv[4] : "10";
    const int rounds = argc > 5 ? std::max(1, std::atoi(argv[5])) : 5;
    const std::string threads = argc > 6 ? argv[6] : "8", hz = argc > 7 ? argv[7] : "20";
    const double length_ms = 1000 * std::atof(seconds.c_str());
    const std::string jstack = (std::filesystem::path(java).parent_path() / "jstack").string();
    BusyJvm jvm(java, argv[3], threads);

    const auto alone = [&] {
        poll(nullptr, 0, static_cast<int>(length_ms));
        return 0.0;
    };
    const auto nmtx_stacks = [&](const std::string& nmtx) {
        return cost_of({nmtx, "stacks", jvm.pid(), "--for", seconds + "s", "--hz", hz, "--quiet"}).cpu_ms;
    };
    const auto jstack_loop = [&] {
        double cpu_ms = 0;
        for (const Clock::time_point begin = Clock::now(); since(begin) < length_ms;)
            cpu_ms += cost_of({jstack, jvm.pid()}).cpu_ms;
        return cpu_ms;
    };
    const auto perf = [&] {
        return cost_of({"perf", "record", "-F", hz, "-g", "-o", "/dev/null", "-p", jvm.pid(), "--", "sleep",
                        seconds})
            .cpu_ms;
    };
    std::vector<std::pair<std::string, std::function<double()>>> tools;
    std::istringstream programs(argv[1]);
    for (std::string nmtx; std::getline(programs, nmtx, ',');) {
        const std::string name =
            tools.empty() ? "nmtx stacks" : fmt::format("nmtx stacks, {}", tools.size() + 1);
        tools.emplace_back(name, [&nmtx_stacks, nmtx] { return nmtx_stacks(nmtx); });
    }
    if (std::filesystem::exists(jstack)) tools.emplace_back("jstack in a loop", jstack_loop);
    if (!cost_of({"perf", "record", "-F", hz, "-g", "-o", "/dev/null", "-p", jvm.pid(), "--", "sleep", "0.1"})
             .failed)
        tools.emplace_back("perf record -g", perf);

    std::map<std::string, Figures> figures;
    std::map<std::string, std::vector<double>> ratios;
    measure(jvm, alone, figures["alone"]);
    for (int i = 0; i < rounds; ++i) {
        for (const auto& [name, work] : tools) {
            const double before = figures["alone"].rate.back();
            measure(jvm, work, figures[name]);
            measure(jvm, alone, figures["alone"]);
            ratios[name].push_back(figures[name].rate.back() * 2 / (before + figures["alone"].rate.back()));
        }
    }
    fmt::print("{} threads, {} processors, {} rounds of {} s, {} Hz\n", threads,
               sysconf(_SC_NPROCESSORS_ONLN), rounds, seconds, hz);
    fmt::print("{:<18} {:>9.1f} rounds/s (lowest {:.1f}, highest {:.1f})\n", "alone",
               median(figures["alone"].rate),
               *std::min_element(figures["alone"].rate.begin(), figures["alone"].rate.end()),
               *std::max_element(figures["alone"].rate.begin(), figures["alone"].rate.end()));
    for (const auto& [name, work] : tools) {
        const auto& each = ratios[name];
        fmt::print(
            "{:<18} {:>9.1f} rounds/s, {:.4f} x alone (lowest {:.4f}, highest {:.4f}), its CPU {:.2f} % of "
            "one core\n",
            name, median(figures[name].rate), median(each), *std::min_element(each.begin(), each.end()),
            *std::max_element(each.begin(), each.end()), median(figures[name].cpu_percent));
    }
    return 0;
}
