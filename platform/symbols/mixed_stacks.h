// Whole stacks from copies: native frames by libunwind, Java frames by what the JVM publishes of itself, in
// turns, down to a thread's first function.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/target_files.h"
#include "documents/native_stacks.h"
#include "platform/proc/process_files.h"
#include "platform/symbols/thread_copy.h"

namespace nmtx {

// A stack for each copy, in their order. Native frames have only addresses; all others have names. `code`
// as unwind() has it; `maps`: the text of /proc/PID/maps.
NativeStacks unwind_mixed(const ProcessFiles& process, std::string_view maps,
                          std::span<const MappedFile> code, std::span<const ThreadCopy> copies);

}  // namespace nmtx
