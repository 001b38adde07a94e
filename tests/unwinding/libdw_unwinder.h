// The same as unwind(), by libdw of elfutils: what libunwind's stacks are compared with.
#pragma once

#include "platform/symbols/unwinder.h"

namespace nmtx::test {

std::vector<UnwoundStack> unwind_by_libdw(const ProcessFiles& process, std::span<const MappedFile> code,
                                          std::span<const ThreadCopy> copies);

}  // namespace nmtx::test
