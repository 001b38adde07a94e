// The samples of a recording, stored or dropped by its loop.
#include <utility>

#include "platform/record/recording.h"

namespace nmtx {

void Recording::taken(const Process& process, Sample sample) {
    // Only now is it known that there is something to keep.
    if (!file_open_) {
        if (auto opened = writer_.begin(); !opened) {
            refused_ = opened.error();
            return;
        }
        file_open_ = true;
    }
    Kept& kept = kept_[process.get()];
    if (!kept.run) {
        kept.run = std::make_shared<const RecordedRun>(process->sampler->run());
        kept.rss_at_first = sample.rss;
    }
    ++state_.taken;
    state_.rss = sample.rss;
    state_.rss_at_first = kept.rss_at_first;
    state_.attach_ms += sample.cost.attach_ms;
    writer_.add(kept.run, std::move(sample));
}

void Recording::failed(const Process& process, const Error& why, bool ended) {
    const auto kept = kept_.find(process.get());
    const bool never_read = kept == kept_.end();
    if (!never_read && !ended) {
        ++state_.missed;
        state_.last_error = to_string(why);
        return;
    }
    if (never_read) {
        state_.last_error = to_string(why);
        if (!options_->all && state_.taken == 0) refused_ = why;
    } else {
        writer_.end_run(kept->second.run, "the process ended", {0, wall_ms(), boot_ms()});
        if (!options_->all) {
            ended_ = Ended{*kept->second.run, process->sampler->uid(), process->sampler->cmdline()};
            ended_at_ = monotonic_ns();
        }
        kept_.erase(kept);
    }
    processes_.remove(process);
}

void Recording::tick() {
    for (const auto& process : processes_.all()) {
        if (!process->busy) {
            processes_.sample(process);
            continue;
        }
        ++state_.missed;
        state_.last_error = "pid " + std::to_string(process->pid) + ": the previous sample was not finished";
    }
}

}  // namespace nmtx
