// Signals as events to wait for, together with keys and answers.
#pragma once

#include <csignal>
#include <initializer_list>

#include "platform/os/descriptor.h"

namespace nmtx {

// While one of these lives, the signals do not interrupt this thread, nor any that it starts meanwhile.
class SignalQueue {
  public:
    explicit SignalQueue(std::initializer_list<int> signals);
    SignalQueue(const SignalQueue&) = delete;
    SignalQueue& operator=(const SignalQueue&) = delete;
    ~SignalQueue();

    [[nodiscard]] int descriptor() const { return queue_.get(); }  // readable when one has arrived
    // The next one, 0 if there is none.
    [[nodiscard]] int next() const;

  private:
    sigset_t before_{};
    Descriptor queue_;
};

}  // namespace nmtx
