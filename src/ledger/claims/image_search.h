// Finds the addresses of a process's programs and libraries, by the program headers of their files.
#pragma once

#include "base/target_files.h"
#include "kernel/mappings/loaded_images.h"
#include "kernel/mappings/smaps.h"

namespace nmtx {

// Images of executable files that have data. A file that cannot be read, or whose mappings do not match its
// headers, is left out.
LoadedImages find_loaded_images(const Smaps& smaps, TargetFiles& files);

// Identifies the file of a mapping, for opening it.
MappedFile mapped_file(const Mapping& mapping);

}  // namespace nmtx
