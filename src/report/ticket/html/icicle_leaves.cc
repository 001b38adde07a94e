#include "report/ticket/html/icicle_leaves.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/amounts.h"
#include "base/paths.h"
#include "ledger/owner_paths.h"
#include "report/style/style.h"

namespace nmtx {
namespace {

// Blocks of one class and size; several pieces of evidence may have found them.
struct BlockSum {
    std::uint64_t blocks = 0;
    Bytes resident;
    std::set<std::string> evidence;

    void add(const TicketBlocks& entry) {
        blocks += entry.blocks;
        resident += entry.resident;
        if (!entry.evidence.empty() && entry.evidence != "size") evidence.insert(entry.evidence);
    }
    [[nodiscard]] std::string text() const {
        std::string known;
        for (const std::string& each : evidence) known += (known.empty() ? ", known by " : ", ") + each;
        return fmt::format("{} block{}{}", grouped(blocks), blocks == 1 ? "" : "s", known);
    }
};

using BySize = std::map<Bytes, BlockSum>;
using ByClass = std::map<std::string, BySize>;

std::string name_of_size(Bytes block) {
    return block == Bytes() ? std::string(icicle_sizes_name)
                            : fmt::format("blocks of {} bytes", grouped(block.value()));
}

void add_sizes(IcicleNode& node, const BySize& sizes) {
    for (const auto& [block, sum] : sizes)
        node.children.push_back({name_of_size(block), sum.text(), node.owner, sum.resident, {}});
}

// Classes, and sizes below those that have several; blocks without a known class by their size.
void add_classes(IcicleNode& node, const ByClass& classes) {
    for (const auto& [name, sizes] : classes) {
        if (name.empty()) {
            add_sizes(node, sizes);
            continue;
        }
        IcicleNode child{name, {}, node.owner, {}, {}};
        BlockSum whole;
        for (const auto& [block, sum] : sizes) {
            whole.blocks += sum.blocks;
            whole.resident += sum.resident;
            whole.evidence.insert(sum.evidence.begin(), sum.evidence.end());
        }
        child.bytes = whole.resident;
        child.remark = whole.text();
        if (sizes.size() > 1) {
            add_sizes(child, sizes);
        } else if (sizes.begin()->first != Bytes()) {
            child.remark =
                fmt::format("{} bytes each, {}", grouped(sizes.begin()->first.value()), child.remark);
        }
        node.children.push_back(std::move(child));
    }
}

class Leaves {
  public:
    Leaves(const Ticket& ticket, IcicleLeaves leaves) : leaves_(leaves) {
        for (const TicketRange& range : ticket.map) {
            if (range.resident != Bytes()) ranges_[range.owner].push_back(&range);
        }
        if (!ticket.malloc) return;
        for (const TicketBlocks& entry : ticket.malloc->untracked)
            if (!entry.owner.empty()) add(libraries_[entry.owner], entry);
        for (const TicketBlocks& entry : ticket.malloc->unattributed) add(unattributed_, entry);
    }

    void add_below(IcicleNode& node) {
        for (IcicleNode& child : node.children) add_below(child);
        if (node.owner == owner_path::untracked || node.owner == owner_path::live) {
            libraries(node);
        } else if (is_below(node.owner, owner_path::file)) {
            if (node.owner != owner_path::file) files(node);
        } else if (leaves_ == IcicleLeaves::all && by_address(node.owner)) {
            addresses(node);
        }
    }

  private:
    static void add(ByClass& classes, const TicketBlocks& entry) {
        classes[entry.kind][entry.block].add(entry);
    }

    static bool by_address(std::string_view owner) {
        return owner == owner_path::unexplained || owner == owner_path::arena ||
               owner == owner_path::mmapped_chunk || is_below(owner, owner_path::named);
    }

    void libraries(IcicleNode& node) {
        std::set<std::string, std::less<>> shown;
        for (const IcicleNode& library : node.children) shown.insert(library.name);
        for (IcicleNode& library : node.children) {
            if (library.name == "not attributed") {
                add_classes(library, unattributed_);
            } else if (library.name == "other libraries") {
                others(library, shown);
            } else if (const auto found = libraries_.find(library.name); found != libraries_.end()) {
                add_classes(library, found->second);
            }
        }
    }

    // Those that have no row of their own.
    void others(IcicleNode& node, const std::set<std::string, std::less<>>& shown) {
        for (const auto& [name, classes] : libraries_) {
            if (shown.contains(name)) continue;
            IcicleNode library{name, {}, node.owner, {}, {}};
            add_classes(library, classes);
            for (const IcicleNode& child : library.children) library.bytes += child.bytes;
            node.children.push_back(std::move(library));
        }
    }

    void files(IcicleNode& node) {
        const auto found = ranges_.find(node.owner);
        if (found == ranges_.end()) return;
        std::map<std::string_view, Bytes> by_path;
        for (const TicketRange* range : found->second)
            if (!range->name.empty()) by_path[range->name] += range->resident;
        std::map<std::string_view, std::size_t> names;
        for (const auto& [path, resident] : by_path) ++names[base_name(path)];
        for (const auto& [path, resident] : by_path) {
            const std::string_view name = base_name(path);
            const bool alone = !name.empty() && names[name] == 1;
            node.children.push_back(
                {std::string(alone ? name : path), std::string(path), node.owner, resident, {}});
        }
    }

    void addresses(IcicleNode& node) {
        const auto found = ranges_.find(node.owner);
        if (found == ranges_.end() || !node.children.empty()) return;
        for (const TicketRange* range : found->second) {
            node.children.push_back(
                {fmt::format("{:012x}-{:012x}", range->range.begin.value, range->range.end.value),
                 fmt::format("{} mapped{}{}", human(range->range.size()), range->name.empty() ? "" : ", ",
                             range->name),
                 node.owner,
                 range->resident,
                 {}});
        }
    }

    IcicleLeaves leaves_;
    std::map<std::string, std::vector<const TicketRange*>, std::less<>> ranges_;
    std::map<std::string, ByClass, std::less<>> libraries_;
    ByClass unattributed_;
};

}  // namespace

void add_icicle_leaves(IcicleNode& root, const Ticket& ticket, IcicleLeaves leaves) {
    Leaves(ticket, leaves).add_below(root);
}

}  // namespace nmtx
