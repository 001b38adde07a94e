// malloc's main arena in what pmap prints.
#pragma once

#include <optional>
#include <string>

#include "kernel/mappings/smaps.h"

namespace nmtx {

// pmap -x calls malloc's main arena "[ anon ]": the first such mapping behind the program's own is given the
// kernel's name for it. With a sentence that says so; nothing where it has a name, or is not there.
std::optional<std::string> name_main_arena(Smaps& smaps);

}  // namespace nmtx
