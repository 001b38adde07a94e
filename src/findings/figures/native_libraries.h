// Mapped libraries that are part of neither the JDK nor the C library: possible sources of native memory
// that NMT does not track.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "process/process_view.h"

namespace nmtx {

// "/opt/app/librocksdbjni.so", as smaps names them, each once, in the order of addresses. Empty where no JVM
// is mapped.
std::vector<std::string_view> foreign_libraries(const ProcessView& view);

// "libfoo.so, libbar.so.2 and 3 more": only file names, printable.
std::string library_list(const std::vector<std::string_view>& paths);

// Is a library of such a name mapped ("libz.so")? The JDK's own libraries count too.
bool maps_library(const ProcessView& view, std::string_view name_begins);

}  // namespace nmtx
