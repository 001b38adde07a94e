// How far a long walk has come, on a terminal: one line that is drawn over itself, and gone at the end.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "base/target_memory.h"
#include "platform/terminal/terminal_line.h"

namespace nmtx {

struct ProgressState {
    std::chrono::milliseconds elapsed{0};
    Bytes done, of;
    unsigned pass = 1;  // some walks go over the same memory several times
};

// What is to be seen then, in printable ASCII: nothing within the first second, and never more than `width`
// less one columns (in the last one some terminals break the line).
std::string progress_text(const ProgressState& state, std::size_t width);

class Progress {
  public:
    using Clock = std::chrono::steady_clock;

    // Draws nothing where `fd` is not a terminal, or -1. `now` is asked instead of the clock.
    explicit Progress(int fd, Clock::time_point (*now)() = &Clock::now);

    void reached(Bytes done, Bytes of);
    void erase() { line_.erase(); }

  private:
    TerminalLine line_;
    Clock::time_point (*now_)();
    Clock::time_point began_;
    Clock::time_point next_;
    ProgressState state_;
};

// A target's memory whose long readers can be seen to come on.
class WatchedMemory : public TargetMemory {
  public:
    // Until it is told another one, or none.
    void show(Progress* progress) { progress_ = progress; }
    void reached(Bytes done, Bytes of) override {
        if (progress_ != nullptr) progress_->reached(done, of);
    }

  private:
    Progress* progress_ = nullptr;
};

}  // namespace nmtx
