#include "ledger/claims/class_space.h"

#include <algorithm>
#include <vector>

#include "ledger/claims/layout_shapes.h"

namespace nmtx {
namespace {

// Of 5.94 MB that are 6080 KiB.
constexpr std::uint64_t rounded_by = 200;

bool as_committed(Bytes seen, std::optional<Bytes> said) {
    if (!said) return true;
    return minus_or_zero(*said, Bytes(said->value() / rounded_by)) <= seen && seen <= *said + mib(1);
}

// Plain neighbours that fill a size, the first one written and the last one not.
class Neighbours {
  public:
    explicit Neighbours(const std::vector<Mapping>& mappings) : mappings_(mappings) {
        Bytes written;
        for (std::size_t i = 0; i < mappings.size(); ++i) {
            const Mapping& mapping = mappings[i];
            const bool plain = mapping.private_anonymous() && !mapping.protection.execute;
            const bool goes_on =
                plain && i > 0 && begins_.back() < i && mapping.range.begin == mappings[i - 1].range.end;
            begins_.push_back(goes_on ? begins_.back() : plain ? i : i + 1);
            written_.push_back(written);
            if (plain && mapping.protection.write) written += mapping.range.size();
        }
    }

    [[nodiscard]] std::optional<MappingRun> from(std::size_t first, Bytes size,
                                                 std::optional<Bytes> written) const {
        const Mapping& begin = mappings_[first];
        if (begins_[first] > first || !begin.protection.write) return std::nullopt;
        const Address end = begin.range.begin + size;
        const auto last = std::lower_bound(
            mappings_.begin() + static_cast<std::ptrdiff_t>(first), mappings_.end(), end,
            [](const Mapping& mapping, Address address) { return mapping.range.end < address; });
        if (last == mappings_.end() || last->range.end != end || !is_reservation(*last)) return std::nullopt;
        const auto at = static_cast<std::size_t>(last - mappings_.begin());
        if (begins_[at] > first || !as_committed(minus_or_zero(written_[at], written_[first]), written))
            return std::nullopt;
        return MappingRun{first, at + 1};
    }

  private:
    const std::vector<Mapping>& mappings_;
    std::vector<std::size_t> begins_;  // of the neighbours that each belongs to; beyond it where it is none
    std::vector<Bytes> written_;       // before each
};

bool behind_archive(const std::vector<Mapping>& mappings, std::size_t first) {
    for (std::size_t i = first; i > 0 && mappings[i - 1].range.end == mappings[i].range.begin; --i) {
        if (mappings[i - 1].name.ends_with(".jsa")) return true;
        if (!mappings[i - 1].private_anonymous() || !mappings[i - 1].protection.none()) return false;
    }
    return false;
}

}  // namespace

std::optional<MetaspaceUse> class_space_use(const ProcessView& view) {
    if (view.heap_info && view.heap_info->class_space) return view.heap_info->class_space;
    if (view.metaspace && view.metaspace->class_space.reserved) return view.metaspace->class_space;
    return std::nullopt;
}

std::optional<MappingRun> class_space_by_shape(const ProcessView& view, std::optional<Bytes> committed) {
    const auto use = class_space_use(view);
    if (!use || !use->reserved) return std::nullopt;
    const auto& mappings = view.smaps->mappings;
    const Neighbours neighbours(mappings);
    std::vector<MappingRun> found;
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const auto run = neighbours.from(i, *use->reserved, committed);
        if (!run) continue;
        if (behind_archive(mappings, i)) return run;
        found.push_back(*run);
    }
    return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

}  // namespace nmtx
