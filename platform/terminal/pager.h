// The program that shows long output a screen at a time, where that is asked for.
#pragma once

#include <sys/types.h>

#include "base/error.h"
#include "platform/os/descriptor.h"

namespace nmtx {

// $PAGER, or less. It is started at once: later the kernel may no longer let us start a program.
class Pager {
  public:
    static Expected<Pager> start();
    Pager(Pager&& other) noexcept;
    Pager& operator=(Pager&&) = delete;
    ~Pager();  // waits until the reader leaves it

    [[nodiscard]] int input() const { return input_.get(); }

  private:
    Pager(Descriptor input, pid_t child) : input_(std::move(input)), child_(child) {}

    Descriptor input_;
    pid_t child_;
};

}  // namespace nmtx
