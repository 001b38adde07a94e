// The samples of one process: light ones by default, full ones as often as their cost allows.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "change/sample_plan.h"
#include "change/series.h"
#include "platform/collect.h"

namespace nmtx {

// How often the sample is a full one: --walk-every.
struct WalkEvery {
    std::optional<unsigned> samples;  // each so many; 0: never; absent: as its cost allows
    // How long the recording is to last, where that is known: then enough of them for a trend.
    std::optional<std::chrono::milliseconds> recording;
};

// For how long light samples do after a full one that took `cost_ms` of nmtx and the JVM together: a thousand
// times that, so that full samples take 0.1 % of the time. In a recording of a known length 24 of them fit
// in, or as many as take 1 %.
double pause_after_full_ms(const WalkEvery& every, double cost_ms);

struct SamplerOptions {
    CollectOptions collect;  // pid, attach, timeouts
    Effort effort = Effort::standard;
    bool ask_nmt = true;
    MallocOptions malloc;
    WalkEvery walk_every;
    std::string boot_id;
    Bytes physical_memory;
};

// The id of this boot of the kernel.
Expected<std::string> this_boot();

class Sampler {
  public:
    explicit Sampler(SamplerOptions options) : options_(std::move(options)) {}

    // One sample. Its cost has everything but what keeping it takes.
    Expected<Sample> take();
    // Who it is; by the first sample.
    [[nodiscard]] const RecordedRun& run() const { return run_; }
    [[nodiscard]] const std::string& cmdline() const { return cmdline_; }  // NUL-separated, secrets redacted
    [[nodiscard]] std::uint32_t uid() const { return uid_; }
    // After a failure: is the process still there?
    [[nodiscard]] bool ended() const;

  private:
    [[nodiscard]] bool full_is_due() const;
    Expected<Sample> collect_and_reconcile(ReconciliationPlan& plan, Depth depth);
    void learn(const Capture& capture, const ProcessView& view, Depth depth);

    SamplerOptions options_;
    RecordedRun run_;
    std::string cmdline_;
    std::uint32_t uid_ = 0;
    KnownAnswers known_;
    bool knows_process_ = false;
    bool jvm_answers_ = true;  // otherwise it is not asked again before the next full sample
    bool has_nmt_ = true;
    unsigned taken_ = 0;
    std::int64_t last_full_ms_ = 0;
    double full_cost_ms_ = 0;
};

}  // namespace nmtx
