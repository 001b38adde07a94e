#include "allocator/block_graph.h"

#include <algorithm>

namespace nmtx {

void NodeSet::add(std::uint32_t node) {
    if (many_) return bits_.set(node);
    list_.push_back(node);
    if (list_.size() <= most_) return;
    many_ = true;
    for (const std::uint32_t each : list_) bits_.set(each);
    list_.clear();
}

void NodeSet::clear() {
    list_.clear();
    if (many_) bits_.clear();
    many_ = false;
}

BlockGraph::BlockGraph(std::uint32_t nodes, std::size_t most_edges)
    : rows_(nodes),
      distance_(nodes),
      library_(nodes),
      has_edges_(nodes),
      entry_(nodes / nodes_an_entry + 1),
      most_edges_(std::min<std::size_t>(most_edges, 0xffffffffU)),
      fresh_(nodes) {}

bool BlockGraph::add_edges(std::uint32_t from, const std::vector<std::uint32_t>& targets) {
    if (targets.empty() || from < filled_to_) return true;
    if (edges_.size() + targets.size() > most_edges_) return false;
    for (; filled_to_ <= from; ++filled_to_) {
        if (filled_to_ % nodes_an_entry == 0)
            entry_[filled_to_ / nodes_an_entry] = static_cast<std::uint32_t>(edges_.size());
    }
    for (const std::uint32_t target : targets) edges_.push_back(target);
    edges_[edges_.size() - 1] |= last_of_node;
    has_edges_.set(from);
    return true;
}

template <typename Visit>
void BlockGraph::for_each_edge(std::uint32_t node, Visit visit) const {
    const auto before_node = [](const BlockLink& link, std::uint32_t from) { return link.from < from; };
    for (auto link = std::lower_bound(links_.begin(), links_.end(), node, before_node);
         link != links_.end() && link->from == node; ++link)
        visit(link->to, false);
    if (!has_edges_.has(node)) return;
    std::size_t at = entry_[node / nodes_an_entry];
    for (std::uint32_t before = node / nodes_an_entry * nodes_an_entry; before < node; ++before) {
        if (!has_edges_.has(before)) continue;
        while ((edges_[at] & last_of_node) == 0) ++at;
        ++at;
    }
    for (;; ++at) {
        visit(edges_[at] & number_bits, (edges_[at] & inside) != 0);
        if ((edges_[at] & last_of_node) != 0) return;
    }
}

void BlockGraph::add_links(std::vector<BlockLink> links) {
    links_ = std::move(links);
    std::stable_sort(links_.begin(), links_.end(),
                     [](const BlockLink& a, const BlockLink& b) { return a.from < b.from; });
    for (const BlockLink& link : links_) {
        if (row(link.from) != nobody) fresh_.add(link.from);
    }
}

bool BlockGraph::root(std::uint32_t node, Row row) {
    if (root_if_nobodys(node, row)) return true;
    if (this->row(node) != row && !shared_settled_) rows_[node] |= shared_bit;
    return false;
}

bool BlockGraph::root_if_nobodys(std::uint32_t node, Row row) {
    if (this->row(node) != nobody) return false;
    set_row(node, row);
    distance_[node] = 0;
    fresh_.add(node);
    return true;
}

void BlockGraph::visit(std::uint32_t node, bool through_inside, NodeSet& next) {
    const Row own = row(node);
    const std::uint8_t further =
        distance_[node] == furthest ? furthest : static_cast<std::uint8_t>(distance_[node] + 1);
    for_each_edge(node, [&](std::uint32_t target, bool into) {
        if (target >= rows_.size() || (into && !through_inside)) return;
        if (row(target) == nobody) {
            set_row(target, own);
            distance_[target] = further;
            if (library_[target] == 0) library_[target] = library_[node];
            next.add(target);
        } else if (row(target) != own && !shared_settled_) {
            rows_[target] |= shared_bit;
        }
    });
}

void BlockGraph::spread(bool through_inside) {
    // What was visited before these pointers counted is visited once more.
    if (through_inside && !visited_inside_) {
        for (std::uint32_t node = 0; node < rows_.size(); ++node) {
            if (row(node) != nobody && has_edges_.has(node)) fresh_.add(node);
        }
        visited_inside_ = true;
    }
    NodeSet next(nodes());
    while (!fresh_.empty()) {
        next.clear();
        fresh_.for_each([&](std::uint32_t node) { visit(node, through_inside, next); });
        std::swap(fresh_, next);
    }
}

void BlockGraph::settle_shared() {
    shared_settled_ = true;
    NodeSet now(nodes()), next(nodes());
    for (std::uint32_t node = 0; node < rows_.size(); ++node) {
        if (shared(node)) now.add(node);
    }
    while (!now.empty()) {
        next.clear();
        now.for_each([&](std::uint32_t node) {
            for_each_edge(node, [&](std::uint32_t target, bool into) {
                if (into || target >= rows_.size() || shared(target)) return;
                rows_[target] |= shared_bit;
                next.add(target);
            });
        });
        std::swap(now, next);
    }
}

std::vector<std::uint32_t> BlockGraph::way_to(std::uint32_t node, std::size_t most) const {
    std::vector<std::uint32_t> way{node};
    while (way.size() < most && distance_[way.back()] != 0) {
        const std::uint32_t to = way.back();
        const std::uint8_t nearer =
            distance_[to] == furthest ? furthest : static_cast<std::uint8_t>(distance_[to] - 1);
        std::uint32_t found = to;
        for (std::uint32_t from = 0; from < rows_.size() && found == to; ++from) {
            if (row(from) != row(to) || distance_[from] != nearer) continue;
            for_each_edge(from, [&](std::uint32_t target, bool) {
                if (target == to && from != to) found = from;
            });
        }
        if (found == to || std::find(way.begin(), way.end(), found) != way.end()) break;
        way.push_back(found);
    }
    std::reverse(way.begin(), way.end());
    return way;
}

}  // namespace nmtx
