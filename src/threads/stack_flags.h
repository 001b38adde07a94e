// The flags for the reserved size of thread stacks, and common mistakes with them. ThreadStackSize,
// VMThreadStackSize and CompilerThreadStackSize count in KB, -Xss in bytes; 0 is the platform's default (1
// MiB on Linux x86-64 and aarch64; 4 MiB only for compilers in debug builds). Source: HotSpot globals.hpp,
// os_linux_x86.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace nmtx {

struct StackFlag {
    std::string text;        // as given: "-Xss512k", "-XX:ThreadStackSize=256k"
    std::string threads;     // the threads that it applies to: "Java threads"
    Bytes size;              // the size that the JVM uses
    bool unit_slip = false;  // "256k" for a flag that already counts in KB
    std::string meant;       // with unit_slip: "-XX:ThreadStackSize=256"; else empty
};

// From the JVM's options, in their order. Invalid ones are left out: the JVM has refused them.
std::vector<StackFlag> stack_flags(const std::vector<std::string_view>& options);

}  // namespace nmtx
