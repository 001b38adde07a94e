// malloc's main arena in pmap output.
#pragma once

#include <optional>
#include <string>

#include "kernel/mappings/smaps.h"

namespace nmtx {

// pmap -x calls malloc's main arena "[ anon ]": the first such mapping after the program's own gets the
// kernel's name for it. Returns a sentence that says so; nothing where it already has a name, or is missing.
std::optional<std::string> name_main_arena(Smaps& smaps);

}  // namespace nmtx
