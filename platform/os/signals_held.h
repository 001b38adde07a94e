// Keeps an interruption from leaving something behind.
#pragma once

#include <csignal>

namespace nmtx {

// SIGINT, QUIT, TERM and HUP wait while one of these lives, and take effect when it ends. Hold it only while
// a file exists that must go.
class SignalsHeld {
  public:
    SignalsHeld();
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;
    ~SignalsHeld();
    // One that was not held before: time to give up.
    [[nodiscard]] bool one_waits() const;

  private:
    sigset_t held_{};
    sigset_t before_{};
};

}  // namespace nmtx
