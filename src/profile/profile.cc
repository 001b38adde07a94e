#include "profile/profile.h"

#include <numeric>

namespace nmtx {

std::string_view name_of(ProfileMode mode) {
    return mode == ProfileMode::cpu ? "on-CPU" : "wall-clock";
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
