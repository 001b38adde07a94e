// `nmtx watch PID --json`: one object per refresh on standard output, for programs.
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>

#include "platform/os/own_memory.h"
#include "platform/os/signal_queue.h"
#include "platform/proc/user_process.h"
#include "platform/program/run.h"
#include "platform/program/run_watch_refresh.h"
#include "report/watch/watch_json.h"

namespace nmtx {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class JsonWatch {
  public:
    JsonWatch(const Command& command, ProcessFiles process)
        : command_(command), process_(std::move(process)) {}

    // The signal that ended it, which its sender expects to see; 0 where the process has ended, or on Ctrl-C.
    Expected<int> run() {
        int signal = 0;
        while (signal == 0 && process_.still_same()) {
            ask_if_due();
            wait_for_news();
            if (auto printed = print_answers(); !printed) return tl::make_unexpected(printed.error());
            signal = signals_.next();
        }
        return signal == SIGINT ? 0 : signal;
    }

  private:
    void ask_if_due() {
        if (asking_ || Clock::now() < due_) return;
        asking_ = true;
        asked_ = Clock::now();
        refresher_.ask(
            {WatchAction::refresh, command_.malloc.malloc_walk && command_.walk_always, false, {}});
    }

    // Twice a second at least, to see whether the process is still there.
    void wait_for_news() const {
        milliseconds wait(500);
        if (!asking_)
            wait = std::clamp(std::chrono::ceil<milliseconds>(due_ - Clock::now()), milliseconds(0), wait);
        std::array<pollfd, 2> news{pollfd{signals_.descriptor(), POLLIN, 0},
                                   pollfd{refresher_.descriptor(), POLLIN, 0}};
        ::poll(news.data(), news.size(), static_cast<int>(wait.count()));
    }

    // Each line is written by itself, at once.
    Expected<void> print_answers() {
        while (auto answer = refresher_.next_answer()) {
            const auto now = Clock::now();
            asking_ = false;
            due_ = std::max(asked_ + command_.every, now + (now - asked_));
            if (answer->error) {
                if (!process_.still_same()) continue;
                if (watched_.all.empty()) return tl::make_unexpected(*answer->error);
                watched_.figures.alert = to_string(*answer->error);
            } else if (answer->watched) {
                watched_ = std::move(*answer->watched);
            }
            if (watched_.all.empty()) continue;
            if (auto printed = print(watch_json_line(with_changes(watched_))); !printed) return printed;
        }
        return {};
    }

    const Command& command_;
    ProcessFiles process_;
    SignalQueue signals_{SIGINT, SIGTERM, SIGHUP};
    WatchRefresher refresher_{command_};
    Watched watched_;
    Clock::time_point asked_ = Clock::now(), due_ = asked_;
    bool asking_ = false;
};

}  // namespace

Expected<int> run_watch_json(const Command& command) {
    auto process = open_user_process(command.target.pid, command.target.start_ticks);
    if (!process) return tl::make_unexpected(process.error());
    share_heap_among_threads();
    const auto signal = JsonWatch(command, std::move(*process)).run();
    if (!signal) return tl::make_unexpected(signal.error());
    if (*signal != 0) ::raise(*signal);
    return 0;
}

}  // namespace nmtx
