#include "platform/record/record.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "platform/os/clock.h"
#include "platform/os/own_memory.h"
#include "platform/record/recording.h"

namespace nmtx {
namespace {

// At the end, for what is under way.
constexpr std::chrono::milliseconds to_stop{1000};

RecordWriterOptions writer_options(std::chrono::milliseconds every, RecordWatcher& watcher) {
    RecordWriterOptions writer;
    // Where the next sample is far away, each one is in the file at once.
    if (every > writer.fold_every) writer.fold_every = std::chrono::milliseconds(0);
    writer.say = [&watcher](const std::string& line) { watcher.say(line); };
    return writer;
}

}  // namespace

Recording::Recording(const RecordOptions& options, RecordWatcher& watcher)
    : options_(&options),
      watcher_(&watcher),
      writer_(options.output, writer_options(options.every, watcher)) {}

void Recording::update_state() {
    state_.cpu_ms = own_cpu_ms() - cpu_before_;
    state_.processes = processes_.size();
    state_.waiting = ended_ != nullptr;
    state_.elapsed_s = elapsed_ms() / 1000;
    state_.written = writer_.state();
    state_.trouble = writer_.trouble() ? writer_.trouble()->what : "";
}

// Until then, or until something has come that the loop should look at.
void Recording::wait_until(std::uint64_t monotonic) {
    constexpr int longest_ms = 500;
    const bool one_is_busy = searching_ || std::any_of(processes_.begin(), processes_.end(),
                                                       [](const auto& process) { return process->busy; });
    const std::uint64_t now = monotonic_ns();
    const std::uint64_t left = monotonic > now ? (monotonic - now + ms_ns - 1) / ms_ns : 0;
    const int wait = static_cast<int>(std::min<std::uint64_t>(left, one_is_busy ? 50 : longest_ms));
    std::array<pollfd, 2> news{pollfd{signals_.descriptor(), POLLIN, 0},
                               pollfd{work_.descriptor(), POLLIN, 0}};
    static_cast<void>(::poll(news.data(), news.size(), wait));
    work_.look();
    give_up_on_late_ones();
    if (signals_.next() != 0) state_.end = "interrupted";
}

// What cannot be read at all is refused before a file is made.
Expected<void> Recording::first_sample() {
    if (options_->all) return {};
    sample(*start(options_->pid));
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
    } else if (!options_->all && processes_.empty()) {
        const auto waited = static_cast<double>(monotonic_ns() - ended_at_) / static_cast<double>(ms_ns);
        if (waited >= static_cast<double>(options_->wait.count())) state_.end = "the process ended";
    }
    return !state_.end.empty();
}

void Recording::finish() {
    for (const auto& process : processes_) process->stop.request_stop();
    const auto deadline = monotonic_ns() + static_cast<std::uint64_t>(to_stop.count()) * ms_ns;
    const auto busy = [&] {
        return std::any_of(processes_.begin(), processes_.end(), [](const auto& one) { return one->busy; });
    };
    while (busy() && monotonic_ns() < deadline) wait_until(deadline);
    for (const auto& process : processes_) {
        if (process->run) writer_.end_run(process->run, state_.end, {0, wall_ms(), boot_ms()});
    }
    state_.stuck = !work_.end(std::chrono::milliseconds(300));
    writer_.finish();
    update_state();
    state_.file_bytes = writer_.file_bytes();
}

Expected<RecordState> Recording::run() {
    auto boot_id = this_boot();
    if (!boot_id) return tl::make_unexpected(boot_id.error());
    boot_id_ = std::move(*boot_id);
    if (options_->all) share_heap_among_threads();
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
