// How large a heap the options of a JVM allow.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace nmtx {

struct HeapOption {
    Bytes bytes;
    std::string option;  // "-Xmx1g", "-XX:MaxRAMPercentage=75.0 of the limit"
};
// From -Xmx, else from -XX:MaxRAMPercentage of the limit; nothing where neither is given.
std::optional<HeapOption> heap_of_options(std::string_view options, std::optional<Bytes> limit);

}  // namespace nmtx
