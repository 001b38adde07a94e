// Signals as something to wait for, beside keys and answers.
#pragma once

#include <csignal>
#include <initializer_list>

#include "platform/os/descriptor.h"

namespace nmtx {

// While one of these lives, the signals interrupt nothing: not this thread, and none that it begins
// meanwhile.
class SignalQueue {
  public:
    explicit SignalQueue(std::initializer_list<int> signals);
    SignalQueue(const SignalQueue&) = delete;
    SignalQueue& operator=(const SignalQueue&) = delete;
    ~SignalQueue();

    [[nodiscard]] int descriptor() const { return queue_.get(); }  // readable where one has come
    // The next one, 0 where none has come.
    [[nodiscard]] int next() const;

  private:
    sigset_t before_{};
    Descriptor queue_;
};

}  // namespace nmtx
