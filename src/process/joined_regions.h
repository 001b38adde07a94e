// System.map has a row for each of the kernel's mappings, with the tags of all NMT regions in it. If the
// kernel has merged other memory with a region, the row does not show it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "process/process_view.h"

namespace nmtx {

// The JVM commits more while it answers, and in most processes some MiB of malloc chunks, which have their
// own owners, are merged with its regions. From this amount on, merged memory is noticed.
inline constexpr Bytes joined_from = mib(8);

// Categories whose rows have more writable memory than NMT has committed for them, with the excess: those
// rows contain other memory. Without stacks, where NMT counts the resident part, and the Java heap, which
// ZGC maps several times.
std::map<std::string_view, Bytes> categories_joined_with_others(const ProcessView& view);

}  // namespace nmtx
