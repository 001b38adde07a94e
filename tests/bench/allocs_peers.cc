// What finding a native leak costs the program, and what each tool says of it: `nmtx allocs --live`,
// heaptrack injected by gdb as with -p, heaptrack by LD_PRELOAD, and bcc's memleak, one after the other, each
// on a program of its own that mallocs and frees 64 bytes at a rate and keeps each so many blocks of 1,000.
//
//   bench_allocs_peers NMTX [SECONDS [CALLS_A_SECOND...]]
//
// A rate of 0 is a thread that does nothing else. Columns: throughput while the tool runs, as a part of what
// the same program did before it; the first site that the tool names; the bytes that it says leaked, as a
// part of those that did while it looked, with the interval where there is one. A tool that fails says why.
// memleak needs the headers of a kernel (BCC_KERNEL_SOURCE where they are not this one's).
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "command_cost.h"
#include "output_of.h"

using nmtx::bench::output_of;

namespace {

using namespace nmtx::bench;

struct PeerAccounts {
    std::atomic<std::uint64_t> calls, leaked;
};
constexpr std::size_t churned = 64, kept = 1000;

std::atomic<void*> peer_sink;

[[gnu::noinline]] void churn_here() {
    void* const got = std::malloc(churned);
    peer_sink.store(got, std::memory_order_relaxed);
    std::free(got);
}

[[gnu::noinline]] void leak_here() {
    peer_sink.store(std::malloc(kept), std::memory_order_relaxed);
}

// Its accounts are in a file that both map.
PeerAccounts& accounts_in(const std::string& file) {
    const int fd = open(file.c_str(), O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(PeerAccounts)) != 0) std::exit(1);
    void* const shared = mmap(nullptr, sizeof(PeerAccounts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED) std::exit(1);
    return *static_cast<PeerAccounts*>(shared);
}

[[noreturn]] void be_target(double rate, PeerAccounts& accounts) {
    constexpr std::uint64_t batch = 1000;
    const std::uint64_t leak_each = rate > 0 ? 100 : 10'000;
    const Clock::time_point begin = Clock::now();
    for (std::uint64_t calls = 0;;) {
        const auto due = rate > 0 ? static_cast<std::uint64_t>(since(begin) / 1000 * rate) : calls + batch;
        for (; calls < due; ++calls) {
            if (calls % leak_each == 0) {
                leak_here();
                accounts.leaked += kept;
            } else {
                churn_here();
            }
        }
        accounts.calls = calls;
        if (rate > 0) poll(nullptr, 0, 1);
    }
}

// "0x0000559787f420ce (anonymous namespace)::leak_here()+0xe [program]" -> "leak_here"
std::string bare_name(std::string name) {
    if (name.starts_with("0x")) name.erase(0, name.find_first_not_of(" \t", name.find_first_of(" \t")));
    constexpr std::string_view space = "(anonymous namespace)::";
    if (name.starts_with(space)) name.erase(0, space.size());
    return name.substr(0, name.find_first_of("(+ "));
}

struct Found {
    std::string site = "nothing";
    double bytes = -1;  // that leaked; less than 0: the tool does not say
    double low = -1, high = -1;
};

double number_after(const std::string& text, const std::string& key, std::size_t from) {
    const auto at = text.find(key, from);
    return at == std::string::npos ? -1 : std::atof(text.c_str() + at + key.size());
}

Found found_by_nmtx(const std::string& json) {
    Found found;
    const auto sites = json.find("\"sites\":");
    const auto at = json.find("\"function\": \"", sites);
    if (sites == std::string::npos || at == std::string::npos) return found;
    found.site = json.substr(at + 13, json.find('"', at + 13) - at - 13);
    const auto live = json.find("\"live_bytes\"", at);
    if (live == std::string::npos) return found;
    found.bytes = number_after(json, "\"value\":", live);
    found.low = number_after(json, "\"low\":", live);
    found.high = number_after(json, "\"high\":", live);
    return found;
}

double with_unit(const std::string& number) {
    char* end = nullptr;
    const double value = std::strtod(number.c_str(), &end);
    switch (*end) {
        case 'K':
            return value * 1e3;
        case 'M':
            return value * 1e6;
        case 'G':
            return value * 1e9;
        default:
            return value;
    }
}

// "1,23M leaked over 1234 calls from", and the function below it.
Found found_by_heaptrack(const std::string& text) {
    Found found;
    const auto section = text.find("MEMORY LEAKS");
    const auto leaked = text.find(" leaked over ", section);
    if (section == std::string::npos || leaked == std::string::npos) return found;
    const auto line = text.rfind('\n', leaked) + 1;
    found.bytes = with_unit(text.substr(line, leaked - line));
    const auto begin = text.find_first_not_of(" \n", text.find('\n', leaked));
    found.site = text.substr(begin, text.find('\n', begin) - begin);
    return found;
}

// "\t123000 bytes in 123 allocations from stack", the last report; the largest comes last.
Found found_by_memleak(const std::string& text) {
    Found found;
    const auto at = text.rfind(" allocations from stack");
    if (at == std::string::npos) return found;
    found.bytes = std::atof(text.c_str() + text.rfind('\n', at) + 1);
    const auto begin = text.find_first_not_of(" \t\n", text.find('\n', at));
    found.site = text.substr(begin, text.find('\n', begin) - begin);
    return found;
}

struct Tool {
    std::string name;
    bool preloaded = false;  // it is there from the start
};

class Round {
  public:
    Round(std::string own, std::string nmtx, int seconds, double rate)
        : own_(std::move(own)), nmtx_(std::move(nmtx)), seconds_(seconds), rate_(rate) {
        std::string folder = "/tmp/nmtx-peers-XXXXXX";
        if (mkdtemp(folder.data()) == nullptr) std::exit(1);
        folder_ = folder;
    }
    ~Round() { output_of("rm -rf '" + folder_ + "'"); }
    Round(const Round&) = delete;
    Round& operator=(const Round&) = delete;

    void run(const Tool& tool) {
        PeerAccounts& accounts = accounts_in(folder_ + "/accounts");
        const double alone = alone_rate(accounts);
        start(tool.preloaded);
        pause_ms(tool.preloaded ? 500 : 1000);
        const double before = tool.preloaded ? alone : pace(accounts, 2000);
        mark_begin();
        if (tool.preloaded) leaked_ = 0;
        std::string said = look(tool.name);
        if (with_ < 0) mark_end();
        const bool lives = kill(pid_, 0) == 0 && waitpid(pid_, nullptr, WNOHANG) == 0;
        stop();
        const Found found = evaluate(tool.name, said);
        fmt::print("{:>9.0f}  {:<22} {:>11.0f} {:>8.4f}  {:<16.16} {}  {}\n", rate_, tool.name, before,
                   with_ / before, bare_name(found.site),
                   found.bytes < 0 || truth_ <= 0 ? "-" : estimate_text(found),
                   lives ? "" : "the program ended");
        if (found.site == "nothing") fmt::print("           said: {:.300}\n", said);
        std::fflush(stdout);
    }

  private:
    // What counts is from when the tool looks until it has looked.
    void mark_begin() {
        const PeerAccounts& accounts = accounts_in(folder_ + "/accounts");
        begin_ = Clock::now();
        calls_ = accounts.calls;
        leaked_ = accounts.leaked;
        with_ = -1;
    }
    void mark_end() {
        const PeerAccounts& accounts = accounts_in(folder_ + "/accounts");
        with_ = static_cast<double>(accounts.calls - calls_) / since(begin_) * 1000;
        truth_ = static_cast<double>(accounts.leaked - leaked_);
    }
    [[nodiscard]] std::string estimate_text(const Found& found) const {
        std::string text = fmt::format("{:.3f}", found.bytes / truth_);
        if (found.high >= 0) text += fmt::format(" [{:.3f} {:.3f}]", found.low / truth_, found.high / truth_);
        return text;
    }
    // Its output is read as it comes: it compiles for some seconds before it looks.
    std::string watched_by_memleak() {
        std::string text;
        FILE* const pipe =
            popen(fmt::format("PYTHONUNBUFFERED=1 timeout {} memleak-bpfcc -p {} -T 1 {} 1 2>&1",
                              seconds_ + 60, pid_, seconds_)
                      .c_str(),
                  "r");
        if (pipe == nullptr) return text;
        std::array<char, 4096> some{};
        while (fgets(some.data(), some.size(), pipe) != nullptr) {
            const std::string line = some.data();
            if (line.starts_with("Attaching to pid")) mark_begin();
            if (line.find("stacks with outstanding") != std::string::npos) mark_end();
            if (line.find("warning:") == std::string::npos) text += line;
        }
        pclose(pipe);
        return text;
    }

    static void pause_ms(int ms) { poll(nullptr, 0, ms); }

    static double pace(const PeerAccounts& accounts, int ms) {
        const Clock::time_point begin = Clock::now();
        const std::uint64_t calls = accounts.calls;
        pause_ms(ms);
        return static_cast<double>(accounts.calls - calls) / since(begin) * 1000;
    }

    double alone_rate(PeerAccounts& accounts) {
        start(false);
        pause_ms(500);
        const double rate = pace(accounts, 2000);
        stop();
        return rate;
    }

    void start(bool preloaded) {
        PeerAccounts& accounts = accounts_in(folder_ + "/accounts");
        accounts.calls = accounts.leaked = 0;
        const std::string rate = std::to_string(rate_), file = folder_ + "/accounts";
        pid_ = fork();
        if (pid_ != 0) return;
        const int null = open("/dev/null", O_RDWR);
        for (const int fd : {0, 1, 2}) dup2(null, fd);
        if (preloaded) {
            // As the script `heaptrack -r` does: the raw data, interpreted afterwards.
            setenv("LD_PRELOAD", "/usr/lib/heaptrack/libheaptrack_preload.so", 1);
            setenv("DUMP_HEAPTRACK_OUTPUT", (folder_ + "/preloaded.raw").c_str(), 1);
        }
        execl(own_.c_str(), own_.c_str(), "--target", rate.c_str(), file.c_str(), nullptr);
        _exit(127);
    }

    void stop() const {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }

    std::string look(const std::string& tool) {
        if (tool == "nmtx allocs --live")
            return output_of(
                fmt::format("'{}' allocs {} --live --for {}s --json --quiet 2>&1", nmtx_, pid_, seconds_));
        if (tool == "heaptrack -p") return injected();
        if (tool == "bcc memleak") return watched_by_memleak();
        pause_ms(1000 * seconds_);
        return tool;
    }

    // What the script `heaptrack -p` has gdb do, without its pipe, and as it ends on Ctrl-C.
    std::string injected() {
        const std::string gdb = fmt::format("gdb --batch --quiet -p {} -ex 'sharedlibrary libc.so'", pid_);
        std::string said = output_of(fmt::format(
            "{} -ex 'call ((void*(*)(const char*, int)) dlopen)(\"{}\", 2)' -ex 'sharedlibrary "
            "libheaptrack_inject' -ex 'call (void) heaptrack_inject(\"{}/injected.raw\")' 2>&1 </dev/null",
            gdb, "/usr/lib/heaptrack/libheaptrack_inject.so", folder_));
        mark_begin();
        pause_ms(1000 * seconds_);
        mark_end();
        return said + output_of(fmt::format("{} -ex 'sharedlibrary libheaptrack_inject' -ex 'call (void) "
                                            "heaptrack_stop()' 2>&1 </dev/null",
                                            gdb));
    }

    [[nodiscard]] Found evaluate(const std::string& tool, std::string& said) const {
        if (tool == "nmtx allocs --live") return found_by_nmtx(said);
        if (tool == "bcc memleak") return found_by_memleak(said);
        if (tool == "alone") return {"-", -1};
        said += output_of(fmt::format(
            "cd '{}' && for f in *.raw*; do [ -s \"$f\" ] || continue; case $f in *.zst) zstd -dc "
            "\"$f\";; *.gz) zcat \"$f\";; *) cat \"$f\";; esac | /usr/lib/heaptrack/libexec/heaptrack_interpret >i 2>/dev/null; "
            "heaptrack_print -p 0 -a 0 -T 0 -l 1 -n 1 -f i 2>&1; break; done",
            folder_));
        return found_by_heaptrack(said);
    }

    std::string own_, nmtx_, folder_;
    int seconds_;
    double rate_;
    pid_t pid_ = -1;
    Clock::time_point begin_;
    std::uint64_t calls_ = 0, leaked_ = 0;
    double with_ = -1, truth_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc == 4 && std::string(argv[1]) == "--target") be_target(std::atof(argv[2]), accounts_in(argv[3]));
    if (argc < 2) {
        fmt::print(stderr, "usage: bench_allocs_peers NMTX [SECONDS [CALLS_A_SECOND...]]\n");
        return 2;
    }
    const int seconds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 10;
    std::vector<double> rates;
    for (int i = 3; i < argc; ++i) rates.push_back(std::atof(argv[i]));
    if (rates.empty()) rates = {1e3, 1e5, 0};
    fmt::print("{:>9}  {:<22} {:>11} {:>8}  {:<16} {}\n", "rate", "tool", "alone/s", "x alone", "first site",
               "leaked");
    for (const double rate : rates) {
        for (const Tool& tool :
             {Tool{"alone", false}, Tool{"nmtx allocs --live", false}, Tool{"heaptrack LD_PRELOAD", true},
              Tool{"heaptrack -p", false}, Tool{"bcc memleak", false}})
            Round("/proc/self/exe", argv[1], seconds, rate).run(tool);
    }
    return 0;
}
