#include "profile/hottest.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <unordered_map>

namespace nmtx {
namespace {

std::uint64_t key_of(std::uint32_t parent, std::uint32_t function) {
    return (std::uint64_t{parent} << 32U) | function;
}

// Nodes of the profile that differ by line only are one.
std::vector<FlameNode> merged_by_function(const Profile& profile) {
    std::vector<FlameNode> nodes(1);
    std::unordered_map<std::uint64_t, std::uint32_t> known;
    std::vector<std::uint32_t> merged(profile.nodes.size(), 0);
    for (std::size_t i = 1; i < profile.nodes.size(); ++i) {
        const std::uint32_t parent = merged[profile.nodes[i].parent];
        const std::uint32_t function = profile.sites[profile.nodes[i].site].function;
        const auto [at, added] =
            known.try_emplace(key_of(parent, function), static_cast<std::uint32_t>(nodes.size()));
        if (added) nodes.push_back({parent, function, 0, 0, 0});
        merged[i] = at->second;
    }
    for (const StackSum& stack : profile.stacks) {
        FlameNode& node = nodes[merged[stack.node]];
        node.self_samples += stack.samples;
        node.self_weight_ns += stack.weight_ns;
    }
    for (FlameNode& node : nodes) node.weight_ns = node.self_weight_ns;
    for (std::size_t i = nodes.size(); i-- > 1;) nodes[nodes[i].parent].weight_ns += nodes[i].weight_ns;
    return nodes;
}

}  // namespace

std::vector<FunctionSum> hottest_functions(const Profile& profile) {
    std::vector<FunctionSum> sums(profile.functions.size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i].function = static_cast<std::uint32_t>(i);
    // Of each function the last stack that has counted it: recursion counts once.
    std::vector<std::size_t> counted(sums.size(), profile.stacks.size());
    for (std::size_t s = 0; s < profile.stacks.size(); ++s) {
        const StackSum& stack = profile.stacks[s];
        for (std::uint32_t node = stack.node; node != 0; node = profile.nodes[node].parent) {
            const std::uint32_t function = profile.sites[profile.nodes[node].site].function;
            FunctionSum& sum = sums[function];
            if (node == stack.node) {
                sum.self_samples += stack.samples;
                sum.self_weight_ns += stack.weight_ns;
            }
            if (counted[function] == s) continue;
            counted[function] = s;
            sum.total_samples += stack.samples;
            sum.total_weight_ns += stack.weight_ns;
        }
    }
    std::erase_if(sums, [&](const FunctionSum& sum) {
        return sum.total_samples == 0 || profile.functions[sum.function].kind == CodeKind::mark;
    });
    std::stable_sort(sums.begin(), sums.end(), [](const FunctionSum& a, const FunctionSum& b) {
        if (a.self_weight_ns != b.self_weight_ns) return a.self_weight_ns > b.self_weight_ns;
        return a.total_weight_ns > b.total_weight_ns;
    });
    return sums;
}

std::vector<PathSum> hottest_paths(const Profile& profile, std::size_t most) {
    const std::vector<FlameNode> nodes = merged_by_function(profile);
    std::vector<std::uint32_t> order(nodes.size());
    std::iota(order.begin(), order.end(), 0U);
    std::erase_if(order, [&](std::uint32_t i) { return nodes[i].self_weight_ns == 0; });
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return nodes[a].self_weight_ns > nodes[b].self_weight_ns;
    });
    if (order.size() > most) order.resize(most);
    std::vector<PathSum> paths;
    paths.reserve(order.size());
    for (const std::uint32_t i : order) {
        PathSum path{{}, nodes[i].self_samples, nodes[i].self_weight_ns};
        for (std::uint32_t node = i; node != 0; node = nodes[node].parent)
            path.functions.push_back(nodes[node].function);
        std::reverse(path.functions.begin(), path.functions.end());
        paths.push_back(std::move(path));
    }
    return paths;
}

std::vector<std::uint32_t> hottest_threads(const Profile& profile) {
    std::vector<std::uint32_t> order(profile.threads.size());
    std::iota(order.begin(), order.end(), 0U);
    std::erase_if(order, [&](std::uint32_t i) { return profile.threads[i].weight_ns == 0; });
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return profile.threads[a].weight_ns > profile.threads[b].weight_ns;
    });
    return order;
}

FlameTree flame_tree(const Profile& profile, std::size_t most) {
    std::vector<FlameNode> nodes = merged_by_function(profile);
    FlameTree tree;
    std::uint64_t least = 0;
    if (nodes.size() > most && most > 0) {
        // A child weighs no more than its parent, so what is kept hangs together; of equal ones none is kept.
        std::vector<std::uint64_t> weights;
        weights.reserve(nodes.size());
        for (const FlameNode& node : nodes) weights.push_back(node.weight_ns);
        std::nth_element(weights.begin(), weights.begin() + static_cast<std::ptrdiff_t>(most), weights.end(),
                         std::greater<>());
        least = weights[most] + 1;
    }
    std::vector<std::uint32_t> place(nodes.size(), 0);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        FlameNode node = nodes[i];
        node.parent = place[node.parent];
        if (i > 0 && node.weight_ns < least) {
            place[i] = node.parent;
            FlameNode& kept = tree.nodes[node.parent];
            kept.self_samples += node.self_samples;
            kept.self_weight_ns += node.self_weight_ns;
            ++tree.left_out;
            continue;
        }
        place[i] = static_cast<std::uint32_t>(tree.nodes.size());
        tree.nodes.push_back(node);
    }
    return tree;
}

}  // namespace nmtx
