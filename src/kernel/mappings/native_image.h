// GraalVM native images: programs with a Java heap and no libjvm.so. Such a program maps the part of its own
// file that holds the objects made at build time (section .svm_heap) a second time, at the start of address
// space that it has reserved for its heap:
//
//   400000   r-xp │ rw-p compiler                 the program as the loader maps it
//   7f22147… ---p │ r--p rw-p r--p compiler │ rw-p │ ---p │ rw-p │ --------------------p
//                 ╰ made at build time ─────╯╰ heap, committed in pieces ──────────────╯
// Source: substratevm, AbstractImageHeapProvider and AddressRangeCommittedMemoryProvider.
#pragma once

#include <optional>

#include "kernel/mappings/smaps.h"

namespace nmtx {

// The mappings after the file's second one; nothing where the process is not a native image.
std::optional<Range> native_image_heap(const Smaps& smaps);

}  // namespace nmtx
