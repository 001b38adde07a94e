// What `nmtx allocs` finds of a process that allocates at a known rate and place, and what that costs it: its
// calls a second while it is sampled, as a ratio to those alone right before and after, and the estimates of
// what was allocated and of what stays as ratios to the bytes that it counted itself.
//   bench_allocs_cost NMTX [SECONDS [ROUNDS [CALLS_A_SECOND…]]]
// A process that has time to spare keeps its pace: then what it pays is in its CPU time only. 0: as fast as
// it can.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <string>
#include <vector>

#include "command_cost.h"
#include "output_of.h"

using nmtx::bench::output_of;

namespace {

using namespace nmtx::bench;

struct Accounts {
    std::atomic<std::uint64_t> calls, kept, cpu_ns;
};
constexpr std::size_t block = 64;
// Each so many calls one block stays; of all that it can call, so many times as rarely.
constexpr std::uint64_t kept_every = 100, as_rarely = 100;

std::uint64_t ns_of(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

std::atomic<void*> sink;

[[gnu::noinline]] void allocate_here() {
    void* const got = std::malloc(block);
    sink.store(got, std::memory_order_relaxed);
    std::free(got);
}

[[gnu::noinline]] void leak_here() {
    sink.store(std::malloc(block), std::memory_order_relaxed);
}

[[noreturn]] void allocate(double rate, Accounts& accounts) {
    const std::uint64_t every = rate > 0 ? kept_every : kept_every * as_rarely;
    std::uint64_t kept = 0;
    constexpr std::uint64_t batch = 1000;
    const std::uint64_t begin = ns_of(CLOCK_MONOTONIC);
    for (std::uint64_t calls = 0;;) {
        const double seconds = static_cast<double>(ns_of(CLOCK_MONOTONIC) - begin) / 1e9;
        const auto due = rate > 0 ? static_cast<std::uint64_t>(seconds * rate) : calls + batch;
        for (; calls < due; ++calls) {
            if (calls % every != 0) {
                allocate_here();
                continue;
            }
            leak_here();
            ++kept;
        }
        accounts.calls = calls;
        accounts.kept = kept;
        accounts.cpu_ns = ns_of(CLOCK_PROCESS_CPUTIME_ID);
        if (rate > 0) poll(nullptr, 0, 1);
    }
}

// The number behind a key, at its first place behind `from`; -1 where there is none.
double number_of(const std::string& json, const std::string& from, const std::string& key) {
    const auto at = json.find("\"" + key + "\":", json.find("\"" + from + "\""));
    return at == std::string::npos ? -1 : std::atof(json.c_str() + at + key.size() + 3);
}

std::string first_site(const std::string& json) {
    const std::string key = "\"function\": \"";
    const auto at = json.find(key);
    if (at == std::string::npos) return "nothing";
    return json.substr(at + key.size(), json.find('"', at + key.size()) - at - key.size());
}

struct Rates {
    double calls = 0, kept = 0, cpu = 0;
};

// While `work` runs, by the accounts of the process. Its threads may store their CPU time in another order.
template <typename Work>
Rates measure(const Accounts& accounts, Work work) {
    const Clock::time_point begin = Clock::now();
    const auto calls = accounts.calls.load(), kept = accounts.kept.load(), cpu = accounts.cpu_ns.load();
    work();
    const double seconds = since(begin) / 1000;
    return {static_cast<double>(accounts.calls - calls) / seconds,
            static_cast<double>(accounts.kept - kept) / seconds,
            static_cast<double>(static_cast<std::int64_t>(accounts.cpu_ns - cpu)) / 1e9 / seconds};
}

void round_of(const std::string& nmtx, const std::string& seconds, double rate, pid_t pid,
              const Accounts& accounts) {
    const auto pause = [&] { poll(nullptr, 0, static_cast<int>(1000 * std::atof(seconds.c_str()))); };
    std::string json;
    const Rates before = measure(accounts, pause);
    const Rates with = measure(accounts, [&] {
        json = output_of(fmt::format("{} allocs {} --live --for {}s --json --quiet", nmtx, pid, seconds));
    });
    const Rates after = measure(accounts, pause);
    const double alone = (before.calls + after.calls) / 2, length = number_of(json, "sampling", "seconds");
    const double truth = with.calls * block * length, kept = with.kept * block * length;
    fmt::print(
        "{:>9.0f} {:>11.0f} {:>8.4f} {:>+8.2f} {:>8.2f} {:>9.3f} [{:.3f} {:.3f}] {:>9.3f} [{:.3f} {:.3f}] {}\n",
        rate, alone, with.calls / alone, 100 * (with.cpu - (before.cpu + after.cpu) / 2),
        100 * number_of(json, "cost", "paid_share"), number_of(json, "bytes", "value") / truth,
        number_of(json, "bytes", "low") / truth, number_of(json, "bytes", "high") / truth,
        number_of(json, "live_bytes", "value") / kept, number_of(json, "live_bytes", "low") / kept,
        number_of(json, "live_bytes", "high") / kept, first_site(json));
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: bench_allocs_cost NMTX [SECONDS [ROUNDS [CALLS_A_SECOND...]]]\n");
        return 2;
    }
    const std::string seconds = argc > 2 ? argv[2] : "10";
    const int rounds = argc > 3 ? std::max(1, std::atoi(argv[3])) : 10;
    std::vector<double> rates;
    for (int i = 4; i < argc; ++i) rates.push_back(std::atof(argv[i]));
    if (rates.empty()) rates = {1e3, 1e4, 1e5, 0};
    void* const shared =
        mmap(nullptr, sizeof(Accounts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return 1;
    auto& accounts = *new (shared) Accounts{};
    fmt::print("{:>9} {:>11} {:>8} {:>8} {:>8} {:>9} {:>13} {:>9} {}\n", "rate", "alone/s", "x alone",
               "CPU %", "paid %", "allocated", "95 %", "stays",
               "95 %, as ratios to the truth; the first site");
    for (const double rate : rates) {
        accounts.calls = accounts.kept = accounts.cpu_ns = 0;
        const pid_t pid = fork();
        if (pid == 0) allocate(rate, accounts);
        while (accounts.cpu_ns == 0) poll(nullptr, 0, 10);
        for (int i = 0; i < rounds; ++i) round_of(argv[1], seconds, rate, pid, accounts);
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
    return 0;
}
