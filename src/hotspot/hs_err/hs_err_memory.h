// What an hs_err log says of the memory of its process and of the container.
#pragma once

#include <optional>
#include <string_view>

#include "hotspot/hs_err/hs_err.h"

namespace nmtx::vm {

// Whether the line is one of "Process Memory:".
bool read_process_memory(std::string_view line, HsErrProcessMemory& memory);
// Whether the line is one of "container (cgroup) information:", the heading included.
bool read_container(std::string_view line, std::optional<HsErrContainer>& container);

}  // namespace nmtx::vm
