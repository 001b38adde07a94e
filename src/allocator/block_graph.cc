#include "allocator/block_graph.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace nmtx {
namespace {

constexpr std::uint32_t most_lanes = 32;
constexpr unsigned least_lane_shift = 6;  // so that no two share a word of bits for nodes
constexpr std::size_t edges_at_once = 1024;

// The processors that nmtx is built for need not have an instruction for it.
constexpr auto ones_of_byte = [] {
    std::array<std::uint8_t, 256> ones{};
    for (std::size_t byte = 1; byte < ones.size(); ++byte)
        ones.at(byte) = static_cast<std::uint8_t>(ones.at(byte / 2) + byte % 2);
    return ones;
}();

std::uint32_t ones(std::uint32_t sixteen) {
    return std::uint32_t{ones_of_byte[sixteen & 0xffU]} + ones_of_byte[sixteen >> 8U & 0xffU];
}

}  // namespace

void NumberList::add_piece() {
    last_ = pieces_.emplace_back(std::make_unique<std::uint32_t[]>(piece)).get();
}

void NodeSet::add(std::uint32_t node) {
    if (many_) return bits_.set(node);
    list_.push_back(node);
    if (list_.size() > most_) use_bits();
}

void NodeSet::use_bits() {
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
    : nodes_(nodes),
      has_edges_(nodes),
      has_inside_(nodes),
      entry_(nodes / nodes_an_entry + 1),
      lane_shift_(std::max(least_lane_shift, static_cast<unsigned>(std::bit_width(nodes / most_lanes)))),
      unused_edges_(std::min<std::size_t>(most_edges, 0xffffffffU)),
      fresh_(nodes),
      next_(nodes) {
    lanes_.resize((nodes >> lane_shift_) + 1);
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
        lanes_[lane].entries = (lane << lane_shift_) / nodes_an_entry;
}

std::size_t BlockGraph::edges() const {
    std::size_t sum = 0;
    for (const Lane& lane : lanes_) sum += lane.edges.size();
    return sum;
}

// Lanes share what there is. Once that is used up, which of them has it depends on the threads.
bool BlockGraph::make_room(Lane& lane, std::size_t more) {
    const std::size_t have = lane.room - lane.edges.size();
    std::size_t unused = unused_edges_, taken = 0;
    do {
        if (have + unused < more) return false;
        taken = std::min(unused, std::max(more - have, edges_at_once));
    } while (!unused_edges_.compare_exchange_weak(unused, unused - taken));
    lane.room += taken;
    return true;
}

bool BlockGraph::add_edges(std::uint32_t from, const std::vector<std::uint32_t>& targets) {
    if (targets.empty() || from >= nodes_.size()) return true;
    Lane& lane = lanes_[from >> lane_shift_];
    if (from < lane.next_from) return true;
    NumberList& edges = lane.edges;
    if (edges.size() + targets.size() > lane.room && !make_room(lane, targets.size())) return false;
    lane.next_from = from + 1;
    while (lane.entries <= from / nodes_an_entry)
        entry_[lane.entries++] = static_cast<std::uint32_t>(edges.size());
    std::uint32_t any = targets.back();
    for (std::size_t i = 0; i + 1 < targets.size(); ++i) {
        edges.push_back(targets[i]);
        any |= targets[i];
    }
    edges.push_back(targets.back() | last_of_node);
    has_edges_.set(from);
    if ((any & inside) != 0) has_inside_.set(from);
    return true;
}

// Where none of the nodes around has several edges, the place follows from how many of them have one.
std::size_t BlockGraph::first_edge(const Lane& lane, std::uint32_t node) const {
    const std::size_t entry = node / nodes_an_entry;
    const std::size_t end = entry + 1 < lane.entries ? entry_[entry + 1] : lane.edges.size();
    const std::uint32_t around = has_edges_.sixteen(node);
    std::uint32_t before = ones(around & ((1U << (node % nodes_an_entry)) - 1));
    std::size_t at = entry_[entry];
    if (end - at == ones(around)) return at + before;
    for (; before > 0; ++at) before -= (lane.edges[at] & last_of_node) != 0 ? 1U : 0U;
    return at;
}

template <typename Visit>
void BlockGraph::for_each_edge(std::uint32_t node, Visit visit) const {
    if (!links_.empty()) {
        const auto before_node = [](const BlockLink& link, std::uint32_t from) { return link.from < from; };
        for (auto link = std::lower_bound(links_.begin(), links_.end(), node, before_node);
             link != links_.end() && link->from == node; ++link)
            visit(link->to, false);
    }
    if (!has_edges_.has(node)) return;
    const Lane& lane = lanes_[node >> lane_shift_];
    for (std::size_t at = first_edge(lane, node);; ++at) {
        const std::uint32_t edge = lane.edges[at];
        visit(edge & number_bits, (edge & inside) != 0);
        if ((edge & last_of_node) != 0) return;
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
    if (this->row(node) != row && !shared_settled_) nodes_[node].row |= shared_bit;
    return false;
}

bool BlockGraph::root_if_nobodys(std::uint32_t node, Row row) {
    if (this->row(node) != nobody) return false;
    set_row(node, row);
    nodes_[node].distance = 0;
    fresh_.add(node);
    return true;
}

void BlockGraph::visit(std::uint32_t node, bool through_inside) {
    const Node from = nodes_[node];
    const auto own = static_cast<Row>(from.row & most_rows);
    const std::uint8_t further =
        from.distance == furthest ? furthest : static_cast<std::uint8_t>(from.distance + 1);
    for_each_edge(node, [&](std::uint32_t target, bool into) {
        if (target >= nodes_.size() || (into && !through_inside)) return;
        Node& to = nodes_[target];
        const auto row = static_cast<Row>(to.row & most_rows);
        if (row == nobody) {
            to.row |= own;
            to.distance = further;
            if (to.library == 0) to.library = from.library;
            next_.add(target);
        } else if (row != own && !shared_settled_) {
            to.row |= shared_bit;
        }
    });
}

// What was visited before such pointers counted is visited once more, in the same order as if all that has
// pointers were.
void BlockGraph::visit_inside_again() {
    visited_inside_ = true;
    std::size_t visited = 0;
    for (std::uint32_t node = 0; node < nodes_.size() && visited <= fresh_.room(); ++node)
        visited += row(node) != nobody && has_edges_.has(node) ? 1U : 0U;
    if (visited > fresh_.room()) fresh_.use_bits();
    has_inside_.for_each([&](std::uint32_t node) {
        if (row(node) != nobody) fresh_.add(node);
    });
}

void BlockGraph::spread(bool through_inside) {
    if (through_inside && !visited_inside_) visit_inside_again();
    while (!fresh_.empty()) {
        next_.clear();
        fresh_.for_each([&](std::uint32_t node) { visit(node, through_inside); });
        std::swap(fresh_, next_);
    }
}

void BlockGraph::settle_shared() {
    shared_settled_ = true;
    NodeSet now(nodes()), next(nodes());
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
        if (shared(node)) now.add(node);
    }
    while (!now.empty()) {
        next.clear();
        now.for_each([&](std::uint32_t node) {
            for_each_edge(node, [&](std::uint32_t target, bool into) {
                if (into || target >= nodes_.size() || shared(target)) return;
                nodes_[target].row |= shared_bit;
                next.add(target);
            });
        });
        std::swap(now, next);
    }
}

NodeBits BlockGraph::of_nobody() const {
    NodeBits found(nodes());
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
        if (row(node) == nobody) found.set(node);
    }
    return found;
}

std::vector<std::uint32_t> BlockGraph::reached_from(std::uint32_t node, std::size_t most) const {
    std::vector<std::uint32_t> reached{node};
    std::unordered_set<std::uint32_t> known{node};
    for (std::size_t next = 0; next < reached.size(); ++next) {
        for_each_edge(reached[next], [&](std::uint32_t target, bool into) {
            if (into || target >= nodes_.size() || reached.size() >= most) return;
            if (known.insert(target).second) reached.push_back(target);
        });
    }
    return reached;
}

std::vector<std::uint32_t> BlockGraph::way_to(std::uint32_t node, std::size_t most) const {
    std::vector<std::uint32_t> way{node};
    while (way.size() < most && distance(way.back()) != 0) {
        const std::uint32_t to = way.back();
        const std::uint8_t nearer =
            distance(to) == furthest ? furthest : static_cast<std::uint8_t>(distance(to) - 1);
        std::uint32_t found = to;
        for (std::uint32_t from = 0; from < nodes_.size() && found == to; ++from) {
            if (row(from) != row(to) || distance(from) != nearer) continue;
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
