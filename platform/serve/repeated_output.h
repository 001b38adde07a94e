// A file that `nmtx serve` writes again and again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.h"

namespace nmtx {

class RepeatedOutput {
  public:
    // `name`: "the text file". `say`: one line for the user.
    RepeatedOutput(std::string name, std::function<Expected<void>()> write,
                   std::function<void(const std::string&)> say);

    // The first time: what cannot be done at all is refused at once.
    Expected<void> begin() { return write_(); }
    // A full disk or a directory that is gone for a while is said once, and tried again.
    void write_if_due(std::uint64_t now_ns, std::uint64_t every_ns);

  private:
    std::string name_;
    std::function<Expected<void>()> write_;
    std::function<void(const std::string&)> say_;
    std::uint64_t due_ns_ = 0;
    std::string said_;  // the last problem
};

}  // namespace nmtx
