// How the process was started, by the best available evidence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "process/process_view.h"

namespace nmtx {

// The JVM's options as given: from hsperfdata, which includes JAVA_TOOL_OPTIONS and options files, else from
// the command line. Point into the view.
std::vector<std::string_view> jvm_options(const ProcessView& view);

// The command line joined by blanks, at most `most_bytes` of it, printable; empty where it is unknown.
std::string command_line(const ProcessView& view, std::size_t most_bytes);

}  // namespace nmtx
