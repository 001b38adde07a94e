// What it costs to run a command to its end, and the median of several such figures.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace nmtx::bench {

using Clock = std::chrono::steady_clock;

struct Cost {
    double wall_ms = 0;
    double cpu_ms = 0;
    long max_rss_kib = 0;
    bool failed = false;
};

inline double since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

inline double milliseconds(const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1000 + static_cast<double>(t.tv_usec) / 1000;
}

inline double cpu_of(const rusage& usage) {
    return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

// With nothing to read, and what it prints thrown away.
inline Cost cost_of(const std::vector<std::string>& command) {
    const Clock::time_point begin = Clock::now();
    const pid_t pid = fork();
    if (pid == 0) {
        const int null = open("/dev/null", O_RDWR);
        for (const int fd : {0, 1, 2}) dup2(null, fd);
        std::vector<char*> argv;
        for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
        argv.push_back(nullptr);
        execvp(argv[0], argv.data());
        _exit(127);
    }
    int status = 0;
    rusage usage{};
    wait4(pid, &status, 0, &usage);
    return {since(begin), cpu_of(usage), usage.ru_maxrss, !WIFEXITED(status) || WEXITSTATUS(status) != 0};
}

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace nmtx::bench
