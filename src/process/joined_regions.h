// System.map has a row for each mapping of the kernel's, and a row's tag is that of every region of NMT's in
// it. Where the kernel has joined memory of somebody else to a region, nothing in the row says so.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "process/process_view.h"

namespace nmtx {

// The JVM commits more while it answers, and chunks of malloc of some MiB in all are joined to its regions in
// most processes; they have owners of their own. What is joined is noticed from here on.
inline constexpr Bytes joined_from = mib(8);

// Categories whose rows have more memory that can be written than NMT has committed for them, with that
// amount: somebody else's memory is in those rows. Without stacks, of which NMT counts what is resident, and
// the Java heap, which ZGC maps several times.
std::map<std::string_view, Bytes> categories_joined_with_others(const ProcessView& view);

}  // namespace nmtx
