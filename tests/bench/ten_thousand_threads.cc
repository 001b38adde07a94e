// What a look at very many threads costs: wall and CPU of `nmtx threads PID --interval 0 --attach=never
// --json`, of top and of ps, each as a ratio to the least that any reader must do, in the same run: to open
// and read once for each task the files that nmtx reads, and smaps once, and do nothing with them.
//   bench_ten_thousand_threads NMTX [THREADS [RUNS]]
// Figures are medians. The process is ours: its threads have stacks of 64 KiB with a guard, and are parked.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "command_cost.h"

namespace {

using namespace nmtx::bench;

std::atomic<std::size_t> parked;

void* park(void*) {
    ++parked;
    for (;;) pause();
    return nullptr;
}

[[noreturn]] void be_the_process(std::size_t threads, int ready) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);  // where Yama asks for it: syscall is for those who may trace
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 10);
    for (std::size_t i = 0; i < threads; ++i) {
        pthread_t thread{};
        if (pthread_create(&thread, &attributes, park, nullptr) != 0) _exit(1);
    }
    while (parked < threads) sched_yield();
    if (write(ready, "r", 1) != 1) _exit(1);
    for (;;) pause();
}

// -1 where the kernel does not give it so many threads.
pid_t process_with(std::size_t threads) {
    std::array<int, 2> ready{};
    if (pipe2(ready.data(), O_CLOEXEC) != 0) return -1;
    const pid_t pid = fork();
    if (pid == 0) be_the_process(threads, ready[1]);
    close(ready[1]);
    char byte = 0;
    const bool up = pid > 0 && read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (!up && pid > 0) waitpid(pid, nullptr, 0);
    return up ? pid : -1;
}

std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    DIR* directory = opendir(path.c_str());
    if (directory == nullptr) return names;
    while (const dirent* entry = readdir(directory)) {
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    closedir(directory);
    return names;
}

// How much there was; 0 where it could not be read.
std::size_t read_through(int directory, const char* path) {
    static std::vector<char> buffer(1 << 20);
    const int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    std::size_t bytes = 0;
    for (ssize_t n = 0; (n = read(fd, buffer.data(), buffer.size())) > 0;)
        bytes += static_cast<std::size_t>(n);
    close(fd);
    return bytes;
}

Cost bare_reading(pid_t pid) {
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    const Clock::time_point begin = Clock::now();
    const std::string process = fmt::format("/proc/{}", pid);
    const std::string tasks = process + "/task";
    const int directory = open(tasks.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::string path;
    bool failed = directory < 0;
    for (const std::string& id : names_in(tasks)) {
        for (const char* name : {"/stat", "/schedstat", "/syscall", "/status"}) {
            path.assign(id).append(name);
            failed = read_through(directory, path.c_str()) == 0 || failed;
        }
    }
    close(directory);
    failed = read_through(AT_FDCWD, (process + "/smaps").c_str()) == 0 || failed;
    const double wall = since(begin);
    getrusage(RUSAGE_SELF, &after);
    return {wall, cpu_of(after) - cpu_of(before), 0, failed};
}

struct Series {
    std::vector<double> wall, cpu;
    bool failed = false;
    void add(const Cost& cost) {
        wall.push_back(cost.wall_ms);
        cpu.push_back(cost.cpu_ms);
        failed = failed || cost.failed;
    }
};

void print(const char* name, const Series& series, const Series& least) {
    if (series.failed) {
        fmt::print("  {:<13} could not\n", name);
        return;
    }
    fmt::print("  {:<13} {:>8.1f} ms = {:.2f} x   cpu {:>8.1f} ms = {:.2f} x\n", name, median(series.wall),
               median(series.wall) / median(least.wall), median(series.cpu),
               median(series.cpu) / median(least.cpu));
}

bool measure(pid_t pid, const std::string& nmtx, int runs) {
    const std::string id = std::to_string(pid);
    Series bare, own, top, ps;
    for (int i = 0; i < runs; ++i) {
        bare.add(bare_reading(pid));
        own.add(cost_of({nmtx, "threads", id, "--interval", "0", "--attach=never", "--json"}));
        top.add(cost_of({"top", "-H", "-b", "-n", "1", "-p", id}));
        ps.add(cost_of({"ps", "-L", "-p", id, "-o", "lwp,stat,time,pcpu,wchan,comm"}));
    }
    print("bare reading", bare, bare);
    print("nmtx threads", own, bare);
    print("top -H", top, bare);
    print("ps -L", ps, bare);
    return !bare.failed && !own.failed;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: bench_ten_thousand_threads NMTX [THREADS [RUNS]]\n");
        return 2;
    }
    const int threads = argc > 2 ? std::max(1, std::atoi(argv[2])) : 10'000;
    const int runs = argc > 3 ? std::max(1, std::atoi(argv[3])) : 7;
    const pid_t pid = process_with(static_cast<std::size_t>(threads));
    if (pid < 0) {
        fmt::print(stderr,
                   "bench_ten_thousand_threads: {} threads could not be started; see ulimit -u, "
                   "/proc/sys/kernel/pid_max and /proc/sys/vm/max_map_count\n",
                   threads);
        return 1;
    }
    fmt::print("{} parked threads, {} runs\n", threads, runs);
    const bool measured = measure(pid, argv[1], runs);
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return measured ? 0 : 1;
}
