// What a search for JVMs costs beside idle processes: one that looks at each of them, and one that looks at
// those only which are new or have changed. With the interval at which `nmtx serve` could repeat it for ever
// with its default budget: a quarter of 0.2 % of a core; it searches every 5 s at most.
//   bench_search_cost [PROCESSES...]
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "platform/jvm/jvm_list.h"
#include "platform/os/clock.h"

namespace {

using namespace nmtx;

constexpr double ms_a_second = 1000 * 0.002 / 4;
constexpr int rounds = 7;

// `sleep`, so that each has the mappings of a program.
class Sleepers {
  public:
    explicit Sleepers(std::size_t number) {
        for (std::size_t i = 0; i < number; ++i) {
            const pid_t pid = fork();
            if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                execlp("sleep", "sleep", "600", nullptr);
                _exit(127);
            }
            pids_.push_back(pid);
        }
        usleep(1'000'000);
    }
    Sleepers(const Sleepers&) = delete;
    Sleepers& operator=(const Sleepers&) = delete;
    ~Sleepers() {
        for (const pid_t pid : pids_) kill(pid, SIGKILL);
        for (const pid_t pid : pids_) waitpid(pid, nullptr, 0);
    }

  private:
    std::vector<pid_t> pids_;
};

template <typename Search>
double median_ms(Search search) {
    std::vector<double> costs;
    for (int i = 0; i < rounds; ++i) {
        const double before = own_thread_cpu_ms();
        if (!search()) std::abort();
        costs.push_back(own_thread_cpu_ms() - before);
    }
    std::sort(costs.begin(), costs.end());
    return costs[rounds / 2];
}

void measure(std::size_t number) {
    const Sleepers sleepers(number);
    const double whole = median_ms([] { return list_jvms(); });
    SeenProcesses seen;
    const auto search = [&] { return list_new_jvms(seen, {}); };
    const double first = median_ms([&] {
        seen = SeenProcesses();
        return search();
    });
    // They have been known for twice as long as these searches take, so that stat is not compared.
    usleep(2'000'000);
    static_cast<void>(search());
    const double again = median_ms(search);
    fmt::print(
        "{:5} sleeps, {:5} processes: each looked at {:6.2f} ms (every {:5.1f} s), first search {:6.2f} ms, "
        "another {:5.2f} ms (every {:4.1f} s)\n",
        number, seen.size(), whole, std::max(whole / ms_a_second, 5.0), first, again,
        std::max(again / ms_a_second, 5.0));
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::size_t> numbers;
    for (int i = 1; i < argc; ++i) numbers.push_back(std::strtoul(argv[i], nullptr, 10));
    if (numbers.empty()) numbers = {50, 300, 1000};
    for (const std::size_t number : numbers) measure(number);
}
