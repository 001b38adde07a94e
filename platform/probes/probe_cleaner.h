// What stays when nmtx is killed while the kernel takes a probe out: the kernel gives up on it then, and its
// breakpoint goes on to trap. A child of ours that has nothing to do as long as we live looks for such, and
// takes them out by setting a probe there and closing it.
#pragma once

#include <sys/types.h>

#include <vector>

#include "platform/os/descriptor.h"
#include "platform/probes/perf_probe.h"
#include "platform/probes/probed_functions.h"

namespace nmtx {

class ProbeCleaner {
  public:
    // Before the first probe is set. Without a child, where none can be had, all else goes on.
    ProbeCleaner(const ProcessFiles& process, const std::vector<ProbedAllocator>& allocators,
                 const UprobeType& type);
    ProbeCleaner(const ProbeCleaner&) = delete;
    ProbeCleaner& operator=(const ProbeCleaner&) = delete;
    // No probe may be there any more.
    ~ProbeCleaner();

  private:
    pid_t child_ = -1;
    Descriptor alive_;  // its end tells the child
};

}  // namespace nmtx
