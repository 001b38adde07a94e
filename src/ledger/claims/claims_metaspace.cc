// Metaspace nodes by size and place, where NMT's addresses are unknown, or are known by mapping only.
//
// From JDK 16 on metaspace consists of nodes of 64 MiB, aligned to root chunks of 4 MiB
// (virtualSpaceNode.cpp, metaspaceSettings.hpp), which are committed from their beginning, piece by piece:
//
//   [ rw-p ][ rw-p ][ ---p ][ rw-p ][ ------------p ]
//
// The kernel does not merge all pieces, and words in them may look like the header of a chunk. A heap of an
// arena has the same size, aligned to 64 MiB.
//
// Until 15 the first node has 8 MiB, and the others mostly 2 MiB (metaspace.cpp, VirtualSpaceSize and
// InitialBootClassLoaderMetaspaceSize). Full ones have no reservation behind them.
#include <algorithm>
#include <optional>

#include "kernel/mappings/program_files.h"
#include "ledger/claims/claims.h"
#include "ledger/claims/layout_budget.h"
#include "ledger/claims/layout_shapes.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

constexpr Bytes node_size = mib(64);

struct Node {
    Range range;
    std::size_t first = 0,
                last = 0;  // mappings [first, last); the kernel may have joined another's to the first
    Bytes committed;
};

// The node that ends where mappings[last - 1] does, if plain neighbours fill it and its begin can be written.
std::optional<Node> node_that_ends(const std::vector<Mapping>& mappings, std::size_t last) {
    const Address end = mappings[last - 1].range.end;
    if (end.value < node_size.value()) return std::nullopt;
    Node node{{Address{end.value - node_size.value()}, end}, last - 1, last, {}};
    const std::uint64_t begin = node.range.begin.value;
    if (begin % mib(4).value() != 0 || begin % node_size.value() == 0) return std::nullopt;
    for (std::size_t i = last;; --i) {
        const Mapping& mapping = mappings[i - 1];
        if (!mapping.private_anonymous()) return std::nullopt;
        if (i < last && mapping.range.end != mappings[i].range.begin) return std::nullopt;
        node.first = i - 1;
        if (mapping.protection.write) node.committed += intersect(mapping.range, node.range).size();
        if (mapping.range.begin <= node.range.begin)
            return mapping.protection.write ? std::optional(node) : std::nullopt;
        if (i == 1) return std::nullopt;
    }
}

std::vector<Node> nodes_of(const std::vector<Mapping>& mappings, const Layer<Claim>& above) {
    std::vector<Node> nodes;
    std::size_t seen = 0;
    for (std::size_t last = 1; last <= mappings.size(); ++last) {
        if (!is_reservation(mappings[last - 1])) continue;
        const std::optional<Node> node = node_that_ends(mappings, last);
        if (!node || (!nodes.empty() && nodes.back().range.end > node->range.begin)) continue;
        Bytes unclaimed;
        for_each_gap(above, seen, node->range, [&](Range gap) { unclaimed += gap.size(); });
        if (unclaimed == node->range.size()) nodes.push_back(*node);
    }
    return nodes;
}

class TaggedMappings {
  public:
    explicit TaggedMappings(const ProcessView& view) : mappings_(view.smaps->mappings) {
        for (const SystemMapRow& row : view.system_map->rows) {
            const bool one = row.tags.size() == 1;
            if (one && row.writable && nmt_category_of_system_map_tag(row.tags.front()) == "Metaspace")
                rows_.push_back(row.range);
        }
    }

    // Is the range one of plain neighbours, its begin written, and all that can be written metaspace?
    [[nodiscard]] bool is_node(Range node) const {
        auto at = std::partition_point(mappings_.begin(), mappings_.end(), [node](const Mapping& mapping) {
            return mapping.range.end <= node.begin;
        });
        if (at == mappings_.end() || !at->protection.write) return false;
        for (Address covered = node.begin; covered < node.end; covered = at->range.end, ++at) {
            if (at == mappings_.end() || !at->private_anonymous() || at->range.begin > covered) return false;
            if (at->protection.write && !is_tagged(at->range)) return false;
            if (at->range.end >= node.end) break;
        }
        return true;
    }
    [[nodiscard]] bool is_tagged(Range mapping) const {
        return std::any_of(rows_.begin(), rows_.end(),
                           [mapping](Range row) { return !intersect(row, mapping).empty(); });
    }

  private:
    const std::vector<Mapping>& mappings_;
    std::vector<Range> rows_;
};

}  // namespace

Layer<Claim> claims_of_tagged_nodes(const ProcessView& view, Owners& owners) {
    Layer<Claim> layer;
    if (!view.system_map || view.java_feature().value_or(0) < 16) return layer;
    const TaggedMappings tagged(view);
    const Claim claim{owners.id(owner_path::metaspace_or_gc), Evidence::system_map, true};
    const auto add = [&](Address begin) {
        const Range node{begin, begin + node_size};
        if (begin.value % mib(4).value() == 0 && tagged.is_node(node)) layer.push_back({node, claim});
    };
    for (const Mapping& mapping : view.smaps->mappings) {
        if (mapping.protection.write && tagged.is_tagged(mapping.range)) add(mapping.range.begin);
        // The kernel may have joined its begin, or its end, with what lies beside it.
        if (is_reservation(mapping) && mapping.range.end.value >= node_size.value())
            add(Address{mapping.range.end.value - node_size.value()});
    }
    normalise(layer);
    return layer;
}

Layer<Claim> claims_of_metaspace_nodes(const ProcessView& view, const Layer<Claim>& above, Owners& owners) {
    Layer<Claim> layer;
    const bool asked = view.heap_info.has_value() || view.vm_info.has_value();
    if (!shapes_tell(view) || !asked || view.java_feature().value_or(0) < 16) return layer;
    const Claim claim{owners.id(owner_path::metaspace_or_gc), Evidence::smaps_shape, true};
    const auto& mappings = view.smaps->mappings;
    std::vector<Node> nodes = nodes_of(mappings, above);
    std::stable_sort(nodes.begin(), nodes.end(),
                     [](const Node& a, const Node& b) { return a.committed < b.committed; });
    Bytes left = layout_budget(view, above, owners).metaspace;
    for (const Node& node : nodes) {
        if (node.committed > left + std::min(mib(1), Bytes(left.value() / 8))) break;
        left = minus_or_zero(left, node.committed);
        for (std::size_t i = node.first; i < node.last; ++i) {
            if (mappings[i].protection.write)
                layer.push_back({intersect(mappings[i].range, node.range), claim});
        }
    }
    normalise(layer);
    return layer;
}

Layer<Claim> claims_of_full_nodes(const ProcessView& view, const Layer<Claim>& above, Bytes left,
                                  Owners& owners) {
    constexpr std::uint64_t full_node = std::uint64_t{2} << 20U;
    Layer<Claim> layer;
    // Only counters, or no word of it: then there is no telling how many there can be.
    if (!view.heap_info || !view.heap_info->metaspace || view.java_feature().value_or(16) >= 16) return layer;
    const Claim claim{owners.id(owner_path::metaspace_or_gc), Evidence::smaps_shape, true};
    const ProgramFiles programs(*view.smaps, view.loaded_images);
    const auto& mappings = view.smaps->mappings;
    Bytes sum;
    std::size_t first = 0;
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const Range range = mappings[i].range;
        const bool plain = mappings[i].private_anonymous() && mappings[i].protection.write &&
                           !mappings[i].protection.execute;
        if (!plain || range.size().value() % full_node != 0 || all_bss(programs, mappings, i)) continue;
        for_each_gap(above, first, range, [&](Range gap) {
            if (gap != range) return;
            layer.push_back({range, claim});
            sum += range.size();
        });
    }
    // Where others have mapped memory of that size, too, it is unknown whose is whose.
    return sum <= left + mib(1) ? layer : Layer<Claim>();
}

}  // namespace nmtx
