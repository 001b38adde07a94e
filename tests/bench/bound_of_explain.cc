// What `nmtx explain` takes for long inputs of each kind, beside its bound: memory of 64 MiB and 8 bytes for
// each byte of input, and time that grows as the input does.
//   bench_bound_of_explain NMTX [-k KIND] [-o OPTION] [MEGABYTES…] [-f FILE…]
// A kind is one of sample_pastes.cc whose name has KIND in it. Files are repeated until they are as long.
// Prints the peak as a ratio to the bound, the CPU time of a megabyte, and the ratio of that to the one of
// the length before: 1 where time is linear. Ends with 1 where a peak is above the bound.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "command_cost.h"
#include "sample_pastes.h"

namespace {

using namespace nmtx::bench;

constexpr double mega = 1e6;

// As cost_of(), but ended where it takes too much of the machine.
Cost limited_cost_of(const std::vector<std::string>& command) {
    const int out = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    const pid_t pid = fork();
    if (pid == 0) {
        const rlimit seconds{60, 60};
        const rlimit bytes{std::size_t{3} << 30U, std::size_t{3} << 30U};
        setrlimit(RLIMIT_CPU, &seconds);
        setrlimit(RLIMIT_AS, &bytes);
        const int null = open("/dev/null", O_RDWR);
        for (const int fd : {0, 2}) dup2(null, fd);
        dup2(out, 1);
        std::vector<char*> argv;
        for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
        argv.push_back(nullptr);
        execvp(argv[0], argv.data());
        _exit(127);
    }
    int status = 0;
    rusage usage{};
    wait4(pid, &status, 0, &usage);
    // 1 where nothing was understood, and where there was an error: which prints nothing.
    const bool ended = WIFEXITED(status) && WEXITSTATUS(status) <= 1 && lseek(out, 0, SEEK_END) > 0;
    close(out);
    return {0, cpu_of(usage), usage.ru_maxrss, !ended};
}

struct Options {
    std::string nmtx, kind, option;
    std::vector<double> megabytes;
    std::vector<std::string> files;
};

Options options_of(int argc, char** argv) {
    Options options;
    options.nmtx = argv[1];
    bool files = false;
    for (int i = 2; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "-k" && i + 1 < argc) {
            options.kind = argv[++i];
        } else if (word == "-o" && i + 1 < argc) {
            options.option = argv[++i];
        } else if (word == "-f") {
            files = true;
        } else if (files) {
            options.files.push_back(word);
        } else {
            options.megabytes.push_back(std::strtod(argv[i], nullptr));
        }
    }
    if (options.megabytes.empty()) options.megabytes = {1, 8, 32};
    return options;
}

class Bench {
  public:
    explicit Bench(Options options) : options_(std::move(options)) {}

    int run() {
        if (options_.files.empty()) {
            for (const SamplePaste& sample : sample_pastes()) {
                if (sample.name.find(options_.kind) == std::string_view::npos) continue;
                measure(std::string(sample.name), [&](std::size_t bytes) { return paste_of(sample, bytes); });
            }
        }
        for (const std::string& file : options_.files) {
            std::ifstream in(file, std::ios::binary);
            const std::string once{std::istreambuf_iterator<char>(in), {}};
            if (once.empty()) continue;
            measure(file.substr(file.rfind('/') + 1), [&](std::size_t bytes) {
                std::string text;
                while (text.size() < bytes) text.append(once).append("\n\n");
                return text;
            });
        }
        unlink(path_.c_str());
        fmt::print("{} above the bound\n", above_);
        return above_ == 0 ? 0 : 1;
    }

  private:
    template <typename Make>
    void measure(const std::string& name, Make make) {
        fmt::print("{:<36}", name);
        double before = 0;
        for (const double megabytes : options_.megabytes) {
            const std::string text = make(static_cast<std::size_t>(megabytes * mega));
            std::ofstream(path_, std::ios::binary) << text;
            std::vector<std::string> command{options_.nmtx, "explain", path_};
            if (!options_.option.empty()) command.push_back(options_.option);
            const Cost cost = limited_cost_of(command);
            const auto size = static_cast<double>(text.size());
            const double peak = static_cast<double>(cost.max_rss_kib) * 1024;
            const double bound = 64.0 * (1U << 20U) + 8 * size;
            const double per_megabyte = cost.cpu_ms / (size / mega);
            const bool above = cost.failed || peak > bound;
            above_ += above ? 1 : 0;
            fmt::print("  {:>3.0f} MB {:>7.1f} MiB {:>5.2f}{} {:>7.1f} ms/MB", megabytes, peak / (1U << 20U),
                       peak / bound,
                       cost.failed ? "X"
                       : above     ? "!"
                                   : " ",
                       per_megabyte);
            if (before > 0) fmt::print(" x{:.1f}", per_megabyte / before);
            before = per_megabyte;
            std::fflush(stdout);
            if (cost.failed) break;
        }
        fmt::print("\n");
    }

    Options options_;
    std::string path_ = fmt::format("/tmp/bound_of_explain.{}", getpid());
    int above_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr,
                   "usage: bench_bound_of_explain NMTX [-k KIND] [-o OPTION] [MEGABYTES…] [-f FILE…]\n");
        return 2;
    }
    return Bench(options_of(argc, argv)).run();
}
