// Untracked blocks and the pointers between them, and who reaches which: from roots, breadth first, so that
// each block belongs to the root with the shortest chain of pointers to it. Cycles need no care: a block is
// reached once.
//
// Memory: 4 bytes and some bits a block, 4 bytes a pointer, up to a bound.
//
// Threads may add pointers and libraries of different lanes while another one adds roots: they write
// different fields. Lanes are equal parts of the nodes.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

namespace nmtx {

// Numbers that are appended and never move: growing copies nothing.
class NumberList {
  public:
    void push_back(std::uint32_t number) {
        if (size_ % piece == 0) add_piece();
        last_[size_++ % piece] = number;
    }
    [[nodiscard]] std::uint32_t operator[](std::size_t at) const { return pieces_[at / piece][at % piece]; }
    std::uint32_t& operator[](std::size_t at) { return pieces_[at / piece][at % piece]; }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    static constexpr std::size_t piece = std::size_t{1} << 14U;
    void add_piece();
    std::vector<std::unique_ptr<std::uint32_t[]>> pieces_;
    std::uint32_t* last_ = nullptr;  // of the pieces
    std::size_t size_ = 0;
};

// One bit for each node.
class NodeBits {
  public:
    explicit NodeBits(std::uint32_t nodes) : words_((std::size_t{nodes} + 63) / 64) {}
    [[nodiscard]] bool has(std::uint32_t node) const { return (words_[node / 64] >> (node % 64) & 1U) != 0; }
    // The 16 that the node is one of: it is bit node % 16.
    [[nodiscard]] std::uint32_t sixteen(std::uint32_t node) const {
        return static_cast<std::uint32_t>(words_[node / 64] >> (node % 64 / 16 * 16)) & 0xffffU;
    }
    void set(std::uint32_t node) { words_[node / 64] |= std::uint64_t{1} << (node % 64); }
    // While others do, too.
    void set_shared(std::uint32_t node) {
        const std::uint64_t bit = std::uint64_t{1} << (node % 64);
        const std::atomic_ref<std::uint64_t> word(words_[node / 64]);
        if ((word.load(std::memory_order_relaxed) & bit) == 0) word.fetch_or(bit, std::memory_order_relaxed);
    }
    void clear() { words_.assign(words_.size(), 0); }
    template <typename Visit>
    void for_each(Visit visit) const {
        for (std::size_t word = 0; word < words_.size(); ++word) {
            for (std::uint64_t bits = words_[word]; bits != 0; bits &= bits - 1)
                visit(static_cast<std::uint32_t>(word * 64) +
                      static_cast<std::uint32_t>(std::countr_zero(bits)));
        }
    }

  private:
    std::vector<std::uint64_t> words_;
};

// Nodes that are to be visited next: a list while they are few, else a bit for each node.
class NodeSet {
  public:
    explicit NodeSet(std::uint32_t nodes) : most_(std::max<std::size_t>(1024, nodes / 32)), bits_(nodes) {}
    void add(std::uint32_t node);
    // How many more the list takes.
    [[nodiscard]] std::size_t room() const { return many_ ? 0 : most_ - list_.size(); }
    void use_bits();
    [[nodiscard]] bool empty() const { return list_.empty() && !many_; }
    void clear();
    template <typename Visit>
    void for_each(Visit visit) const {
        for (const std::uint32_t node : list_) visit(node);
        if (many_) bits_.for_each(visit);
    }

  private:
    std::size_t most_;
    std::vector<std::uint32_t> list_;
    bool many_ = false;
    NodeBits bits_;
};

// A pointer found by itself, not while the blocks are walked in order.
struct BlockLink {
    std::uint32_t from = 0, to = 0;
    friend bool operator==(const BlockLink&, const BlockLink&) = default;
};

class BlockGraph {
  public:
    using Row = std::uint16_t;
    static constexpr Row nobody = 0;
    static constexpr Row most_rows = 0x7fff;  // rows are 1 … most_rows
    static constexpr std::uint8_t furthest = 0xff;

    BlockGraph(std::uint32_t nodes, std::size_t most_edges);

    // Those of lane n begin at n << lane_shift().
    [[nodiscard]] unsigned lane_shift() const { return lane_shift_; }
    [[nodiscard]] std::uint32_t lanes() const { return static_cast<std::uint32_t>(lanes_.size()); }
    // The pointers in a node's block. Within a lane, nodes come in ascending order. False where no room is
    // left.
    bool add_edges(std::uint32_t from, const std::vector<std::uint32_t>& targets);
    // A target's number with this bit: the pointer leads into the block, not to its beginning.
    static constexpr std::uint32_t inside = std::uint32_t{1} << 30U;

    // Further pointers to the beginning of blocks, once, after all edges; what holds their blocks is spread
    // once more.
    void add_links(std::vector<BlockLink> links);

    // The root reaches the node itself. False where the node is somebody's already; it is shared then, unless
    // by its own row.
    bool root(std::uint32_t node, Row row);
    // The same without taking note that it is shared.
    bool root_if_nobodys(std::uint32_t node, Row row);
    // Gives what the nodes of roots point to, at any depth, to their rows.
    void spread(bool through_inside);
    // What is reached from a node that is shared is shared. From then on no more nodes become shared: what
    // holds blocks by weaker evidence does not count.
    void settle_shared();

    // The library that the block itself shows: 1 … 255; 0 where none. It passes on to what the block reaches.
    void set_library(std::uint32_t node, std::uint8_t library) { nodes_[node].library = library; }
    [[nodiscard]] std::uint8_t library(std::uint32_t node) const { return nodes_[node].library; }
    [[nodiscard]] Row row(std::uint32_t node) const { return nodes_[node].row & most_rows; }
    void set_row(std::uint32_t node, Row row) {
        nodes_[node].row = static_cast<Row>(row | (nodes_[node].row & shared_bit));
    }
    [[nodiscard]] bool shared(std::uint32_t node) const { return (nodes_[node].row & shared_bit) != 0; }
    // Steps from the root, `furthest` for that many or more.
    [[nodiscard]] std::uint8_t distance(std::uint32_t node) const { return nodes_[node].distance; }
    [[nodiscard]] std::uint32_t nodes() const { return static_cast<std::uint32_t>(nodes_.size()); }
    [[nodiscard]] std::size_t edges() const;

    [[nodiscard]] NodeBits of_nobody() const;

    // What pointers to the beginning of blocks lead to from that node, which is the first; nearest first.
    [[nodiscard]] std::vector<std::uint32_t> reached_from(std::uint32_t node, std::size_t most) const;

    // The nodes on the way from the node's root to the node, which is the last; the first ones are missing
    // where the way is longer than `most`.
    [[nodiscard]] std::vector<std::uint32_t> way_to(std::uint32_t node, std::size_t most) const;

  private:
    static constexpr Row shared_bit = 0x8000;
    static constexpr std::uint32_t last_of_node = std::uint32_t{1} << 31U, number_bits = inside - 1;
    static constexpr std::uint32_t nodes_an_entry = 16;

    struct Node {
        Row row = nobody;  // with shared_bit
        std::uint8_t distance = 0, library = 0;
    };

    struct Lane {
        NumberList edges;             // a node's edges one behind another; the last is marked
        std::size_t room = 0;         // for so many
        std::size_t entries = 0;      // so many of entry_ are filled in, all before the lane's included
        std::uint32_t next_from = 0;  // edges are added of it and those behind
    };

    bool make_room(Lane& lane, std::size_t more);
    template <typename Visit>
    void for_each_edge(std::uint32_t node, Visit visit) const;
    [[nodiscard]] std::size_t first_edge(const Lane& lane, std::uint32_t node) const;
    void visit(std::uint32_t node, bool through_inside);
    void visit_inside_again();

    std::vector<Node> nodes_;
    NodeBits has_edges_, has_inside_;  // any; any that leads into a block
    std::vector<std::uint32_t>
        entry_;  // of every 16th node: where its lane's edges of it and those behind begin
    std::vector<Lane> lanes_;
    unsigned lane_shift_;
    std::vector<BlockLink> links_;           // by `from`
    std::atomic<std::size_t> unused_edges_;  // that no lane has taken
    NodeSet fresh_, next_;                   // reached, and not yet visited; their targets
    bool visited_inside_ = false;
    bool shared_settled_ = false;
};

}  // namespace nmtx
