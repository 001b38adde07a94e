// The size that an option of the JVM has in effect.
#pragma once

#include <optional>
#include <string_view>

#include "process/process_view.h"

namespace nmtx {

// "MaxHeapSize": by VM.flags, which has what was given or chosen by the JVM, in bytes; else as it was given
// at the start (64m). Nothing where the JVM's default holds and it does not show.
std::optional<Bytes> size_flag(const ProcessView& view, std::string_view name);

}  // namespace nmtx
