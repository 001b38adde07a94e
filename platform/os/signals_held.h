// Delays signals, so that an interruption leaves nothing behind.
#pragma once

#include <csignal>

namespace nmtx {

// SIGINT, QUIT, TERM and HUP are blocked while one of these lives, and take effect when it ends. Hold it
// only while a file exists that must be removed.
class SignalsHeld {
  public:
    SignalsHeld();
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;
    ~SignalsHeld();
    // Is one pending that was not blocked before? Then give up.
    [[nodiscard]] bool one_waits() const;

  private:
    sigset_t held_{};
    sigset_t before_{};
};

}  // namespace nmtx
