#include "platform/sampling/sampler.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ledger/partition/reconcile.h"
#include "platform/os/clock.h"
#include "platform/proc/kernel_documents.h"
#include "platform/proc/process_files.h"

namespace nmtx {
namespace {

constexpr double light_for_full = 1000;
constexpr double light_for_full_at_least = 100;
constexpr double full_in_a_recording = 24;
constexpr double refused_at_once_ms = 500;

}  // namespace

double pause_after_full_ms(const WalkEvery& every, double cost_ms) {
    const double pause = light_for_full * cost_ms;
    if (!every.recording) return pause;
    const double share = static_cast<double>(every.recording->count()) / full_in_a_recording;
    return std::min(pause, std::max(share, light_for_full_at_least * cost_ms));
}

std::int64_t pause_after_silence_ms(unsigned silences, double waited_ms) {
    const double longest = waited_ms < refused_at_once_ms ? 10'000 : 300'000;
    const double first = std::max(1000.0, 2 * waited_ms);
    return static_cast<std::int64_t>(std::min(longest, first * std::pow(2, std::min(silences, 20U) - 1.0)));
}

Expected<std::string> this_boot() {
    return read_system_file("/proc/sys/kernel/random/boot_id").map([](const std::string& text) {
        return text.substr(0, text.find('\n'));
    });
}

bool Sampler::may_ask() const {
    return silences_ == 0 || boot_ms() >= ask_again_ms_;
}

void Sampler::note_answers(const Capture& capture) {
    const bool silent = capture.missing(document::attach) != nullptr;
    silences_ = silent ? silences_ + 1 : 0;
    if (silent) ask_again_ms_ = boot_ms() + pause_after_silence_ms(silences_, capture.header.cost.attach_ms);
}

bool Sampler::full_is_due() const {
    // Who has just been silent is asked for little first.
    if (silences_ > 0 && knows_process_) return false;
    if (options_.walk_every.samples) {
        const unsigned every = *options_.walk_every.samples;
        return every != 0 && taken_ % every == 0;
    }
    if (taken_ == 0) return !options_.light_first;
    if (last_full_ms_ == 0) return true;
    return static_cast<double>(boot_ms() - last_full_ms_) >=
           pause_after_full_ms(options_.walk_every, full_cost_ms_);
}

bool Sampler::ended() const {
    return knows_process_ && !ProcessFiles::open_again(run_.pid, run_.start_ticks);
}

void Sampler::learn(const Capture& capture, const ProcessView& view, Depth depth) {
    if (depth == Depth::full && silences_ == 0) {
        known_ = lasting_answers(capture);
        has_nmt_ = view.nmt.has_value();
    }
    if (knows_process_) return;
    knows_process_ = true;
    run_ = run_of(view);
    run_.boot_id = options_.boot_id;
    run_.physical_memory = options_.physical_memory;
    cmdline_ = capture.text(document::cmdline).value_or("");
    if (view.status) uid_ = view.status->uid[1];
}

Expected<Sample> Sampler::collect_and_reconcile(ReconciliationPlan& plan, Depth depth,
                                                const std::stop_token& stop) {
    CollectOptions options = options_.collect;
    options.stop = stop;
    options.attach = options.attach && may_ask();
    if (depth == Depth::light) {
        options.known_answers = known_;
        options.effort = Effort::least;
    }
    auto capture = collect(options, plan);
    if (!capture) return tl::make_unexpected(capture.error());
    const SampleTime time{0, wall_ms(), boot_ms()};
    if (knows_process_ && capture->header.start_ticks != run_.start_ticks)
        return failure("pid " + std::to_string(options.pid),
                       "the process ended, and another one has its pid");
    if (auto finished = plan.finish(*capture); !finished) return tl::make_unexpected(finished.error());
    const auto ledger = reconcile(plan.view());
    if (!ledger) return tl::make_unexpected(ledger.error());
    if (options.attach) note_answers(*capture);
    learn(*capture, plan.view(), depth);
    const Moment moment{&plan.view(), &*ledger};
    if (options_.look) options_.look(moment, depth);
    Sample sample = sample_of(moment, depth);
    sample.time = time;
    if (options_.keep) options_.keep(sample, std::move(*capture));
    return sample;
}

Expected<Sample> Sampler::take(const std::stop_token& stop) {
    const auto cpu_ms = options_.beside_others ? own_thread_cpu_ms : own_cpu_ms;
    const Depth depth = full_is_due() ? Depth::full : Depth::light;
    const std::uint64_t began = monotonic_ns();
    const double cpu_before = cpu_ms();
    Expected<Sample> sample = [&] {
        if (depth == Depth::full) {
            ReconciliationPlan plan({options_.effort, options_.ask_nmt}, options_.malloc);
            return collect_and_reconcile(plan, depth, stop);
        }
        LightSamplePlan plan(options_.ask_nmt && has_nmt_);
        return collect_and_reconcile(plan, depth, stop);
    }();
    const double wall_ms = static_cast<double>(monotonic_ns() - began) / 1e6;
    last_cpu_ms_ = cpu_ms() - cpu_before;
    if (depth == Depth::full) {
        // What came to nothing is not tried again at the next tick. Waiting in vain says nothing of the cost.
        last_full_ms_ = boot_ms();
        full_cost_ms_ = last_cpu_ms_ + (sample && silences_ == 0 ? sample->cost.attach_ms : 0);
    }
    if (!sample) return sample;
    sample->cost.cpu_ms = last_cpu_ms_;
    sample->cost.wall_ms = wall_ms;
    ++taken_;
    return sample;
}

}  // namespace nmtx
