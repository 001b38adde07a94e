// What nmtx costs beside reading the same file and doing nothing with it: CPU of `nmtx PID --attach=never` as
// a ratio to `cat /proc/PID/smaps`, in the same run, with `pmap -X` beside it where there is one.
//   bench_cost_of_reading NMTX [RUNS]
// The processes are ours: one with 300 mappings that hold 256 MiB, one with 30,000 small ones.
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "command_cost.h"

namespace {

using namespace nmtx::bench;

// A child that maps so many ranges, neighbours with different protection so that the kernel cannot merge
// them, and touches them.
pid_t process_with(std::size_t mappings, std::size_t bytes_each) {
    std::array<int, 2> ready{};
    if (pipe(ready.data()) != 0) return -1;
    const pid_t pid = fork();
    if (pid == 0) {
        for (std::size_t i = 0; i < mappings; ++i) {
            const int protection = i % 2 == 0 ? PROT_READ | PROT_WRITE : PROT_READ | PROT_WRITE | PROT_EXEC;
            char* at =
                static_cast<char*>(mmap(nullptr, bytes_each, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
            for (std::size_t b = 0; b < bytes_each; b += 4096) at[b] = 1;
        }
        if (write(ready[1], "r", 1) != 1) _exit(1);
        for (;;) pause();
    }
    char byte = 0;
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1) return -1;
    close(ready[0]);
    return pid;
}

void measure(const char* name, pid_t pid, const std::string& nmtx, int runs) {
    const std::string id = std::to_string(pid);
    std::vector<double> cat, own, pmap;
    long rss = 0;
    for (int i = 0; i < runs; ++i) {
        cat.push_back(cost_of({"cat", "/proc/" + id + "/smaps"}).cpu_ms);
        const Cost cost = cost_of({nmtx, id, "--attach=never"});
        own.push_back(cost.cpu_ms);
        rss = std::max(rss, cost.max_rss_kib);
        pmap.push_back(cost_of({"pmap", "-X", id}).cpu_ms);
    }
    fmt::print(
        "{:<28} cat smaps {:>7.2f} ms  nmtx {:>7.2f} ms = {:.2f} x  (peak {:.1f} MiB)  pmap -X {:>7.2f} ms = "
        "{:.2f} x\n",
        name, median(cat), median(own), median(own) / median(cat), static_cast<double>(rss) / 1024,
        median(pmap), median(pmap) / median(cat));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: bench_cost_of_reading NMTX [RUNS] [PID]\n");
        return 2;
    }
    const std::string nmtx = argv[1];
    const int runs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 21;
    if (argc > 3) {
        measure(argv[3], std::atoi(argv[3]), nmtx, runs);
        return 0;
    }
    struct Case {
        const char* name;
        std::size_t mappings, bytes;
    };
    for (const Case c : {Case{"300 mappings, 256 MiB", 280, (256U << 20U) / 280 / 4096 * 4096},
                         Case{"30,000 mappings, 117 MiB", 29980, 4096}}) {
        const pid_t pid = process_with(c.mappings, c.bytes);
        if (pid < 0) return 1;
        measure(c.name, pid, nmtx, runs);
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
    return 0;
}
