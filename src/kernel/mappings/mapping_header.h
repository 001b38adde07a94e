// The line that begins a mapping in /proc/PID/smaps, and the only one in /proc/PID/maps (proc(5)).
#pragma once

#include <cstdint>
#include <string_view>

#include "kernel/mappings/smaps.h"

namespace nmtx {

// Does the line begin like a mapping, "7f81-"?
bool is_mapping_header(std::string_view line);

// Range, protection, offset, device, inode and name. False where the line has another shape; `mapping` is
// then unspecified.
bool read_mapping_header(std::string_view line, Mapping& mapping);

// "fe:00", hexadecimal, encoded as Mapping::device.
bool read_device(std::string_view text, std::uint32_t& device);

}  // namespace nmtx
