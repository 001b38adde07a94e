// Copies of stacks, as they go to the child that unwinds them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/symbols/thread_copy.h"

namespace nmtx {

struct CopiedBatch {
    std::string maps;  // the text of /proc/PID/maps, of after they were made
    std::vector<ThreadCopy> copies;
};

std::string format_copies(std::string_view maps, std::span<const ThreadCopy> copies);
Expected<CopiedBatch> parse_copies(std::string_view text);

}  // namespace nmtx
