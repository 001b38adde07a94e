// What `nmtx serve` costs beside many JVMs: the time of a scrape, its CPU beside its budget, its RSS, and
// what a target pays, by a loop of mmap and munmap in one of the JVMs: alone, beside nmtx, beside nmtx
// without a budget, and beside a collector that reads smaps of every JVM once a second. Once with samples as
// they come, which are light ones as long as the budget is small, and once with full ones only (but for the
// first of each JVM): smaps, questions for addresses, malloc's chunks.
//   bench_serve_cost NMTX JAVA CLASSES [JVMS [SECONDS [ROUNDS [MIB [MAPPINGS]]]]]
// CLASSES: the folder with Target.class (fixtures/targets). The loop's JVM has MIB resident in MAPPINGS.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <thread>

#include "command_cost.h"
#include "serve_jvms.h"

namespace {

using namespace nmtx::bench;

double quantile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size()));
    return values.at(std::min(at, values.size() - 1));
}

void rest(double ms) {
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(ms));
}

// `nmtx serve` on a free port, ended when this goes.
class Served {
  public:
    Served(const std::string& nmtx, const std::vector<std::string>& options) {
        std::array<int, 2> err{};
        if (pipe2(err.data(), O_CLOEXEC) != 0) std::abort();
        pid_ = fork();
        if (pid_ == 0) {
            dup2(err[1], 2);
            std::vector<std::string> words{nmtx, "serve", "--listen", "127.0.0.1:0"};
            words.insert(words.end(), options.begin(), options.end());
            std::vector<char*> argv;
            for (std::string& word : words) argv.push_back(word.data());
            argv.push_back(nullptr);
            execv(argv[0], argv.data());
            _exit(127);
        }
        close(err[1]);
        std::string line;
        for (char c = 0; read(err[0], &c, 1) == 1 && c != '\n';) line += c;
        err_ = err[0];
        const auto colon = line.rfind(':');
        if (colon != std::string::npos)
            port_ = static_cast<std::uint16_t>(std::atoi(line.c_str() + colon + 1));
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    ~Served() {
        kill(pid_, SIGTERM);
        waitpid(pid_, nullptr, 0);
        close(err_);
    }

    // A scrape, in milliseconds from the connection to the last byte; negative: it failed.
    double scrape(std::string& text) const {
        const Clock::time_point begin = Clock::now();
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
        text.clear();
        bool works = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        works = works && send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0;
        std::array<char, 65536> part{};
        for (ssize_t got = 1; works && got > 0;) {
            got = recv(fd, part.data(), part.size(), 0);
            if (got > 0) text.append(part.data(), static_cast<std::size_t>(got));
        }
        close(fd);
        return works && text.starts_with("HTTP/1.1 200") ? since(begin) : -1;
    }
    // The values of all series of this name, or of those that have that part in their labels, summed.
    [[nodiscard]] double sum(const std::string& name, const std::string& part = "") const {
        std::string text;
        scrape(text);
        std::istringstream in(text);
        double total = 0;
        for (std::string line; std::getline(in, line);) {
            if ((line.starts_with(name + "{") || line.starts_with(name + " ")) &&
                line.find(part) != std::string::npos)
                total += std::atof(line.c_str() + line.rfind(' '));
        }
        return total;
    }
    // CPU time so far, of all its threads, in nanoseconds of the scheduler.
    [[nodiscard]] double cpu_ms() const {
        double total = 0;
        for (const auto& task :
             std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task")) {
            std::ifstream in(task.path() / "schedstat");
            double ns = 0;
            in >> ns;
            total += ns / 1e6;
        }
        return total;
    }
    [[nodiscard]] double memory_mib(const std::string& row) const {
        std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with(row)) return std::atof(line.c_str() + row.size()) / 1024;
        }
        return 0;
    }

  private:
    pid_t pid_ = -1;
    int err_ = -1;
    std::uint16_t port_ = 0;
};

const std::vector<std::string> full_only{"--walk-every", "1"};

void measure_scrapes(const Served& served) {
    std::vector<double> took;
    std::string text;
    int failed = 0;
    for (int i = 0; i < 1000; ++i) {
        const double ms = served.scrape(text);
        (ms < 0 ? ++failed, static_cast<void>(0) : took.push_back(ms));
        rest(20);  // so that many of them have a text made anew
    }
    fmt::print("{:<44} p50 {:.2f} ms, p99 {:.2f} ms, longest {:.2f} ms; {} failed; {:.0f} KiB\n",
               "1,000 scrapes in 20 s", quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1), failed,
               static_cast<double>(text.size()) / 1024);
}

// Until all JVMs have figures, or the time is over.
double wait_for_figures(const Served& served, double jvms) {
    const Clock::time_point begin = Clock::now();
    while (since(begin) < 120'000 && served.sum("nmtx_up") < jvms) rest(1000);
    return since(begin);
}

struct SampleSums {
    double light = 0, full = 0, failed = 0, cpu_ms = 0, answering_ms = 0;
};

SampleSums sums_of(const Served& served) {
    return {served.sum("nmtx_samples_total", "light"), served.sum("nmtx_samples_total", "full"),
            served.sum("nmtx_failed_samples_total"), served.sum("nmtx_sampling_cpu_seconds_total") * 1000,
            served.sum("nmtx_jvm_answering_seconds_total") * 1000};
}

void print_samples(const std::string& when, const SampleSums& before, const SampleSums& after) {
    const double count = after.light - before.light + after.full - before.full;
    fmt::print(
        "{:<44} {:.0f} light, {:.0f} full, {:.0f} failed; {:.1f} ms of CPU and {:.1f} ms of waiting each\n",
        "samples " + when, after.light - before.light, after.full - before.full, after.failed - before.failed,
        (after.cpu_ms - before.cpu_ms) / std::max(count, 1.0),
        (after.answering_ms - before.answering_ms) / std::max(count, 1.0));
}

void measure_serve(const std::string& nmtx, const std::vector<std::string>& options, double jvms,
                   double seconds) {
    const Served served(nmtx, options);
    const double until_full = wait_for_figures(served, jvms);
    fmt::print(
        "{:<44} {:.0f} of {:.0f}, {:.0f} by a full sample, {:.1f} s and {:.0f} ms of CPU after the start\n",
        "JVMs with figures", served.sum("nmtx_up"), jvms, served.sum("nmtx_owners_full"), until_full / 1000,
        served.cpu_ms());
    // What was saved for the beginning is spent first.
    const SampleSums first = sums_of(served);
    for (const Clock::time_point begin = Clock::now(); since(begin) < 120'000;) {
        const double before = served.cpu_ms();
        rest(5000);
        if (served.cpu_ms() - before < 5000 * 0.002 * 3) break;
    }
    const SampleSums saved = sums_of(served);
    print_samples("until what was saved is spent", first, saved);
    const double cpu = served.cpu_ms();
    const Clock::time_point begin = Clock::now();
    rest(seconds * 1000);
    const double share = (served.cpu_ms() - cpu) / since(begin);
    const SampleSums sums = sums_of(served);
    const double sampled =
        (sums.cpu_ms + sums.answering_ms - saved.cpu_ms - saved.answering_ms) / since(begin);
    fmt::print("{:<44} {:.3f} % of a core, {:.3f} % for samples with the wait; budget {:.3f} %\n",
               fmt::format("CPU in the {:.0f} s after that, no scrapes", seconds), 100 * share, 100 * sampled,
               100 * served.sum("nmtx_cpu_budget_ratio"));
    print_samples("in these", saved, sums);
    fmt::print("{:<44} {:.0f}\n", "samples are rarer by (pressure)", served.sum("nmtx_pressure_slowdown"));
    const double before = served.cpu_ms();
    measure_scrapes(served);
    fmt::print("{:<44} {:.2f} ms of CPU each\n", "the same", (served.cpu_ms() - before) / 1000);
    print_samples("during the scrapes", sums, sums_of(served));
    fmt::print("{:<44} {:.1f} MiB now, {:.1f} MiB at most\n", "RSS", served.memory_mib("VmRSS:"),
               served.memory_mib("VmHWM:"));
}

// As exporters that have no cheaper way do it.
void read_smaps_of(const std::vector<std::string>& pids, double ms) {
    std::vector<char> part(std::size_t{1} << 16U);
    for (const Clock::time_point begin = Clock::now(); since(begin) < ms;) {
        for (const std::string& pid : pids) {
            const int fd = open(("/proc/" + pid + "/smaps").c_str(), O_RDONLY | O_CLOEXEC);
            while (fd >= 0 && read(fd, part.data(), part.size()) > 0) continue;
            if (fd >= 0) close(fd);
        }
        rest(1000);
    }
}

void measure_target(const TimedJvm& target, const std::string& nmtx, const std::vector<std::string>& pids,
                    double ms, int rounds) {
    const auto scraped = [&](const Served& served) {
        std::string text;
        for (const Clock::time_point begin = Clock::now(); since(begin) < ms; rest(1000)) served.scrape(text);
    };
    const std::vector<std::string> no_budget{"--cpu-budget", "100", "--every", "1s"};
    const std::vector<std::string> full_no_budget{"--cpu-budget", "100",          "--every",
                                                  "1s",           "--walk-every", "1"};
    // Each from its start, so that what is saved for the beginning is spent meanwhile.
    const std::vector<std::pair<std::string, std::function<void()>>> works{
        {"alone", [&] { rest(ms); }},
        {"nmtx serve, a scrape a second", [&] { scraped(Served(nmtx, {})); }},
        {"nmtx serve, full samples, a scrape a second", [&] { scraped(Served(nmtx, full_only)); }},
        {"samples without a budget, each 1 s", [&] { scraped(Served(nmtx, no_budget)); }},
        {"full samples without a budget, each 1 s", [&] { scraped(Served(nmtx, full_no_budget)); }},
        {"smaps of every JVM read each second", [&] { read_smaps_of(pids, ms); }}};
    std::map<std::string, std::vector<double>> all;
    for (int i = 0; i < rounds; ++i) {
        for (const auto& [name, work] : works) {
            const std::size_t from = target.count();
            work();
            const std::vector<double> times = target.microseconds_since(from);
            all[name].insert(all[name].end(), times.begin(), times.end());
        }
    }
    fmt::print("mmap, touch, munmap in a JVM:\n");
    for (const auto& work : works) {
        const std::vector<double>& times = all[work.first];
        fmt::print("  {:<44} p50 {:>6.1f}  p99 {:>7.1f}  p99.9 {:>8.1f}  longest {:>9.1f} us  ({} times)\n",
                   work.first, quantile(times, 0.5), quantile(times, 0.99), quantile(times, 0.999),
                   quantile(times, 1), times.size());
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        fmt::print(stderr,
                   "usage: bench_serve_cost NMTX JAVA CLASSES [JVMS [SECONDS [ROUNDS [MIB [MAPPINGS]]]]]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    const auto number = [&](int at, int otherwise) {
        return argc > at ? std::max(1, std::atoi(argv[at])) : otherwise;
    };
    const int count = number(4, 50), seconds = number(5, 60), rounds = number(6, 3);
    const auto mib = static_cast<std::size_t>(number(7, 512));
    const auto mappings = static_cast<std::size_t>(number(8, 2000));
    const TimedJvm target(argv[2], mib << 20U, mappings);
    std::vector<std::unique_ptr<IdleJvm>> jvms;
    std::vector<std::string> pids{target.pid()};
    for (int i = 1; i < count; ++i) {
        jvms.push_back(std::make_unique<IdleJvm>(argv[2], argv[3]));
        pids.push_back(jvms.back()->pid());
        if (!jvms.back()->wait_until_ready()) return 1;
    }
    if (!target.wait_until_ready()) return 1;
    fmt::print("Samples as they come:\n");
    measure_serve(argv[1], {}, static_cast<double>(count), seconds);
    fmt::print("Full samples:\n");
    measure_serve(argv[1], full_only, static_cast<double>(count), seconds);
    std::fflush(stdout);
    measure_target(target, argv[1], pids, 1000.0 * seconds / 3, rounds);
    return 0;
}
