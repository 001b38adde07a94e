// Nodes of the metaspace by their size and place, where no address of NMT's is known.
//
// From JDK 16 on metaspace lies in nodes of 64 MiB on borders of its root chunks, 4 MiB
// (virtualSpaceNode.cpp, metaspaceSettings.hpp), which are committed from the beginning on, piece by piece:
//
//   [ rw-p ][ rw-p ][ ---p ][ rw-p ][ ------------p ]
//
// The kernel does not join all of the pieces, and words in them may look like the header of a chunk. A heap
// of an arena is as large, on a border of 64 MiB.
#include <algorithm>

#include "ledger/claims.h"
#include "ledger/layout_budget.h"
#include "ledger/layout_shapes.h"

namespace nmtx {
namespace {

constexpr Bytes node_size = mib(64);

// Behind the last of the plain neighbours from `first` on that end exactly there; `first` where none does.
std::size_t end_of_run(const std::vector<Mapping>& mappings, std::size_t first, Address there) {
    for (std::size_t i = first; i < mappings.size() && mappings[i].private_anonymous(); ++i) {
        if (i > first && mappings[i].range.begin != mappings[i - 1].range.end) break;
        if (mappings[i].range.end == there) return i + 1;
        if (mappings[i].range.end > there) break;
    }
    return first;
}

struct Node {
    std::size_t first = 0, last = 0;  // mappings [first, last)
    Bytes committed;
};

std::vector<Node> nodes_of(const std::vector<Mapping>& mappings, const Layer<Claim>& above) {
    std::vector<Node> nodes;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const Range node{mappings[i].range.begin, mappings[i].range.begin + node_size};
        const bool on_its_border =
            node.begin.value % mib(4).value() == 0 && node.begin.value % node_size.value() != 0;
        if (!on_its_border || !mappings[i].private_anonymous() || !mappings[i].protection.write) continue;
        const std::size_t end = end_of_run(mappings, i, node.end);
        if (end == i || !is_reservation(mappings[end - 1])) continue;
        Bytes unclaimed;
        for_each_gap(above, seen, node, [&](Range gap) { unclaimed += gap.size(); });
        if (unclaimed != node.size()) continue;
        Node found{i, end, {}};
        for (; i < end; ++i) {
            if (mappings[i].protection.write) found.committed += mappings[i].range.size();
        }
        nodes.push_back(found);
        --i;
    }
    return nodes;
}

}  // namespace

Layer<Claim> claims_of_metaspace_nodes(const ProcessView& view, const Layer<Claim>& above, Owners& owners) {
    Layer<Claim> layer;
    const bool asked = view.heap_info.has_value() || view.vm_info.has_value();
    if (!shapes_tell(view) || !asked || view.java_feature().value_or(0) < 16) return layer;
    const Claim claim{owners.id("jvm/metaspace or gc"), Evidence::smaps_shape, true};
    const auto& mappings = view.smaps->mappings;
    std::vector<Node> nodes = nodes_of(mappings, above);
    std::stable_sort(nodes.begin(), nodes.end(),
                     [](const Node& a, const Node& b) { return a.committed < b.committed; });
    Bytes left = layout_budget(view, above, owners).metaspace;
    for (const Node& node : nodes) {
        if (node.committed > left + std::min(mib(1), Bytes(left.value() / 8))) break;
        left = minus_or_zero(left, node.committed);
        for (std::size_t i = node.first; i < node.last; ++i) {
            if (mappings[i].protection.write) layer.push_back({mappings[i].range, claim});
        }
    }
    normalise(layer);
    return layer;
}

}  // namespace nmtx
