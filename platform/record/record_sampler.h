// The samples of one process: light ones by default, full ones as often as their cost allows.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
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
    bool beside_others = false;  // several are sampled at the same time: CPU is counted by thread
};

// How long to wait before asking a JVM again that has not answered `silences` times in a row, the last time
// after `waited_ms`: twice as long each time, up to five minutes. A refusal that took no time costs nobody
// anything, so the next try comes soon.
std::int64_t pause_after_silence_ms(unsigned silences, double waited_ms);

// The id of this boot of the kernel.
Expected<std::string> this_boot();

class Sampler {
  public:
    explicit Sampler(SamplerOptions options) : options_(std::move(options)) {}

    // One sample; fails as soon as it can once `stop` is requested. Its cost has everything but what keeping
    // it takes. A JVM that does not answer is not asked for a while; then for little, and then as before.
    Expected<Sample> take(const std::stop_token& stop = {});
    // Who it is; by the first sample.
    [[nodiscard]] const RecordedRun& run() const { return run_; }
    [[nodiscard]] const std::string& cmdline() const { return cmdline_; }  // NUL-separated, secrets redacted
    [[nodiscard]] std::uint32_t uid() const { return uid_; }
    // After a failure: is the process still there?
    [[nodiscard]] bool ended() const;

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
    unsigned silences_ = 0;          // one after the other
    std::int64_t ask_again_ms_ = 0;  // since boot; before that a silent JVM is left alone
    bool has_nmt_ = true;
    unsigned taken_ = 0;
    std::int64_t last_full_ms_ = 0;
    double full_cost_ms_ = 0;
};

}  // namespace nmtx
