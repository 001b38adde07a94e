// Libraries in the process that neither the JDK nor the C library brings: where native memory that the JVM
// does not track may come from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "process/process_view.h"

namespace nmtx {

// "/opt/app/librocksdbjni.so", as smaps names them, each once, in the order of addresses. Empty where no JVM
// is mapped.
std::vector<std::string_view> foreign_libraries(const ProcessView& view);

// "libfoo.so, libbar.so.2 and 3 more": file names alone, printable.
std::string library_list(const std::vector<std::string_view>& paths);

// Is a library of such a name mapped ("libz.so")? The JDK's own libraries count too.
bool maps_library(const ProcessView& view, std::string_view name_begins);

}  // namespace nmtx
