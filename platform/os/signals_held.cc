#include "platform/os/signals_held.h"

#include <array>

namespace nmtx {
namespace {

constexpr std::array held_signals = {SIGQUIT, SIGINT, SIGTERM, SIGHUP};

}  // namespace

SignalsHeld::SignalsHeld() {
    sigemptyset(&held_);
    for (const int signal : held_signals) sigaddset(&held_, signal);
    ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

SignalsHeld::~SignalsHeld() {
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool SignalsHeld::one_waits() const {
    sigset_t waiting{};
    if (::sigpending(&waiting) != 0) return false;
    for (const int signal : held_signals) {
        if (sigismember(&waiting, signal) == 1 && sigismember(&before_, signal) == 0) return true;
    }
    return false;
}

}  // namespace nmtx
