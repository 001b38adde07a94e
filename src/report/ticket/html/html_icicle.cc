#include "report/ticket/html/html_icicle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/amounts.h"
#include "base/paths.h"
#include "findings/knowledge/glossary.h"
#include "ledger/headline.h"
#include "ledger/owner_paths.h"
#include "report/style/style.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/html/icicle_leaves.h"

namespace nmtx {
namespace {

constexpr std::size_t most_children = 40;

// The node below `parent` for this owner.
IcicleNode& child_of(IcicleNode& parent, std::string_view owner, std::string_view name) {
    for (IcicleNode& child : parent.children) {
        if (child.owner == owner) return child;
    }
    return parent.children.emplace_back(IcicleNode{std::string(name), {}, std::string(owner), {}, {}});
}

// As readers see the owner; else the last part of its path.
std::string title_of_owner(std::string_view path) {
    constexpr std::array titles{
        std::pair{owner_path::nmt_tracked, std::string_view("malloc (NMT)")},
        std::pair{owner_path::untracked, std::string_view("in use, not in NMT")},
        std::pair{owner_path::live, std::string_view("in use")},
        std::pair{owner_path::freed, std::string_view("freed but retained")},
        std::pair{owner_path::malloc_overhead, std::string_view("malloc's own overhead")},
        std::pair{owner_path::not_walked, std::string_view("not analysed")},
        std::pair{owner_path::arena, std::string_view("arenas")},
        std::pair{owner_path::mmapped_chunk, std::string_view("large blocks (mmap)")},
        std::pair{owner_path::jvm_library, std::string_view("JVM library")},
        std::pair{owner_path::native_library, std::string_view("native libraries")},
        std::pair{owner_path::jar_or_jimage, std::string_view("jars and jimage")},
        std::pair{owner_path::native_stack, std::string_view("native threads")}};
    for (const auto& [owner, title] : titles) {
        if (path == owner) return std::string(title);
    }
    const std::string_view area = name_below(path, owner_path::jvm);
    return !area.empty() && area.find('/') == std::string_view::npos ? title_of_area(area)
                                                                     : std::string(base_name(path));
}

// The ledger's rows by share and owner. Shares are named as in the rest of the page wherever these rows sum
// to them; without the malloc walk the JVM's part of malloc is a count that no row has.
class Shared {
  public:
    explicit Shared(const Ticket& ticket) : ticket_(ticket), root_{"RSS", {}, {}, ticket.rss, {}} {
        for (const TicketOwner& owner : ticket.owners) {
            if (owner.resident != Bytes()) add(owner);
        }
        for (IcicleNode& share : root_.children) share.name = name_of_share(share);
    }
    IcicleNode take() { return std::move(root_); }

  private:
    static std::string_view share_of(std::string_view path) {
        for (const std::string_view share : {owner_path::nmt_tracked, owner_path::jvm, owner_path::malloc,
                                             owner_path::file, owner_path::stack, owner_path::unexplained}) {
            if (is_below(path, share)) return share == owner_path::nmt_tracked ? owner_path::jvm : share;
        }
        return owner_path::named;
    }

    void add(const TicketOwner& owner) {
        const std::string_view path = owner.path, share = share_of(path);
        IcicleNode* node = &child_of(root_, share, share);
        node->bytes += owner.resident;
        if (path == share) return;
        // Two steps at most, however many slashes a name has; named mappings have one.
        const std::size_t end =
            share == owner_path::named ? std::string_view::npos : path.find('/', path.find('/') + 1);
        const std::string_view first = path.substr(0, end);
        const std::string name = title_of_owner(share == owner_path::named ? below_head(path) : first);
        node = &child_of(*node, first, name);
        node->bytes += owner.resident;
        if (first != path) child_of(*node, path, name_below(path, first)).bytes += owner.resident;
    }

    static std::string_view below_head(std::string_view path) { return path.substr(path.find('/') + 1); }

    [[nodiscard]] std::string name_of_share(const IcicleNode& node) const {
        const std::string_view family = family_of(node.owner);
        for (const Share& share : ticket_.shares) {
            if (family_of_share(share.name) == family && share.resident == node.bytes) return share.name;
        }
        if (node.owner == owner_path::jvm) return "JVM mmap";
        return node.owner == owner_path::malloc ? "malloc (JVM and native)" : node.name;
    }

    const Ticket& ticket_;
    IcicleNode root_;
};

bool larger(const IcicleNode& a, const IcicleNode& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.name < b.name;
}

// Makes the children sum to their node, from the root down.
void settle(IcicleNode& node, Bytes bytes) {
    node.bytes = bytes;
    std::erase_if(node.children, [](const IcicleNode& child) { return child.bytes == Bytes(); });
    if (node.children.empty()) return;
    std::sort(node.children.begin(), node.children.end(), larger);
    Bytes left = bytes;
    // From the smallest on each keeps what is left for it.
    for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
        child->bytes = std::min(child->bytes, left);
        left = minus_or_zero(left, child->bytes);
    }
    if (left != Bytes()) node.children.push_back({std::string(icicle_rest_name), {}, node.owner, left, {}});
    std::erase_if(node.children, [](const IcicleNode& child) { return child.bytes == Bytes(); });
    std::sort(node.children.begin(), node.children.end(), larger);
    for (IcicleNode& child : node.children) settle(child, child.bytes);
}

// Sums up the smallest children where there are more than `most`.
void join_small(IcicleNode& node, std::size_t most) {
    if (node.children.size() > most) {
        IcicleNode rest{
            fmt::format("{} smaller", grouped(node.children.size() - most + 1)), {}, node.owner, {}, {}};
        rest.before = Bytes();
        for (std::size_t i = most - 1; i < node.children.size(); ++i) {
            const IcicleNode& child = node.children[i];
            rest.bytes += child.bytes;
            rest.before =
                rest.before && child.before ? std::optional(*rest.before + *child.before) : std::nullopt;
        }
        node.children.resize(most - 1);
        node.children.push_back(std::move(rest));
    }
    for (IcicleNode& child : node.children) join_small(child, most);
}

}  // namespace

std::size_t nodes_of(const IcicleNode& node) {
    std::size_t count = 1;
    for (const IcicleNode& child : node.children) count += nodes_of(child);
    return count;
}

IcicleNode icicle_tree(const Ticket& ticket, IcicleLeaves leaves) {
    IcicleNode root = Shared(ticket).take();
    add_icicle_leaves(root, ticket, leaves);
    settle(root, ticket.rss);
    return root;
}

IcicleNode icicle_cut(const IcicleNode& tree, std::size_t most_nodes) {
    for (std::size_t most = most_children;; most = most * 3 / 4) {
        // Each time from the whole tree, so that what is summed up is counted right.
        IcicleNode cut = tree;
        join_small(cut, most);
        if (nodes_of(cut) <= most_nodes || most <= 2) return cut;
    }
}

IcicleNode icicle_of(const Ticket& ticket, std::size_t most) {
    return icicle_cut(icicle_tree(ticket), most);
}

std::string about_owner(std::string_view owner) {
    std::string text;
    for (const GlossaryEntry* entry : entries_of_owner(owner)) {
        text += fmt::format("{}{}", text.empty() ? "" : " ", entry->what);
        if (!entry->grows.empty()) text += fmt::format(" Grows: {}", entry->grows);
    }
    return text;
}

}  // namespace nmtx
