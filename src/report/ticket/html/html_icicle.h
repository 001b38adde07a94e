// RSS as a tree for the icicle that the page opens with: share, owner, library, class or size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/ticket/ticket.h"

namespace nmtx {

// The children of a node sum to it to the byte, or there are none: where the leaves that the ticket has are
// less than their owner, a child "other" has the rest; where they are more (the malloc walk is of another
// time than smaps), the largest give away.
struct IcicleNode {
    std::string name;    // printable, as is all text of a ticket
    std::string remark;  // "20,000 blocks, known by vtable", a file's path; may be empty
    std::string owner;   // a path of the ledger, for the colour and the glossary; empty for the root
    Bytes bytes;
    std::vector<IcicleNode> children;  // largest first, what is summed up last; all with bytes
    std::optional<Bytes> before{};     // in an earlier snapshot: only of `nmtx diff`, and where it is known
};

// A child with what its parent has besides the others, and one with blocks of several sizes.
inline constexpr std::string_view icicle_rest_name = "other";
inline constexpr std::string_view icicle_sizes_name = "blocks of several sizes";

// At most so many nodes; small siblings are summed up in one.
inline constexpr std::size_t most_icicle_nodes = 400;

enum class IcicleLeaves : std::uint8_t { all, without_addresses };
// All nodes; the root is RSS.
IcicleNode icicle_tree(const Ticket& ticket, IcicleLeaves leaves = IcicleLeaves::all);
// The same with at most `most` nodes.
IcicleNode icicle_cut(const IcicleNode& tree, std::size_t most = most_icicle_nodes);
IcicleNode icicle_of(const Ticket& ticket, std::size_t most = most_icicle_nodes);
std::size_t nodes_of(const IcicleNode& node);

// What the glossary says of an owner: "Freed blocks that malloc retains. Grows: A past peak; …". Empty where
// it says nothing.
std::string about_owner(std::string_view owner);

}  // namespace nmtx
