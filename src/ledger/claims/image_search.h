// Finds where the programs and libraries of a process lie, by the program headers of their files.
#pragma once

#include "base/target_files.h"
#include "kernel/mappings/loaded_images.h"
#include "kernel/mappings/smaps.h"

namespace nmtx {

// Images of files of which something may be executed, and that have data of their own. A file that cannot be
// read, or whose mappings do not lie as its headers want them, is not among them.
LoadedImages find_loaded_images(const Smaps& smaps, TargetFiles& files);

// What opens the file of a mapping.
MappedFile mapped_file(const Mapping& mapping);

}  // namespace nmtx
