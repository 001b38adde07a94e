#include "platform/os/signal_queue.h"

#include <sys/signalfd.h>
#include <unistd.h>

namespace nmtx {

SignalQueue::SignalQueue(std::initializer_list<int> signals) {
    sigset_t set{};
    sigemptyset(&set);
    for (const int signal : signals) sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
    queue_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

SignalQueue::~SignalQueue() {
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int SignalQueue::next() const {
    signalfd_siginfo info{};
    if (::read(queue_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return 0;
    return static_cast<int>(info.ssi_signo);
}

}  // namespace nmtx
