#include <algorithm>

#include "allocator/holder_work.h"
#include "allocator/relative_links.h"
#include "base/range_map.h"

namespace nmtx {
namespace {

constexpr std::size_t most_pending = std::size_t{1} << 20U;
constexpr std::size_t most_field_roots = std::size_t{1} << 18U;
constexpr std::size_t most_static_roots = std::size_t{1} << 18U;
constexpr std::size_t most_reached = std::size_t{1} << 16U;  // looked at for what one block shows

// Sizes of the blocks that one field points to.
class FieldSizes {
  public:
    // Each block once: nodes in ascending order.
    void add(std::uint32_t node, std::uint64_t usable) {
        if (blocks_ > 0 && node == last_) return;
        last_ = node;
        ++blocks_;
        if (last_count_ == nullptr || usable != last_usable_) {
            last_usable_ = usable;
            last_count_ = &sizes_[usable];
        }
        ++*last_count_;
    }
    // Once all are there.
    void settle() {
        for (const auto& [usable, blocks] : sizes_) {
            const auto next = sizes_.find(usable + split_rest);
            const std::uint64_t alike = blocks + (next == sizes_.end() ? 0 : next->second);
            if (alike > most_) std::tie(usual_, most_) = std::pair{usable, alike};
        }
    }
    [[nodiscard]] bool one_size() const { return blocks_ >= least_blocks && most_ * 2 > blocks_; }
    [[nodiscard]] bool is_usual(std::uint64_t usable) const {
        return usable == usual_ || usable == usual_ + split_rest;
    }

  private:
    static constexpr std::uint64_t least_blocks = 4;
    static constexpr std::uint64_t split_rest = 16;  // a chunk may be larger by what could not be split off
    std::map<std::uint64_t, std::uint64_t> sizes_;
    std::uint64_t blocks_ = 0, usual_ = 0, most_ = 0;
    std::uint32_t last_ = 0;
    std::uint64_t last_usable_ = 0, *last_count_ = nullptr;
};

}  // namespace

void HolderWork::strong_root(std::uint32_t node, Row row, Address from) {
    HolderRow& of = table_[row];
    if (of.example == Address{}) {
        of.example_from = from;
        of.example = index_.address_of(node);
    }
    if (graph_->root(node, row)) return;
    const Row before = graph_->row(node);
    if (before == row) return;
    const Row winner = table_.winner(before, row);
    table_.share(winner, winner == row ? before : row);
    graph_->set_row(node, winner);
}

void HolderWork::weak_root(std::uint32_t node, Row row, Address from) {
    if (!graph_->root_if_nobodys(node, row)) return;
    HolderRow& of = table_[row];
    if (of.example != Address{}) return;
    of.example_from = from;
    of.example = index_.address_of(node);
}

void HolderWork::pend(std::vector<PendingRoot>& list, std::uint32_t node, Row row, Address from) {
    if (node == BlockIndex::none) return;
    if (list.size() >= most_pending) {
        found_.holders.pointers_left_out = true;
        return;
    }
    if (!list.empty() && list.back().node == node && list.back().row == row) return;
    list.push_back({node, row, from});
}

void HolderWork::settle(std::vector<PendingRoot>& list) {
    for (const PendingRoot& root : list) weak_root(root.node, root.row, root.from);
    list.clear();
    list.shrink_to_fit();
}

void HolderWork::point(Row row, Address from, std::uint64_t word) {
    const BlockIndex::Target to = target_of(word);
    if (table_[row].kind == HolderKind::java_unknown)
        return pend(to.inside ? weak_inside_ : weak_, to.node, row, from);
    if (to.inside) return pend(inside_, to.node, row, from);
    if (table_[row].second_choice) return pend(second_, to.node, row, from);
    if (to.node == BlockIndex::none) return;
    if (table_[row].kind == HolderKind::java_field && fields_.size() < most_field_roots) {
        fields_.push_back({to.node, row, from});
    } else {
        strong_root(to.node, row, from);
    }
}

// The block and what it points to show libraries, and the field's class calls none of them.
bool HolderWork::shows_other_libraries(const PendingRoot& root) {
    bool others = false;
    const std::size_t most = std::min(most_reached, reached_left_);
    if (most == 0 || !table_[root.row].calls_jdk_only) return false;
    const auto reached = graph_->reached_from(root.node, most);
    reached_left_ -= reached.size();
    for (const std::uint32_t node : reached) {
        const std::uint8_t own = graph_->library(node), library = own != 0 ? own : pointers_.shown(node);
        if (library == 0 || pointers_.file(library) == pointers_.loader()) continue;
        if (table_.may_call(root.row, pointers_.file(library))) return false;
        others = true;
    }
    return others;
}

// An object that is garbage keeps the address of a block that was freed and given out again, perhaps for
// something else. Where most blocks that a field points to are of one size, the others count only if no
// other strong root reaches them. Where they are not, a block that shows other libraries than the field's
// class calls is weak.
void HolderWork::field_roots() {
    std::stable_sort(fields_.begin(), fields_.end(),
                     [](const PendingRoot& a, const PendingRoot& b) { return a.node < b.node; });
    std::vector<std::uint32_t> nodes;
    nodes.reserve(fields_.size());
    for (const PendingRoot& root : fields_) nodes.push_back(root.node);
    std::vector<std::uint64_t> usable;
    usable.reserve(nodes.size());
    std::map<Row, FieldSizes> of_rows;
    auto of_row = of_rows.end();
    index_.for_each_node_of(nodes, [&](std::uint32_t node, const NodeChunk& chunk) {
        const Row row = fields_[usable.size()].row;
        if (of_row == of_rows.end() || of_row->first != row) of_row = of_rows.try_emplace(row).first;
        of_row->second.add(node, chunk.usable);
        usable.push_back(chunk.usable);
    });
    for (auto& [row, of] : of_rows) of.settle();
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const PendingRoot& root = fields_[i];
        const FieldSizes& sizes = of_rows[root.row];
        if (sizes.one_size() && !sizes.is_usual(usable[i])) {
            odd_.push_back(root);
        } else if (!sizes.one_size() && shows_other_libraries(root)) {
            pend(doubted_, root.node, root.row, root.from);
        } else {
            strong_root(root.node, root.row, root.from);
        }
    }
    fields_.clear();
    fields_.shrink_to_fit();
}

// A variable's name is that of the symbol which covers it, where the file has one.
void HolderWork::static_roots() {
    struct Static {
        std::uint32_t file, node;
        Address from;
        bool inside;
    };
    std::vector<Static> statics;
    for (const FileRange& data : search_.data) {
        const bool base = is_base_library(search_.files[data.file].path);
        for_each_candidate(memory_, words_, index_.near(), data.range, [&](Address at, std::uint64_t word) {
            const BlockIndex::Target to = target_of(word);
            if (to.node == BlockIndex::none || (to.inside && base))
                return;  // malloc's lists lead into blocks
            if (statics.size() < most_static_roots) {
                statics.push_back({data.file, to.node, at, to.inside});
            } else if (!to.inside) {
                static_root(table_.row(HolderKind::library_data, "", data.file), to.node, at);
            }
        });
    }
    std::stable_sort(statics.begin(), statics.end(),
                     [](const Static& a, const Static& b) { return a.file < b.file; });
    for (std::size_t first = 0, last = 0; first < statics.size(); first = last) {
        std::vector<Address> addresses;
        for (last = first; last < statics.size() && statics[last].file == statics[first].file; ++last)
            addresses.push_back(statics[last].from);
        auto symbols = files_.symbols(search_.files[statics[first].file], addresses);
        symbols.resize(addresses.size());
        for (std::size_t i = first; i < last; ++i) {
            const auto& symbol = symbols[i - first];
            const Row row = table_.row(HolderKind::library_data, symbol ? symbol->name : "", statics[i].file);
            if (statics[i].inside) {
                pend(inside_, statics[i].node, row, statics[i].from);
            } else {
                static_root(row, statics[i].node, statics[i].from);
            }
        }
    }
}

void HolderWork::static_root(Row row, std::uint32_t node, Address from) {
    if (is_base_library(search_.files[table_[row].file].path)) return pend(second_, node, row, from);
    strong_root(node, row, from);
}

void HolderWork::strong_roots() {
    field_roots();
    static_roots();
    graph_->spread(false);
    settle(odd_);
    graph_->spread(false);
    settle(inside_);
    graph_->spread(false);
    settle(second_);
    graph_->spread(true);
    graph_->settle_shared();
}

void HolderWork::relative_links() {
    graph_->add_links(find_relative_links(index_, memory_, graph_->of_nobody()));
    graph_->spread(true);
}

// Without malloc's own regions, which whoever made the ranges may not know.
void HolderWork::ranges_as_roots(const std::vector<Range>& ranges, Row row) {
    Layer<char> regions;
    for (const ChunkRegion& region : search_.heap.regions) regions.push_back({region.whole, 0});
    std::size_t first = 0;
    const auto word_found = [&](Address at, std::uint64_t word) {
        const BlockIndex::Target to = target_of(word);
        if (to.inside) return pend(weak_inside_, to.node, row, at);
        if (to.node != BlockIndex::none) weak_root(to.node, row, at);
    };
    for (const Range& range : ranges) {
        for_each_gap(regions, first, range,
                     [&](Range gap) { for_each_candidate(memory_, words_, index_.near(), gap, word_found); });
    }
}

void HolderWork::weak_roots() {
    settle(doubted_);
    graph_->spread(true);
    settle(weak_);
    graph_->spread(true);
    const Row jvm = table_.row(HolderKind::jvm_block, "");
    pointers_.from_jvm().for_each([&](std::uint32_t node) { weak_root(node, jvm, {}); });
    graph_->spread(true);
    ranges_as_roots(search_.request.stacks, table_.row(HolderKind::stack, ""));
    graph_->spread(true);
    ranges_as_roots(search_.request.other, table_.row(HolderKind::other_memory, ""));
    graph_->spread(true);
    pointers_.from_jvm_inside().for_each([&](std::uint32_t node) { weak_root(node, jvm, {}); });
    settle(weak_inside_);
    graph_->spread(true);
}

void HolderWork::own_roots() {
    pointers_.own().for_each([&](std::uint32_t node) {
        if (graph_->row(node) != BlockGraph::nobody || graph_->library(node) == 0) return;
        const std::uint32_t file = pointers_.file(graph_->library(node));
        weak_root(node, table_.row(HolderKind::library_block, "", file), {});
    });
    graph_->spread(true);
}

}  // namespace nmtx
