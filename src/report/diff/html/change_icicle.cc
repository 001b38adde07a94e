#include "report/diff/html/change_icicle.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace nmtx {
namespace {

class Earlier {
  public:
    Earlier(const Ticket& after, const Diff& diff) {
        std::set<std::string_view> compared;
        for (const OwnerChange& owner : diff.owners) compared.insert(owner.path);
        for (const TicketOwner& owner : after.owners) {
            if (!compared.contains(owner.path)) not_compared_.insert(owner.path);
        }
    }

    // `earlier`: the same node in the earlier tree; null where that has none,
    // which is then `known` or not.
    void note(IcicleNode& node, const IcicleNode* earlier, bool known) const {
        if (earlier != nullptr) {
            node.before = earlier->bytes;
        } else if (known) {
            node.before = Bytes();
        }
        for (IcicleNode& child : node.children) {
            const bool is_owner = child.owner != node.owner;
            const bool comparable = known && !not_compared_.contains(child.owner);
            const IcicleNode* const same =
                earlier == nullptr ? nullptr : counterpart(*earlier, child, is_owner);
            if (!comparable) {
                note(child, nullptr, false);
            } else if (same != nullptr || earlier == nullptr || is_owner) {
                note(child, same, true);
            } else {
                note(child, nullptr, is_complete(*earlier));
            }
        }
    }

  private:
    static const IcicleNode* counterpart(const IcicleNode& earlier, const IcicleNode& node, bool is_owner) {
        const auto found =
            std::find_if(earlier.children.begin(), earlier.children.end(), [&](const IcicleNode& each) {
                return each.owner == node.owner && (is_owner || each.name == node.name);
            });
        return found == earlier.children.end() ? nullptr : &*found;
    }

    // Are its parts all there by name, so that one that is missing was not there?
    static bool is_complete(const IcicleNode& earlier) {
        const std::string_view owner = earlier.owner;
        if (earlier.children.empty() || owner.ends_with("/other libraries") ||
            owner.ends_with("/not attributed"))
            return false;
        return std::none_of(earlier.children.begin(), earlier.children.end(), [](const IcicleNode& part) {
            return part.name == icicle_rest_name || part.name == icicle_sizes_name;
        });
    }

    std::set<std::string, std::less<>> not_compared_;
};

}  // namespace

IcicleNode change_icicle(const Ticket& before, const Ticket& after, const Diff& diff) {
    const IcicleNode earlier = icicle_tree(before, IcicleLeaves::without_addresses);
    IcicleNode tree = icicle_tree(after, IcicleLeaves::without_addresses);
    Earlier(after, diff).note(tree, &earlier, true);
    return icicle_cut(tree);
}

}  // namespace nmtx
