#include "platform/record/record.h"

#include <algorithm>

#include "platform/os/clock.h"
#include "platform/record/recording.h"

namespace nmtx {
namespace {

RecordWriterOptions writer_options(std::chrono::milliseconds every, RecordWatcher& watcher) {
    RecordWriterOptions writer;
    // Where the next sample is far away, each one is in the file at once.
    if (every > writer.fold_every) writer.fold_every = std::chrono::milliseconds(0);
    writer.say = [&watcher](const std::string& line) { watcher.say(line); };
    return writer;
}

SamplerOptions sampler_options(const RecordOptions& options) {
    SamplerOptions sampler = options.sampler;
    sampler.beside_others = options.all;
    return sampler;
}

}  // namespace

Recording::Recording(const RecordOptions& options, RecordWatcher& watcher)
    : options_(&options),
      watcher_(&watcher),
      processes_(sampler_options(options), *this),
      writer_(options.output, writer_options(options.every, watcher)) {}

void Recording::update_state() {
    state_.cpu_ms = own_cpu_ms() - cpu_before_;
    state_.processes = processes_.all().size();
    state_.waiting = ended_.has_value();
    state_.elapsed_s = elapsed_ms() / 1000;
    state_.written = writer_.state();
    state_.trouble = writer_.trouble() ? writer_.trouble()->what : "";
}

void Recording::wait_until(std::uint64_t monotonic) {
    if (processes_.wait_until(monotonic) != 0) state_.end = "interrupted";
}

// What cannot be read at all is refused before a file is made.
Expected<void> Recording::first_sample() {
    if (options_->all) return {};
    processes_.sample(processes_.start(options_->pid));
    while (state_.taken == 0 && !refused_ && state_.end.empty()) wait_until(monotonic_ns() + 100 * ms_ns);
    if (refused_) return tl::make_unexpected(*refused_);
    return {};
}

std::uint64_t Recording::end_of_time() const {
    if (!options_->length) return UINT64_MAX;
    return began_ + static_cast<std::uint64_t>(options_->length->count()) * ms_ns;
}

bool Recording::is_over() {
    if (!state_.end.empty()) return true;
    if (monotonic_ns() >= end_of_time()) {
        state_.end = "the time is over";
    } else if (!options_->all && processes_.all().empty()) {
        const auto waited = static_cast<double>(monotonic_ns() - ended_at_) / static_cast<double>(ms_ns);
        if (waited >= static_cast<double>(options_->wait.count())) state_.end = "the process ended";
    }
    return !state_.end.empty();
}

void Recording::finish() {
    state_.stuck = !processes_.finish([this] {
        for (const auto& process : processes_.all()) {
            if (const auto found = kept_.find(process.get()); found != kept_.end())
                writer_.end_run(found->second.run, state_.end, {0, wall_ms(), boot_ms()});
        }
    });
    writer_.finish();
    update_state();
    state_.file_bytes = writer_.file_bytes();
}

Expected<RecordState> Recording::run() {
    if (auto begun = processes_.begin(); !begun) return tl::make_unexpected(begun.error());
    if (auto sampled = first_sample(); !sampled) return tl::make_unexpected(sampled.error());
    // On the grid that the first tick began; those that come while the loop is held up are left out.
    std::uint64_t next = began_ + every_ns();
    while (!is_over()) {
        search();
        if (file_open_) writer_.write();
        update_state();
        watcher_->sampled(state_);
        wait_until(std::min({next, next_search(), end_of_time()}));
        if (refused_) return tl::make_unexpected(*refused_);
        if (monotonic_ns() < next || is_over()) continue;
        tick();
        next = began_ + ((monotonic_ns() - began_) / every_ns() + 1) * every_ns();
    }
    finish();
    return state_;
}

Expected<RecordState> record(const RecordOptions& options, RecordWatcher& watcher) {
    return Recording(options, watcher).run();
}

}  // namespace nmtx
