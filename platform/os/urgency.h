// While something of the target is stopped, nothing may keep us from letting go of it: on a machine where
// hundreds of threads want a processor, an ordinary one waits for a second now and then.
#pragma once

#include <sched.h>

#include <optional>

namespace nmtx {

// For the calling thread, until it goes out of scope: runs before all ordinary ones (SCHED_FIFO) where that
// is allowed, else first among them (nice -20), else as it is.
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
