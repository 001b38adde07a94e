#include "ledger/claims/heap_by_size.h"

#include <algorithm>
#include <vector>

#include "ledger/claims/claims.h"

namespace nmtx {
namespace {

// Reserved or committed, or objects from an archive of the JVM's (CDS).
bool may_be_private_heap(const Mapping& mapping) {
    if (mapping.protection.execute || mapping.protection.shared) return false;
    return mapping.private_anonymous() || mapping.name.ends_with(".jsa");
}

struct Candidate {
    Range range;
    std::uint64_t off = 0;  // by how much what is accessible differs from what NMT has committed
};

class Search {
  public:
    Search(const std::vector<Mapping>& mappings, Bytes reserved, Bytes committed)
        : mappings_(mappings), reserved_(reserved), committed_(committed) {}

    std::vector<Candidate> run() {
        for (std::size_t i = 0; i < mappings_.size();) {
            std::size_t end = i;
            while (end < mappings_.size() && may_be_private_heap(mappings_[end]) &&
                   (end == i || mappings_[end].range.begin == mappings_[end - 1].range.end))
                ++end;
            if (end > i &&
                mappings_[end - 1].range.end.value - mappings_[i].range.begin.value >= reserved_.value())
                within(i, end);
            i = std::max(end, i + 1);
        }
        return std::move(found_);
    }

  private:
    // Neighbours [first, last): each that is committed may begin the heap. Its end moves on with its begin,
    // so both go through them once.
    void within(std::size_t first, std::size_t last) {
        std::size_t end = first;       // the mapping that the heap would end in
        std::uint64_t accessible = 0;  // of [begin, end)
        for (std::size_t begin = first; begin < last; ++begin) {
            const Mapping& from = mappings_[begin];
            const Range range{from.range.begin, from.range.begin + reserved_};
            for (; end < last && mappings_[end].range.end < range.end; ++end)
                accessible += accessible_in(end);
            if (end == last) return;
            const Mapping& at_end = mappings_[end];
            const bool ends = at_end.range.end == range.end;
            if (!from.protection.none() && (ends || at_end.protection.none()))
                add(range, accessible + (ends ? accessible_in(end) : 0));
            if (end > begin)
                accessible -= accessible_in(begin);
            else
                ++end;
        }
    }

    [[nodiscard]] std::uint64_t accessible_in(std::size_t i) const {
        return mappings_[i].protection.none() ? 0 : mappings_[i].range.size().value();
    }

    void add(Range range, std::uint64_t accessible) {
        const std::uint64_t committed = committed_.value();
        found_.push_back({range, std::max(accessible, committed) - std::min(accessible, committed)});
    }

    const std::vector<Mapping>& mappings_;
    Bytes reserved_, committed_;
    std::vector<Candidate> found_;
};

}  // namespace

std::optional<Range> java_heap_by_size(const ProcessView& view) {
    if (!view.smaps || !view.nmt || knows_nmt_addresses(view)) return std::nullopt;
    if ((view.vm_info && view.vm_info->heap) || (view.heap_info && view.heap_info->reserved()))
        return std::nullopt;
    const NmtCategory* const heap = view.nmt->find("Java Heap");
    if (heap == nullptr) return std::nullopt;
    const bool lines = heap->mmap_reserved != Bytes();  // a filtered report has only the heading
    const Bytes reserved = lines ? heap->mmap_reserved : heap->reserved;
    const Bytes committed = lines ? heap->mmap_committed : heap->committed;
    if (reserved < mib(1)) return std::nullopt;
    auto found = Search(view.smaps->mappings, reserved, committed).run();
    // Both are from nearly the same time: a heap that grew meanwhile has grown only a little.
    const std::uint64_t allowed = std::max(committed.value() / 10, view.nmt->unit.value());
    std::erase_if(found, [&](const Candidate& one) { return one.off > allowed; });
    std::ranges::stable_sort(found, {}, &Candidate::off);
    if (found.empty() || (found.size() > 1 && found[0].off == found[1].off)) return std::nullopt;
    return found.front().range;
}

}  // namespace nmtx
