// The pager for long output, with --pager.
#pragma once

#include <sys/types.h>

#include "base/error.h"
#include "platform/os/descriptor.h"

namespace nmtx {

// $PAGER, or less. Started at once, because later the seccomp filter may forbid starting programs.
class Pager {
  public:
    static Expected<Pager> start();
    Pager(Pager&& other) noexcept;
    Pager& operator=(Pager&&) = delete;
    ~Pager();  // waits until the user leaves it

    [[nodiscard]] int input() const { return input_.get(); }

  private:
    Pager(Descriptor input, pid_t child) : input_(std::move(input)), child_(child) {}

    Descriptor input_;
    pid_t child_;
};

}  // namespace nmtx
