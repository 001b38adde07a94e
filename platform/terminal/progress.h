// Progress of a long walk, on a terminal: one line that is redrawn, and removed at the end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/target_memory.h"
#include "platform/terminal/terminal_line.h"

namespace nmtx {

struct ProgressState {
    std::chrono::milliseconds elapsed{0};
    Bytes done, of;
    unsigned pass = 1;  // some walks pass the same memory several times
};

// The line to show, in printable ASCII: empty within the first second, and at most `width` - 1 columns (some
// terminals break the line in the last one).
std::string progress_text(const ProgressState& state, std::size_t width);

class Progress {
  public:
    using Clock = std::chrono::steady_clock;

    // Draws nothing if `fd` is not a terminal, or -1. `now` replaces the clock.
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

// Of a sampler that runs so long, drawn whenever it is called and may be drawn. The line outlives it.
using SamplingProgress = std::function<void(double seconds, std::uint64_t samples)>;
SamplingProgress progress_of_sampling(TerminalLine& line, std::chrono::milliseconds length);

// A target's memory that reports the progress of long readers.
class WatchedMemory : public TargetMemory {
  public:
    // Until it gets another one, or null.
    void show(Progress* progress) { progress_ = progress; }
    void reached(Bytes done, Bytes of) override {
        if (progress_ != nullptr) progress_->reached(done, of);
    }

  private:
    Progress* progress_ = nullptr;
};

}  // namespace nmtx
