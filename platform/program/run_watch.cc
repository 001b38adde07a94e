// `nmtx watch PID`: the reconciliation on the terminal, refreshed, with what has changed.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <exception>
#include <utility>

#include "base/printable.h"
#include "evidence/archive.h"
#include "platform/os/own_memory.h"
#include "platform/os/signal_queue.h"
#include "platform/output/output_file.h"
#include "platform/proc/user_process.h"
#include "platform/program/run.h"
#include "platform/program/run_watch_refresh.h"
#include "platform/terminal/terminal_screen.h"
#include "report/watch/watch_details.h"
#include "report/watch/watch_table.h"

namespace nmtx {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How the watching ended.
struct Ended {
    bool target = false;             // the process is gone
    int signal = 0;                  // what ended us is to be seen by who sent it
    std::vector<std::string> saved;  // files
    std::string last;                // the last figures, in words
    double seconds = 0;
};

// "nmtx-1876-20261122T201628Z.nmtx"
std::string name_for(const Capture& capture, unsigned attempt) {
    std::string time = capture.header.taken_at;
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return fmt::format("nmtx-{}-{}{}.nmtx", capture.header.pid, printable(time),
                       attempt == 0 ? "" : fmt::format("-{}", attempt + 1));
}

// Into the current directory, under a name that nothing has there.
Expected<std::string> save(const Capture& capture) {
    const auto bytes = write_archive(capture);
    if (!bytes) return tl::make_unexpected(bytes.error());
    constexpr unsigned most = 100;
    for (unsigned attempt = 0;; ++attempt) {
        std::string name = name_for(capture, attempt);
        if (attempt + 1 < most && ::access(name.c_str(), F_OK) == 0) continue;
        if (auto written = write_file(name, *bytes, false); !written)
            return tl::make_unexpected(written.error());
        return name;
    }
}

class Watch {
  public:
    Watch(const Command& command, ProcessFiles process) : command_(command), process_(std::move(process)) {}

    Expected<Ended> run();

  private:
    void paint();
    void wait_for_news();
    void take_signals();
    Expected<void> take_answers();
    void take_keys();
    void act(WatchAction action);
    void refresh_if_due();
    void show_details();
    [[nodiscard]] WatchFigures figures() const;
    void keep(const Capture& capture);
    [[nodiscard]] bool wants_walk() const;
    [[nodiscard]] bool asked_for(WatchAction action) const;
    [[nodiscard]] TextStyle style() const;

    const Command& command_;
    ProcessFiles process_;
    SignalQueue signals_{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH};
    WatchRefresher refresher_{command_};
    std::unique_ptr<TerminalScreen> screen_;
    WatchState state_;
    Watched watched_;
    WatchExtent extent_;
    Clock::time_point began_ = Clock::now();
    Clock::time_point asked_ = began_;  // when the last refresh was
    Clock::time_point due_ = began_;
    std::deque<WatchAction> under_way_;  // jobs that are not answered yet, in their order
    bool changed_ = true;
    bool anew_ = false;        // the next refresh is the start
    bool anew_asked_ = false;  // it is under way
    bool over_ = false;
    Ended ended_;
};

Expected<Ended> Watch::run() {
    auto screen = TerminalScreen::open(style_of_stdout(command_).colour);
    if (!screen) return tl::make_unexpected(screen.error());
    screen_ = std::move(*screen);
    state_.size = screen_->size();
    state_.unicode = screen_->unicode();
    watched_.figures.pid = command_.target.pid;
    while (!over_) {
        refresh_if_due();
        if (changed_) paint();
        wait_for_news();
        take_signals();
        if (auto taken = take_answers(); !taken) return tl::make_unexpected(taken.error());
        take_keys();
        if (!process_.still_same()) over_ = ended_.target = true;
    }
    screen_.reset();
    ended_.seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    if (!watched_.all.empty()) {
        const WatchedChange change = watched_.all.change();
        ended_.last =
            fmt::format("RSS was {} MiB at last, {} since the start", in_mib(change.now.ledger->rss),
                        change_in_mib(change.since_start->rss.change()));
    }
    return std::move(ended_);
}

// Whoever looks at malloc wants it walked; before that nothing has to pay for it.
bool Watch::wants_walk() const {
    return command_.malloc.malloc_walk && (command_.walk_always || state_.view == WatchView::malloc);
}

TextStyle Watch::style() const {
    TextStyle style;
    style.width = std::max<std::size_t>(state_.size.width, 40);
    style.unicode = state_.unicode;
    return style;
}

void Watch::refresh_if_due() {
    if (!under_way_.empty() || state_.paused || Clock::now() < due_) return;
    act(WatchAction::refresh);
}

WatchFigures Watch::figures() const {
    return with_changes(watched_);
}

void Watch::show_details() {
    state_.text = watch_details(state_, figures());
    state_.scroll = 0;
}

void Watch::paint() {
    state_.asking = !under_way_.empty();
    const WatchScreen shown = watch_screen(state_, figures());
    state_.scroll = shown.scroll;
    extent_ = shown.extent;
    screen_->draw(shown.lines);
    changed_ = false;
}

// Twice a second at least, to see whether the process is still there.
void Watch::wait_for_news() {
    constexpr milliseconds between_looks(500);
    milliseconds wait = between_looks;
    if (under_way_.empty() && !state_.paused)
        wait = std::clamp(std::chrono::ceil<milliseconds>(due_ - Clock::now()), milliseconds(0), wait);
    std::array<pollfd, 3> news{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{signals_.descriptor(), POLLIN, 0},
                               pollfd{refresher_.descriptor(), POLLIN, 0}};
    const int ready = ::poll(news.data(), news.size(), static_cast<int>(wait.count()));
    // The terminal has gone.
    if (ready > 0 && (news[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) over_ = true;
}

void Watch::take_signals() {
    for (int signal = signals_.next(); signal != 0; signal = signals_.next()) {
        if (signal == SIGWINCH) {
            screen_->resized();
            state_.size = screen_->size();
            changed_ = true;
            continue;
        }
        over_ = true;
        if (signal != SIGINT) ended_.signal = signal;
    }
}

// The first refresh has to come off: without one there is nothing to show.
Expected<void> Watch::take_answers() {
    while (auto answer = refresher_.next_answer()) {
        under_way_.pop_front();
        changed_ = true;
        const auto now = Clock::now();
        // Never more than half of the time, however long the JVM takes.
        if (answer->action == WatchAction::refresh)
            due_ = std::max(asked_ + command_.every, now + (now - asked_));
        if (answer->error) {
            if (!process_.still_same()) continue;
            if (watched_.all.empty()) return tl::make_unexpected(*answer->error);
            if (answer->action == WatchAction::refresh)
                watched_.figures.alert = to_string(*answer->error);
            else
                state_.message = to_string(*answer->error);
        } else if (answer->watched) {
            watched_ = std::move(*answer->watched);
            if (std::exchange(anew_asked_, false)) state_.message.clear();  // it has come
        } else if (answer->captured) {
            keep(*answer->captured);
        } else {
            state_.text = std::move(answer->text);
            state_.scroll = 0;
            state_.message.clear();
        }
    }
    return {};
}

void Watch::take_keys() {
    for (KeyPress key = screen_->next_key(); key.key != Key::none; key = screen_->next_key()) {
        changed_ = true;
        const bool walked = wants_walk();
        act(press(state_, key, extent_));
        if (over_) return;
        if (wants_walk() && !walked) due_ = Clock::now();
    }
}

void Watch::act(WatchAction action) {
    switch (action) {
        case WatchAction::none:
            return;
        case WatchAction::quit:
            over_ = true;
            return;
        case WatchAction::save:
            if (watched_.all.empty())
                state_.message = "nothing is known yet";
            else
                keep(watched_.all.now()->capture);
            return;
        case WatchAction::details:
            show_details();
            return;
        case WatchAction::begin_anew:
            anew_ = true;
            state_.message = "changes are counted from the next refresh on";
            return act(WatchAction::refresh);
        case WatchAction::refresh:
            if (!under_way_.empty()) return;
            asked_ = Clock::now();
            break;
        // One at a time, however long the key is held: each stops threads, or costs the JVM megabytes of
        // answers.
        case WatchAction::capture:
            if (asked_for(action)) return;
            state_.message = "capturing …";
            break;
        case WatchAction::threads:
            if (asked_for(action)) return;
            state_.message = fmt::format("reading threads over {:g} s …",
                                         std::chrono::duration<double>(command_.threads.interval).count());
            break;
    }
    const bool anew = action == WatchAction::refresh && std::exchange(anew_, false);
    anew_asked_ = anew_asked_ || anew;
    refresher_.ask({action, wants_walk(), anew, style()});
    under_way_.push_back(action);
    changed_ = true;
}

bool Watch::asked_for(WatchAction action) const {
    return std::find(under_way_.begin(), under_way_.end(), action) != under_way_.end();
}

void Watch::keep(const Capture& capture) {
    const auto name = save(capture);
    state_.message = name ? fmt::format("saved {}", *name) : to_string(name.error());
    if (name) ended_.saved.push_back(*name);
}

void tell(const Command& command, const Ended& ended) {
    std::string text;
    for (const std::string& file : ended.saved)
        text += fmt::format("nmtx: {0} saved. Read it with: nmtx report {0}\n", file);
    if (ended.target)
        text += fmt::format("nmtx: pid {} has ended; it was watched for {}{}{}\n", command.target.pid,
                            human_seconds(ended.seconds), ended.last.empty() ? "" : "; ", ended.last);
    std::fputs(text.c_str(), stderr);
}

Expected<Ended> watch(const Command& command) {
    auto process = open_user_process(command.target.pid, command.target.start_ticks);
    if (!process) return tl::make_unexpected(process.error());
    share_heap_among_threads();
    // Caught here, so that the stack is unwound, and with it the terminal restored.
    try {
        return Watch(command, std::move(*process)).run();
    } catch (const std::exception& exception) {
        return failure("watch", exception.what());
    }
}

}  // namespace

Expected<int> run_watch(const Command& command) {
    if (command.json()) return run_watch_json(command);
    const auto ended = watch(command);
    if (!ended) return tl::make_unexpected(ended.error());
    tell(command, *ended);
    if (ended->signal != 0) {
        // ncurses has left a handler of its own.
        static_cast<void>(std::signal(ended->signal, SIG_DFL));
        ::raise(ended->signal);
    }
    return 0;
}

}  // namespace nmtx
