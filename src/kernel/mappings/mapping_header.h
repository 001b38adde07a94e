// The line that begins a mapping in /proc/PID/smaps, and all there is of one in /proc/PID/maps (proc(5)).
#pragma once

#include <cstdint>
#include <string_view>

#include "kernel/mappings/smaps.h"

namespace nmtx {

// Does the line begin as only a mapping's does, "7f81-"?
bool is_mapping_header(std::string_view line);

// Range, protection, offset, device, inode and name. False where the line has another shape; `mapping` is
// then of no use.
bool read_mapping_header(std::string_view line, Mapping& mapping);

// "fe:00", hexadecimal, as Mapping::device has it.
bool read_device(std::string_view text, std::uint32_t& device);

}  // namespace nmtx
