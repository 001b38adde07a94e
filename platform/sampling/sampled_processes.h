// Processes that are sampled again and again, and the search for JVMs: what a recording and `nmtx serve` have
// in common. Each sample is taken outside the loop, which decides when, and what becomes of it.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "platform/jvm/jvm_list.h"
#include "platform/os/background_work.h"
#include "platform/os/signal_queue.h"
#include "platform/sampling/sampler.h"

namespace nmtx {

// One process. Its sampler is used by one thread at a time: `busy` until the result is taken.
struct SampledProcess {
    std::uint64_t pid = 0;
    std::shared_ptr<Sampler> sampler;
    bool busy = false;
    std::uint64_t busy_since = 0;  // monotonic_ns()
    std::stop_source stop;
};

// What the loop is given, in its own thread.
class SamplingResults {
  public:
    virtual ~SamplingResults() = default;
    virtual void taken(const std::shared_ptr<SampledProcess>& process, Sample sample) = 0;
    virtual void failed(const std::shared_ptr<SampledProcess>& process, const Error& why, bool ended) = 0;
    // `cpu_ms`: of the search.
    virtual void searched(const Expected<std::vector<ListedJvm>>& jvms, double cpu_ms) = 0;
};

class SampledProcesses {
  public:
    // `options` without a pid. `results` must outlive it.
    SampledProcesses(SamplerOptions options, SamplingResults& results)
        : options_(std::move(options)), results_(&results) {}

    // Before the first process: what is asked of the host once.
    Expected<void> begin();
    // `look`: of the sampler.
    std::shared_ptr<SampledProcess> start(std::uint64_t pid,
                                          std::function<void(const Moment&, Depth)> look = {});
    void sample(const std::shared_ptr<SampledProcess>& process);
    void remove(const std::shared_ptr<SampledProcess>& process) { processes_.remove(process); }
    // Listing reads files of every process, and one of them may keep its reader waiting. Once at a time.
    // Results have the JVMs that are not in `known`.
    void search(const std::set<ProcessStart>& known);
    // Between searches: did the last one meet this one of `known`?
    [[nodiscard]] bool has_met(const ProcessStart& process) const { return seen_->has_met(process); }

    [[nodiscard]] const std::list<std::shared_ptr<SampledProcess>>& all() const { return processes_; }
    [[nodiscard]] bool one_is_busy() const;
    [[nodiscard]] bool searching() const { return searching_; }

    // Until then, half a second at most, or until there is a result, which is handled. Returns the signal
    // (SIGINT, SIGTERM, SIGHUP) that has arrived, or 0.
    int wait_until(std::uint64_t monotonic);
    // Waits a second for what is under way, and gives up on the rest. False: a thread is stuck in the kernel,
    // so the process must end with _exit(). In between, `stopped` is called.
    bool finish(const std::function<void()>& stopped);

  private:
    // Other JVMs are delayed only if this many do not answer at once, and those are asked less and less
    // often.
    static constexpr unsigned most_threads = 32;

    void give_up_on_late_ones();

    SamplerOptions options_;
    SamplingResults* results_;
    SignalQueue signals_{SIGINT, SIGTERM, SIGHUP};
    BackgroundWork work_{most_threads};
    std::list<std::shared_ptr<SampledProcess>> processes_;
    bool searching_ = false;
    std::shared_ptr<SeenProcesses> seen_ = std::make_shared<SeenProcesses>();  // of the search while it runs
};

}  // namespace nmtx
