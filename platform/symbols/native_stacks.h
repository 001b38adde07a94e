// The native stacks of threads of a live process: each is stopped for as long as copying the top of its stack
// takes, one at a time; the copies are unwound, in a process of their own, while all run on.
#pragma once

#include <span>
#include <string>

#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// "threads/native stacks.json", in the format of documents/native_stacks.h. A thread that could not be
// stopped is listed with the reason. Fails where no thread was copied, or unwinding failed altogether.
// `brief` as NativeStacks has it.
Expected<std::string> read_native_stacks(const ProcessFiles& process, std::span<const std::uint64_t> tids,
                                         bool brief = false);

}  // namespace nmtx
