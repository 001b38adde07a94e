#include "platform/record_sampler.h"

#include <algorithm>
#include <utility>

#include "platform/clock.h"
#include "platform/kernel_documents.h"
#include "platform/process_files.h"

namespace nmtx {
namespace {

constexpr double light_for_full = 1000;
constexpr double light_for_full_at_least = 100;
constexpr double full_in_a_recording = 24;

}  // namespace

double pause_after_full_ms(const WalkEvery& every, double cost_ms) {
    const double pause = light_for_full * cost_ms;
    if (!every.recording) return pause;
    const double share = static_cast<double>(every.recording->count()) / full_in_a_recording;
    return std::min(pause, std::max(share, light_for_full_at_least * cost_ms));
}

Expected<std::string> this_boot() {
    return read_system_file("/proc/sys/kernel/random/boot_id").map([](const std::string& text) {
        return text.substr(0, text.find('\n'));
    });
}

bool Sampler::full_is_due() const {
    if (options_.walk_every.samples) {
        const unsigned every = *options_.walk_every.samples;
        return every != 0 && taken_ % every == 0;
    }
    if (taken_ == 0) return true;
    return static_cast<double>(boot_ms() - last_full_ms_) >=
           pause_after_full_ms(options_.walk_every, full_cost_ms_);
}

bool Sampler::ended() const {
    return knows_process_ && !ProcessFiles::open_again(run_.pid, run_.start_ticks);
}

void Sampler::learn(const Capture& capture, const ProcessView& view, Depth depth) {
    jvm_answers_ = capture.missing(document::attach) == nullptr;
    if (depth == Depth::full) {
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

Expected<Sample> Sampler::collect_and_reconcile(ReconciliationPlan& plan, Depth depth) {
    CollectOptions options = options_.collect;
    if (depth == Depth::light) {
        options.known_answers = known_;
        options.attach = options.attach && jvm_answers_;
        options.effort = name_of(Effort::least);
    }
    const auto capture = collect(options, plan);
    if (!capture) return tl::make_unexpected(capture.error());
    const SampleTime time{0, wall_ms(), boot_ms()};
    if (knows_process_ && capture->header.start_ticks != run_.start_ticks)
        return failure("pid " + std::to_string(options.pid),
                       "the process ended, and another one has its pid");
    if (auto finished = plan.finish(*capture); !finished) return tl::make_unexpected(finished.error());
    const auto ledger = reconcile(plan.view());
    if (!ledger) return tl::make_unexpected(ledger.error());
    learn(*capture, plan.view(), depth);
    Sample sample = sample_of(plan.view(), *ledger, depth);
    sample.time = time;
    return sample;
}

Expected<Sample> Sampler::take() {
    const Depth depth = full_is_due() ? Depth::full : Depth::light;
    const std::uint64_t began = monotonic_ns();
    const double cpu_before = own_cpu_ms();
    Expected<Sample> sample = [&] {
        if (depth == Depth::full) {
            ReconciliationPlan plan({options_.effort, options_.ask_nmt}, options_.malloc);
            return collect_and_reconcile(plan, depth);
        }
        LightSamplePlan plan(options_.ask_nmt && has_nmt_);
        return collect_and_reconcile(plan, depth);
    }();
    if (!sample) return sample;
    sample->cost.cpu_ms = own_cpu_ms() - cpu_before;
    sample->cost.wall_ms = static_cast<double>(monotonic_ns() - began) / 1e6;
    if (depth == Depth::full) {
        last_full_ms_ = boot_ms();
        full_cost_ms_ = sample->cost.cpu_ms + sample->cost.attach_ms;
    }
    ++taken_;
    return sample;
}

}  // namespace nmtx
