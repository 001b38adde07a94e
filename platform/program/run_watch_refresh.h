// `nmtx watch`: the thread that reads the target, so that keys never wait for a JVM.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "change/watched_moments.h"
#include "cli/command.h"
#include "evidence/plan.h"
#include "platform/os/descriptor.h"
#include "report/style/style.h"
#include "report/watch/watch_screen.h"
#include "report/watch/watch_state.h"

namespace nmtx {

struct WatchJob {
    WatchAction action = WatchAction::refresh;  // refresh, capture or threads
    bool walk = false;                          // refresh: walk malloc
    bool anew = false;                          // refresh: what it finds is the start
    TextStyle style;                            // threads: for its text
};

// What has been seen so far. The moments are shared: nothing of them changes any more.
struct Watched {
    WatchedMoments all{false};
    WatchedMoments walked{true};
    WatchFigures figures;  // without the changes, which all and walked have
};

// The figures with the changes. Valid as long as `watched` is what it is.
WatchFigures with_changes(const Watched& watched);

struct WatchAnswer {
    WatchAction action = WatchAction::refresh;
    std::optional<Watched> watched;           // refresh
    std::shared_ptr<const Capture> captured;  // capture
    WatchText text;                           // threads
    std::optional<Error> error;               // instead of all of these
};

class WatchRefresher {
  public:
    // `command` must live as long. The thread begins with the signals that are blocked now.
    explicit WatchRefresher(const Command& command);
    WatchRefresher(const WatchRefresher&) = delete;
    WatchRefresher& operator=(const WatchRefresher&) = delete;
    ~WatchRefresher();  // gives up what is under way

    void ask(const WatchJob& job);
    [[nodiscard]] int descriptor() const { return ready_.get(); }  // readable where there is an answer
    std::optional<WatchAnswer> next_answer();

  private:
    void work(const std::stop_token& stop);
    WatchAnswer answer(const WatchJob& job, const std::stop_token& stop);
    Expected<void> refresh(const WatchJob& job, const std::stop_token& stop, WatchAnswer& answer);
    Expected<void> capture(const std::stop_token& stop, WatchAnswer& answer);
    Expected<void> threads(const WatchJob& job, const std::stop_token& stop, WatchAnswer& answer);
    Expected<Capture> collect_now(CapturePlan& plan, const std::stop_token& stop, bool threads) const;
    Expected<void> take_over(const std::shared_ptr<const KeptMoment>& kept, bool anew);
    void take_course(const KeptMoment& kept);

    const Command& command_;
    Watched watched_;
    double cpu_ms_ = 0;  // of nmtx until the end of the last refresh
    Descriptor ready_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<WatchJob> jobs_;
    std::deque<WatchAnswer> answers_;
    std::jthread thread_;  // last, so that it ends before what it uses
};

}  // namespace nmtx
