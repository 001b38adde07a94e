// The flags that say how large a thread's stack is reserved, and the slips that they invite.
// ThreadStackSize, VMThreadStackSize and CompilerThreadStackSize count in KB, -Xss in bytes; 0 is the
// platform's default (1 MiB on Linux x86-64 and aarch64; 4 MiB for compilers of debug builds alone). Source:
// HotSpot globals.hpp, os_linux_x86.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace nmtx {

struct StackFlag {
    std::string text;        // as it was given: "-Xss512k", "-XX:ThreadStackSize=256k"
    std::string threads;     // which threads it is about: "Java threads"
    Bytes size;              // what the JVM makes of it
    bool unit_slip = false;  // "256k" of a flag that counts in KB already
    std::string meant;       // with unit_slip: "-XX:ThreadStackSize=256"; else empty
};

// Of the JVM's options, in their order. What cannot be understood is left out: the JVM has refused it.
std::vector<StackFlag> stack_flags(const std::vector<std::string_view>& options);

}  // namespace nmtx
