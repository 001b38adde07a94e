// Where a profile's weight is: by function, by whole stack, by thread, and as a tree of functions.
#pragma once

#include <cstdint>
#include <vector>

#include "profile/profile.h"

namespace nmtx {

struct FunctionSum {
    std::uint32_t function = 0;
    std::uint64_t self_samples = 0, total_samples = 0;      // innermost; anywhere in a stack, once for each
    std::uint64_t self_weight_ns = 0, total_weight_ns = 0;  // likewise
};
// All but remarks; by own weight, then by total.
std::vector<FunctionSum> hottest_functions(const Profile& profile);

struct PathSum {
    std::vector<std::uint32_t> functions;  // from the thread's first function inwards
    std::uint64_t samples = 0;
    std::uint64_t weight_ns = 0;
};
// Stacks with the same functions from first to last, whatever their lines and threads; the heaviest `most`.
std::vector<PathSum> hottest_paths(const Profile& profile, std::size_t most);

// Of all threads that have samples, by weight: their indices.
std::vector<std::uint32_t> hottest_threads(const Profile& profile);

// The calls by function alone, as a flame graph shows them: a parent comes before its children, and the root,
// whose function means nothing, is the first.
struct FlameNode {
    std::uint32_t parent = 0;
    std::uint32_t function = 0;
    std::uint64_t self_samples = 0;
    std::uint64_t self_weight_ns = 0;
    std::uint64_t weight_ns = 0;  // with all that it calls
};
struct FlameTree {
    std::vector<FlameNode> nodes;
    std::size_t left_out = 0;  // nodes whose weight counts for their parent
};
// At most so many nodes, the heaviest.
FlameTree flame_tree(const Profile& profile, std::size_t most);

}  // namespace nmtx
