#include "profile/profile.h"

#include <numeric>

namespace nmtx {

std::string_view name_of(ProfileMode mode) {
    switch (mode) {
        case ProfileMode::cpu:
            return "on-CPU";
        case ProfileMode::wall:
            return "wall-clock";
        case ProfileMode::allocated_bytes:
            return "allocations";
        case ProfileMode::live_bytes:
            break;
    }
    return "live allocations";
}

std::string_view name_of(CodeKind kind) {
    switch (kind) {
        case CodeKind::java:
            return "Java";
        case CodeKind::native:
            return "native";
        case CodeKind::stub:
            return "JVM stub";
        case CodeKind::mark:
            break;
    }
    return "mark";
}

std::uint64_t Profile::weight_ns() const {
    return std::accumulate(stacks.begin(), stacks.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const StackSum& stack) { return sum + stack.weight_ns; });
}

}  // namespace nmtx
