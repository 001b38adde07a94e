// What a walk over malloc costs: time per GB (2^30 bytes, resident) of `nmtx malloc PID --attach=never`, from
// its start to its end, its CPU and its own peak; the same with --owners; with --freeze, for how long the
// target stood still. Beside each, in the same run, what reading the same resident pages into a buffer that
// is used again takes by process_vm_readv: nothing that reads the memory is faster.
//   bench_malloc_walk NMTX [RUNS [CASE]]
// Figures are medians. The targets are fixtures/targets/blocks.c, 1 and 2 GB.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "command_cost.h"
#include "kernel/mappings/smaps.h"
#include "platform/proc/process_files.h"
#include "platform/proc/residency.h"

namespace {

using namespace nmtx;
using Clock = std::chrono::steady_clock;
using bench::median;

constexpr double gib = 1 << 30;

double seconds(const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Process {
    pid_t pid = -1;
    int in = -1, out = -1;
};

Process start(const std::vector<std::string>& command) {
    std::array<int, 2> in{}, out{};
    if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) std::abort();
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        std::vector<char*> argv;
        for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
        argv.push_back(nullptr);
        execvp(argv[0], argv.data());
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    return {pid, in[1], out[0]};
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 65536> buffer{};
    for (ssize_t n = 0; (n = read(fd, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(n));
    return text;
}

// The program with the blocks; ends with its input.
class Target {
  public:
    explicit Target(const std::vector<std::string>& arguments) {
        std::vector<std::string> command{std::string(NMTX_BINARY_DIR) + "/targets/blocks"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        process_ = start(command);
        char byte = 0;
        while (byte != '\n' && read(process_.out, &byte, 1) == 1) continue;
        ready_ = byte == '\n';
    }
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    ~Target() {
        close(process_.in);
        close(process_.out);
        waitpid(process_.pid, nullptr, 0);
    }
    [[nodiscard]] bool ready() const { return ready_; }
    [[nodiscard]] pid_t pid() const { return process_.pid; }

  private:
    Process process_;
    bool ready_ = false;
};

struct Cost {
    double wall = 0, cpu = 0, peak_bytes = 0;
    std::string out;
    bool failed = false;
};

Cost cost_of(const std::vector<std::string>& command) {
    const Clock::time_point begin = Clock::now();
    const Process process = start(command);
    close(process.in);
    Cost cost;
    cost.out = read_all(process.out);
    close(process.out);
    int status = 0;
    rusage usage{};
    wait4(process.pid, &status, 0, &usage);
    cost.wall = since(begin);
    cost.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    cost.peak_bytes = static_cast<double>(usage.ru_maxrss) * 1024;
    cost.failed = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    return cost;
}

// The resident pages of what malloc can have: private anonymous memory that can be written.
std::vector<Range> resident_of(pid_t pid) {
    const auto process = ProcessFiles::open(static_cast<std::uint64_t>(pid));
    if (!process) return {};
    const auto text = process->read_large("smaps");
    auto residency = PageResidency::open(*process);
    if (!text || !residency) return {};
    const auto smaps = parse_smaps(*text);
    if (!smaps) return {};
    std::vector<Range> mappings;
    for (const Mapping& mapping : smaps->mappings) {
        const bool heap = mapping.anonymous_mapping() || mapping.name == "[heap]";
        if (heap && mapping.protection.write && !mapping.protection.shared) mappings.push_back(mapping.range);
    }
    return residency->of(mappings).present;
}

double read_through(pid_t pid, const std::vector<Range>& ranges) {
    static std::vector<char> buffer(1 << 20, 1);
    const Clock::time_point begin = Clock::now();
    for (const Range& range : ranges) {
        for (std::uint64_t at = range.begin.value; at < range.end.value; at += buffer.size()) {
            const std::size_t length = std::min<std::uint64_t>(buffer.size(), range.end.value - at);
            const iovec local{buffer.data(), length};
            const iovec remote{reinterpret_cast<void*>(at), length};  // NOLINT(performance-no-int-to-ptr)
            if (process_vm_readv(pid, &local, 1, &remote, 1, 0) < 0) return -1;
        }
    }
    return since(begin);
}

// The figure behind "stood_still_ms": in JSON.
double stood_still(const std::string& json) {
    const auto at = json.find("\"stood_still_ms\":");
    return at == std::string::npos ? -1 : std::strtod(json.c_str() + at + 17, nullptr) / 1000;
}

struct Series {
    std::vector<double> wall, cpu, peak, limit;
    bool failed = false;
    void add(const Cost& cost, double limit_seconds) {
        wall.push_back(cost.wall);
        cpu.push_back(cost.cpu);
        peak.push_back(cost.peak_bytes);
        limit.push_back(limit_seconds);
        failed = failed || cost.failed;
    }
};

void print(const char* name, const Series& series, double size) {
    if (series.failed) {
        fmt::print("  {:<12} failed\n", name);
        return;
    }
    const double wall = median(series.wall), limit = median(series.limit);
    fmt::print(
        "  {:<12} {:.3f} s/GB  cpu {:.3f} s/GB  peak {:>6.1f} MiB  process_vm_readv {:.3f} s/GB  ratio "
        "{:.2f}\n",
        name, wall / size, median(series.cpu) / size, median(series.peak) / (1 << 20), limit / size,
        wall / limit);
}

int measure(const char* name, const std::vector<std::string>& arguments, const std::string& nmtx, int runs) {
    const Target target(arguments);
    if (!target.ready()) return 1;
    const std::vector<Range> resident = resident_of(target.pid());
    double bytes = 0;
    for (const Range& range : resident) bytes += static_cast<double>(range.size().value());
    const double size = bytes / gib;
    fmt::print("{}: {:.2f} GB resident in {} runs of pages\n", name, size, resident.size());

    const std::vector<std::string> walk{nmtx, "malloc", std::to_string(target.pid()), "--attach=never"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), walk.begin(), walk.end());
        return more;
    };
    Series plain, owners, frozen;
    std::vector<double> still;
    for (int i = 0; i < runs; ++i) {
        plain.add(cost_of(walk), read_through(target.pid(), resident));
        owners.add(cost_of(with({"--owners"})), read_through(target.pid(), resident));
        const Cost freeze = cost_of(with({"--freeze", "--json"}));
        frozen.add(freeze, read_through(target.pid(), resident));
        still.push_back(stood_still(freeze.out));
    }
    print("walk", plain, size);
    print("--owners", owners, size);
    print("--freeze", frozen, size);
    if (!frozen.failed && median(still) >= 0) {
        fmt::print("  {:<12} {:.3f} s/GB  ratio {:.2f}\n", "stood still", median(still) / size,
                   median(still) / median(frozen.limit));
    }
    fmt::print("  {:<12} 64 MiB + {:.1f} % of what is resident\n", "peak of walk",
               100 * (median(plain.peak) - (64 << 20)) / bytes);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: bench_malloc_walk NMTX [RUNS [CASE]]\n");
        return 2;
    }
    const int runs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
    const std::string only = argc > 3 ? argv[3] : "";
    struct Case {
        const char* name;
        std::vector<std::string> arguments;
    };
    for (const Case& c : {
             Case{"1 GB of 48 to 200 bytes", {"threads=4", "sizes=48-200", "blocks=1900000", "rounds=1"}},
             Case{"1 GB of 1009 bytes", {"threads=4", "sizes=1009-1009", "blocks=262144", "rounds=1"}},
             Case{"1 GB mixed", {"threads=4", "sizes=mixed", "blocks=42000", "rounds=1"}},
             Case{"2 GB of 48 to 200 bytes", {"threads=8", "sizes=48-200", "blocks=1900000", "rounds=1"}},
             Case{"2 GB mixed", {"threads=8", "sizes=mixed", "blocks=42000", "rounds=1"}},
         }) {
        if (std::string(c.name).find(only) == std::string::npos) continue;
        if (measure(c.name, c.arguments, argv[1], runs) != 0) return 1;
    }
    return 0;
}
