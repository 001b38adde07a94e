#pragma once

#include <csignal>
#include <ctime>

namespace nmtx {

// SIGCHLD waits, so that the wait for a stop ends when the stop comes.
class StopNews {
  public:
    StopNews() {
        sigemptyset(&child_);
        sigaddset(&child_, SIGCHLD);
        ::pthread_sigmask(SIG_BLOCK, &child_, &before_);
    }
    StopNews(const StopNews&) = delete;
    StopNews& operator=(const StopNews&) = delete;
    ~StopNews() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    // Returns at the latest after a millisecond: the kernel sends none where SIGCHLD is ignored, as our
    // parent may have it.
    void wait() const {
        constexpr timespec most{0, 1'000'000};
        ::sigtimedwait(&child_, nullptr, &most);
    }

  private:
    sigset_t child_{};
    sigset_t before_{};
};

}  // namespace nmtx
