// --run PROGRAM: called with the paths of the evidence, without a shell.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace nmtx {

class HookedPrograms {
  public:
    // Fails unless it is a file that this user may execute.
    static Expected<void> check(const std::string& program);

    // Starts it in the background, with an empty standard input and its output on our standard error.
    Expected<void> start(const std::string& program, const std::vector<std::string>& arguments);
    // Those that have ended since: a line for each that did not exit with 0.
    std::vector<std::string> take_ended();

  private:
    std::vector<pid_t> running_;
};

}  // namespace nmtx
