#include "allocator/relative_links.h"

#include <algorithm>
#include <array>

#include "allocator/chunk_window.h"

namespace nmtx {
namespace {

constexpr std::uint64_t looked_at = 256;  // of each element: links stand at its beginning
constexpr std::uint64_t nearest = 64, furthest = std::uint64_t{1} << 47U;
constexpr std::size_t batch = std::size_t{1} << 16U;
constexpr std::size_t most_links = std::size_t{1} << 21U;

bool is_distance(std::uint64_t word) {
    const std::uint64_t size = word >> 63U != 0 ? ~word + 1 : word;
    return size >= nearest && size < furthest && size % 8 == 0;
}

class RelativeLinks {
  public:
    RelativeLinks(const BlockIndex& index, TargetMemory& memory)
        : index_(index), elements_(memory), fields_(memory) {}

    void look_at(std::uint32_t node) {
        const std::uint64_t user = index_.address_of(node).value;
        const auto bytes = elements_.from(user, looked_at, index_.run_end(user));
        for (std::size_t at = 0; at + 8 <= std::min<std::size_t>(bytes.size(), looked_at); at += 8) {
            const std::uint64_t back = word_at(bytes, at);
            if (!is_distance(back)) continue;
            // A library may put a word of its own in front of what it hands out.
            for (const std::uint64_t element : {user, user + 8}) note(element, element + back, at, node);
        }
    }
    std::vector<BlockLink> finish() {
        settle();
        return std::move(links_);
    }

  private:
    struct Candidate {
        std::uint64_t field;  // where the link forwards should be
        std::uint32_t to;
        bool behind_word;
    };

    void note(std::uint64_t element, std::uint64_t field, std::size_t at, std::uint32_t node) {
        if (!index_.near().may_contain(field)) return;
        const std::uint32_t from = index_.target_of(field).node;
        if (from == BlockIndex::none || from == node) return;
        const std::uint64_t user = index_.address_of(node).value;
        if (at != 0 && index_.node_around(user + at) != node) return;  // behind the end of the block
        candidates_.push_back({field, node, element != user});
        if (candidates_.size() >= batch) settle();
    }

    void settle() {
        std::sort(candidates_.begin(), candidates_.end(),
                  [](const Candidate& a, const Candidate& b) { return a.field < b.field; });
        for (const Candidate& candidate : candidates_) {
            const auto bytes = fields_.from(candidate.field, 8, index_.run_end(candidate.field));
            if (bytes.size() < 8 || links_.size() >= most_links) continue;
            const std::uint64_t onward = word_at(bytes, 0);
            if (!is_distance(onward)) continue;
            const std::uint32_t from = index_.target_of(candidate.field).node;
            const std::uint64_t start = index_.address_of(from).value;
            const std::uint64_t element =
                index_.address_of(candidate.to).value + (candidate.behind_word ? 8 : 0);
            for (const std::uint64_t base : {candidate.field, start, start + 8}) {
                if (base + onward != element) continue;
                links_.push_back({from, candidate.to});
                break;
            }
        }
        candidates_.clear();
    }

    const BlockIndex& index_;
    ChunkWindow elements_, fields_;
    std::vector<Candidate> candidates_;
    std::vector<BlockLink> links_;
};

}  // namespace

std::vector<BlockLink> find_relative_links(const BlockIndex& index, TargetMemory& memory,
                                           const NodeBits& wanted) {
    RelativeLinks links(index, memory);
    wanted.for_each([&](std::uint32_t node) { links.look_at(node); });
    return links.finish();
}

}  // namespace nmtx
