#include "platform/sampling/sampled_processes.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "platform/os/clock.h"
#include "platform/os/own_memory.h"
#include "platform/os/page_size.h"

namespace nmtx {
namespace {

constexpr std::uint64_t ms_ns = 1'000'000;
// At the end, for what is under way.
constexpr std::chrono::milliseconds to_stop{1000};
// What reading a process may take beyond waiting for its JVM: a walk over a heap of tens of gigabytes.
constexpr std::chrono::seconds for_reading{60};

}  // namespace

Expected<void> SampledProcesses::begin() {
    auto boot_id = this_boot();
    if (!boot_id) return tl::make_unexpected(boot_id.error());
    options_.boot_id = std::move(*boot_id);
    options_.physical_memory = Bytes(static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_size());
    if (options_.beside_others) share_heap_among_threads();
    return {};
}

std::shared_ptr<SampledProcess> SampledProcesses::start(std::uint64_t pid,
                                                        std::function<void(const Moment&, Depth)> look) {
    SamplerOptions options = options_;
    options.collect.pid = pid;
    options.look = std::move(look);
    auto process = std::make_shared<SampledProcess>();
    process->pid = pid;
    process->sampler = std::make_shared<Sampler>(std::move(options));
    processes_.push_back(process);
    return process;
}

void SampledProcesses::sample(const std::shared_ptr<SampledProcess>& process) {
    process->busy = true;
    process->busy_since = monotonic_ns();
    process->stop = std::stop_source();
    work_.submit([this, process, sampler = process->sampler,
                  stop = process->stop.get_token()]() -> BackgroundWork::Done {
        auto taken = sampler->take(stop);
        const bool ended = !taken && sampler->ended();
        return [this, process, taken = std::move(taken), ended]() mutable {
            process->busy = false;
            if (taken) {
                results_->taken(process, std::move(*taken));
            } else {
                results_->failed(process, taken.error(), ended);
            }
        };
    });
}

void SampledProcesses::search(const std::set<ProcessStart>& known) {
    if (searching_) return;
    searching_ = true;
    work_.submit([this, known, seen = seen_]() -> BackgroundWork::Done {
        const double cpu_before = own_thread_cpu_ms();
        auto jvms = list_new_jvms(*seen, known);
        return [this, jvms = std::move(jvms), cpu_ms = own_thread_cpu_ms() - cpu_before] {
            searching_ = false;
            results_->searched(jvms, cpu_ms);
        };
    });
}

bool SampledProcesses::one_is_busy() const {
    return std::any_of(processes_.begin(), processes_.end(), [](const auto& one) { return one->busy; });
}

int SampledProcesses::wait_until(std::uint64_t monotonic) {
    constexpr int longest_ms = 500;
    const std::uint64_t now = monotonic_ns();
    const std::uint64_t left = monotonic > now ? (monotonic - now + ms_ns - 1) / ms_ns : 0;
    const int wait =
        static_cast<int>(std::min<std::uint64_t>(left, searching_ || one_is_busy() ? 50 : longest_ms));
    std::array<pollfd, 2> news{pollfd{signals_.descriptor(), POLLIN, 0},
                               pollfd{work_.descriptor(), POLLIN, 0}};
    static_cast<void>(::poll(news.data(), news.size(), wait));
    work_.look();
    give_up_on_late_ones();
    return signals_.next();
}

// Whatever it is that they wait for: each has a thread to itself, and gives it back.
void SampledProcesses::give_up_on_late_ones() {
    const std::chrono::nanoseconds most = options_.collect.attach_timeout + for_reading;
    for (const auto& process : processes_) {
        if (process->busy && monotonic_ns() - process->busy_since > static_cast<std::uint64_t>(most.count()))
            process->stop.request_stop();
    }
}

bool SampledProcesses::finish(const std::function<void()>& stopped) {
    for (const auto& process : processes_) process->stop.request_stop();
    const auto deadline = monotonic_ns() + static_cast<std::uint64_t>(to_stop.count()) * ms_ns;
    while (one_is_busy() && monotonic_ns() < deadline) static_cast<void>(wait_until(deadline));
    stopped();
    return work_.end(std::chrono::milliseconds(300));
}

}  // namespace nmtx
