// Whole stacks from copies: native frames by libunwind, Java frames by what the JVM publishes of itself, in
// turns, down to a thread's first function.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/target_files.h"
#include "documents/native_stacks.h"
#include "platform/proc/process_files.h"
#include "platform/symbols/thread_copy.h"

namespace nmtx {

// Keeps what it has learned of the mapped files and of the JVM's tables from one snapshot to the next, as
// long as the same code is mapped. The JVM's memory, which changes, is read anew each time.
class MixedUnwinder {
  public:
    // `process` must outlive it.
    explicit MixedUnwinder(const ProcessFiles& process);
    MixedUnwinder(const MixedUnwinder&) = delete;
    MixedUnwinder& operator=(const MixedUnwinder&) = delete;
    ~MixedUnwinder();

    // A stack for each copy, in their order. Native frames have only addresses; all others have names.
    // `maps`: the text of /proc/PID/maps.
    NativeStacks unwind(std::string_view maps, std::span<const ThreadCopy> copies);

  private:
    struct Parts;
    const ProcessFiles& process_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace nmtx
