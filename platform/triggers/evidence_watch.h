// Watches the processes that are sampled, and takes evidence when a condition is met: a thread of its own,
// since what it waits for does not wait for the next sample.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "change/series.h"
#include "evidence/capture.h"
#include "platform/os/background_work.h"
#include "platform/os/descriptor.h"
#include "platform/sampling/sampler.h"
#include "platform/triggers/evidence_taker.h"
#include "platform/triggers/hooked_programs.h"
#include "platform/triggers/watched_process.h"
#include "triggers/condition.h"

namespace nmtx {

struct EvidenceOptions {
    std::vector<Condition> conditions;
    std::string directory;
    Bytes most;
    std::string program;                          // called with the paths of the files; empty: none
    SamplerOptions sampler;                       // how a process is read; without a pid
    std::function<void(const std::string&)> say;  // one line for the log, in the thread of the watch
};

class EvidenceWatch {
  public:
    // Fails where the directory or the program cannot be used.
    static Expected<std::unique_ptr<EvidenceWatch>> begin(EvidenceOptions options);
    // Fails where one of the conditions can never be met by this process.
    static Expected<void> check(const EvidenceOptions& options, std::uint64_t pid, std::uint64_t start_ticks);

    EvidenceWatch(const EvidenceWatch&) = delete;
    EvidenceWatch& operator=(const EvidenceWatch&) = delete;
    ~EvidenceWatch();

    // A sample, and what it was made of; in any thread. From the first one on its process is watched. The
    // thread begins here, and inherits the blocked signals.
    void sampled(const Sample& sample, Capture capture);
    // Waits a few seconds for the evidence that is being taken. False: a thread is stuck in the kernel, so
    // the process must end with _exit().
    bool finish();

  private:
    struct News {
        Sample sample;
        std::shared_ptr<const Capture> capture;
        std::uint64_t taken_ns = 0;
    };
    explicit EvidenceWatch(EvidenceOptions options);

    void run();
    void wait();
    void take_news();
    WatchedProcess* watched(const CaptureHeader& header);
    void look_at_all();
    void act_on(const WatchedProcess& process, const std::vector<Fired>& fired);
    void taken(const EvidenceRequest& request, const TakenEvidence& evidence);
    void wake() const;

    EvidenceOptions options_;
    EvidenceTaker taker_;
    Descriptor wake_;
    std::mutex mutex_;  // of the two below
    std::deque<News> news_;
    std::thread thread_;
    std::atomic<bool> ending_ = false;
    std::atomic<bool> stuck_ = false;

    // Of the thread.
    std::map<std::uint64_t, std::unique_ptr<WatchedProcess>> processes_;  // by pid
    std::stop_source stop_;
    std::size_t under_way_ = 0;
    HookedPrograms programs_;
    std::unique_ptr<BackgroundWork> work_;
    std::vector<pollfd> waits_;
};

}  // namespace nmtx
