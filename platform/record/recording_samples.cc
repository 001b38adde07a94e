// The samples of a recording: taken outside the loop, stored or dropped by it.
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "platform/os/page_size.h"
#include "platform/record/recording.h"

namespace nmtx {
namespace {

// What reading a process may take beyond waiting for its JVM: a walk over a heap of tens of gigabytes.
constexpr std::chrono::seconds for_reading{60};

}  // namespace

SamplerOptions Recording::sampler_options(std::uint64_t pid) const {
    SamplerOptions options = options_->sampler;
    options.collect.pid = pid;
    options.boot_id = boot_id_;
    options.beside_others = options_->all;
    options.physical_memory = Bytes(static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_size());
    return options;
}

std::shared_ptr<Recorded> Recording::start(std::uint64_t pid) {
    auto process = std::make_shared<Recorded>();
    process->pid = pid;
    process->sampler = std::make_shared<Sampler>(sampler_options(pid));
    processes_.push_back(process);
    return process;
}

void Recording::sample(Recorded& process) {
    process.busy = true;
    process.busy_since = monotonic_ns();
    process.stop = std::stop_source();
    const auto found = std::find_if(processes_.begin(), processes_.end(),
                                    [&](const auto& one) { return one.get() == &process; });
    work_.submit([this, one = *found, sampler = process.sampler,
                  stop = process.stop.get_token()]() -> BackgroundWork::Done {
        auto taken = sampler->take(stop);
        const bool ended = !taken && sampler->ended();
        return [this, one, taken = std::move(taken), ended]() mutable {
            take_over(one, std::move(taken), ended);
        };
    });
}

void Recording::take_over(const std::shared_ptr<Recorded>& process, Expected<Sample> sample, bool ended) {
    process->busy = false;
    if (sample) {
        keep(*process, std::move(*sample));
    } else {
        lose(process, sample.error(), ended);
    }
}

void Recording::keep(Recorded& process, Sample sample) {
    // Only now is it known that there is something to keep.
    if (!file_open_) {
        if (auto opened = writer_.begin(); !opened) {
            refused_ = opened.error();
            return;
        }
        file_open_ = true;
    }
    if (!process.run) {
        process.run = std::make_shared<const RecordedRun>(process.sampler->run());
        process.rss_at_first = sample.rss;
    }
    ++state_.taken;
    state_.rss = sample.rss;
    state_.rss_at_first = process.rss_at_first;
    state_.attach_ms += sample.cost.attach_ms;
    writer_.add(process.run, std::move(sample));
}

void Recording::lose(const std::shared_ptr<Recorded>& process, const Error& why, bool ended) {
    const bool never_read = process->run == nullptr;
    if (!never_read && !ended) {
        ++state_.missed;
        state_.last_error = to_string(why);
        return;
    }
    if (never_read) {
        state_.last_error = to_string(why);
        if (!options_->all && state_.taken == 0) refused_ = why;
    } else {
        writer_.end_run(process->run, "the process ended", {0, wall_ms(), boot_ms()});
    }
    if (!options_->all && !never_read) {
        ended_ = process;
        ended_at_ = monotonic_ns();
    }
    processes_.remove(process);
}

// Whatever it is that they wait for: each has a thread to itself, and gives it back.
void Recording::give_up_on_late_ones() {
    const std::chrono::nanoseconds most = options_->sampler.collect.attach_timeout + for_reading;
    for (const auto& process : processes_) {
        if (process->busy && monotonic_ns() - process->busy_since > static_cast<std::uint64_t>(most.count()))
            process->stop.request_stop();
    }
}

void Recording::tick() {
    for (const auto& process : processes_) {
        if (!process->busy) {
            sample(*process);
            continue;
        }
        ++state_.missed;
        state_.last_error = "pid " + std::to_string(process->pid) + ": the previous sample was not finished";
    }
}

}  // namespace nmtx
