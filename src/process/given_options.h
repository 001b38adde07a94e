// How the process was started, by the best evidence there is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "process/process_view.h"

namespace nmtx {

// The JVM's options as they were given: by hsperfdata, which has what JAVA_TOOL_OPTIONS and files of options
// have added, else by the command line. Point into the view.
std::vector<std::string_view> jvm_options(const ProcessView& view);

// The command line joined by blanks, at most `most_bytes` of it and printable; empty where it is not known.
std::string command_line(const ProcessView& view, std::size_t most_bytes);

}  // namespace nmtx
