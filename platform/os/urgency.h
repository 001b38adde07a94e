// While threads of the target are stopped, nothing may delay their release: on a machine with hundreds of
// runnable threads, an ordinary thread sometimes waits for a second.
#pragma once

#include <sched.h>

#include <optional>

namespace nmtx {

// For the calling thread, until it goes out of scope: SCHED_FIFO where that is allowed, else nice -20, else
// unchanged.
class Urgency {
  public:
    Urgency();
    ~Urgency();
    Urgency(const Urgency&) = delete;
    Urgency& operator=(const Urgency&) = delete;

  private:
    int policy_ = SCHED_OTHER;
    sched_param parameters_{};
    bool real_time_ = false;
    std::optional<int> nice_;
};

}  // namespace nmtx
