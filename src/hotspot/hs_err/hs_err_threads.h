// The lines of an hs_err log about threads, of JDK 6 to 28.
#pragma once

#include <optional>
#include <string_view>

#include "hotspot/hs_err/hs_err.h"

namespace nmtx::vm {

// A line of "Java Threads:" or "Other Threads:".
bool is_hs_err_thread(std::string_view line);
std::optional<HsErrThread> read_hs_err_thread(std::string_view line);
// "Current thread (0x00007fd17c626f90):  JavaThread "tomcat-http--32" daemon [_thread_in_Java, id=118491, …]"
std::optional<HsErrThread> read_current_thread(std::string_view line);

}  // namespace nmtx::vm
