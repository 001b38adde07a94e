// The samples of one process: light ones by default, full ones as often as their cost allows.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "change/sample_plan.h"
#include "change/series.h"
#include "ledger/moment.h"
#include "platform/collect.h"

namespace nmtx {

// How often the sample is a full one: --walk-every.
struct WalkEvery {
    std::optional<unsigned> samples;  // every this many samples; 0: never; absent: as its cost allows
    // The length of the recording, if known: then there are enough full samples for a trend.
    std::optional<std::chrono::milliseconds> recording;
};

// How long only light samples follow a full one that took `cost_ms` of nmtx and the JVM together: a thousand
// times that, so that full samples take 0.1 % of the time. In a recording of known length, short enough for
// 24 full samples, or as many as take 1 %.
double pause_after_full_ms(const WalkEvery& every, double cost_ms);

struct SamplerOptions {
    CollectOptions collect;  // pid, attach, timeouts
    Effort effort = Effort::standard;
    bool ask_nmt = true;
    MallocOptions malloc;
    WalkEvery walk_every;
    std::string boot_id;
    Bytes physical_memory;
    bool beside_others = false;  // several are sampled at the same time, so CPU is counted by thread
    bool light_first = false;    // the first sample is a light one, so that all processes soon have one
    // Sees what each sample is made of, in the thread that takes it. Its time is part of the sample's cost.
    std::function<void(const Moment&, Depth)> look;
    // Gets each sample and the evidence that it was made of, in that thread. Its costs are not in the sample
    // yet.
    std::function<void(const Sample&, Capture)> keep;
};

// How long to wait before asking a JVM again that has failed to answer `silences` times in a row, the last
// time after `waited_ms`: twice as long each time, up to five minutes. An immediate refusal costs nothing,
// so the next try comes soon.
std::int64_t pause_after_silence_ms(unsigned silences, double waited_ms);

// The id of this boot of the kernel.
Expected<std::string> this_boot();

class Sampler {
  public:
    explicit Sampler(SamplerOptions options) : options_(std::move(options)) {}

    // One sample; fails as soon as possible once `stop` is requested. Its cost includes everything except
    // storing it. A JVM that does not answer is not asked for a while, then asked for little, and then as
    // before.
    Expected<Sample> take(const std::stop_token& stop = {});
    // The run of the process; known from the first sample on.
    [[nodiscard]] const RecordedRun& run() const { return run_; }
    [[nodiscard]] const std::string& cmdline() const { return cmdline_; }  // NUL-separated, secrets redacted
    [[nodiscard]] std::uint32_t uid() const { return uid_; }
    // After a failure: is the process still there?
    [[nodiscard]] bool ended() const;
    // CPU time of the last attempt, whether it succeeded or not.
    [[nodiscard]] double last_cpu_ms() const { return last_cpu_ms_; }

  private:
    [[nodiscard]] bool full_is_due() const;
    [[nodiscard]] bool may_ask() const;
    Expected<Sample> collect_and_reconcile(ReconciliationPlan& plan, Depth depth,
                                           const std::stop_token& stop);
    void note_answers(const Capture& capture);
    void learn(const Capture& capture, const ProcessView& view, Depth depth);

    SamplerOptions options_;
    RecordedRun run_;
    std::string cmdline_;
    std::uint32_t uid_ = 0;
    KnownAnswers known_;
    bool knows_process_ = false;
    unsigned silences_ = 0;          // in a row
    std::int64_t ask_again_ms_ = 0;  // since boot; until then a silent JVM is not asked
    bool has_nmt_ = true;
    unsigned taken_ = 0;
    std::int64_t last_full_ms_ = 0;
    double full_cost_ms_ = 0;
    double last_cpu_ms_ = 0;
};

}  // namespace nmtx
