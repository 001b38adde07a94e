#include "hotspot/vm/scopes.h"

#include <algorithm>

namespace nmtx {
namespace {

constexpr std::size_t most_inlined = 256;  // MaxInlineLevel is 15, and LambdaForms come on top
constexpr std::uint32_t most_metadata = 1U << 20U;
constexpr std::uint64_t most_pc_descs = std::uint64_t{1} << 20;

struct FoundPcDesc {
    std::int64_t pc_offset = 0;
    std::uint64_t scope = 0;
};

// The PcDescs of a method: they ascend, a sentinel at either end.
class PcDescs {
  public:
    PcDescs(VmMemory& memory, const VmLayout& layout, const CodeBlob& blob)
        : memory_(memory), nm_(layout.nmethod), begin_(blob.pc_descs.begin) {
        const std::uint64_t each = nm_.pc_desc_bytes;
        count_ = each == 0 ? 0 : blob.pc_descs.size().value() / each;
        if (count_ > most_pc_descs) count_ = 0;
    }

    [[nodiscard]] std::optional<FoundPcDesc> at(std::uint64_t index) const {
        if (index >= count_) return std::nullopt;
        const Address place = begin_ + Bytes(index * nm_.pc_desc_bytes);
        const auto offset = read_part(memory_, place, nm_.pc_offset),
                   scope = read_part(memory_, place, nm_.scope_offset);
        if (!offset || !scope) return std::nullopt;
        return FoundPcDesc{static_cast<std::int64_t>(*offset), *scope};
    }
    // The index of the first whose instruction is at or behind this one; count() where none is.
    [[nodiscard]] std::uint64_t first_from(std::int64_t pc_offset) const {
        std::uint64_t low = 0, high = count_;
        while (low < high) {
            const std::uint64_t middle = low + (high - low) / 2;
            const auto desc = at(middle);
            if (!desc) return count_;
            if (desc->pc_offset < pc_offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

  private:
    VmMemory& memory_;
    const NmethodLayout& nm_;
    Address begin_;
    std::uint64_t count_ = 0;
};

std::optional<std::int64_t> offset_of(const CodeBlob& blob, Address pc) {
    if (pc < blob.code.begin || pc > blob.code.end) return std::nullopt;
    return static_cast<std::int64_t>(pc.value - blob.code.begin.value);
}

// Innermost first; empty for an invalid or inconsistent scope.
std::vector<MethodPlace> places_of(VmMemory& memory, const VmLayout& layout, const CodeBlob& blob,
                                   std::uint64_t scope) {
    std::vector<MethodPlace> places;
    while (scope != 0) {
        CompressedNumbers numbers(memory, blob.scopes_data + Bytes(scope), layout.excluded_bytes);
        const auto caller = numbers.next(), method = numbers.next(), bci = numbers.next();
        // The scopes of callers are written first: offsets that do not descend are none of the compiler's.
        if (!caller || !method || !bci || *method == 0 || *method > most_metadata || *caller >= scope ||
            places.size() == most_inlined)
            return {};
        const auto at = memory.pointer(blob.metadata + Bytes(std::uint64_t{*method - 1} * 8));
        if (!at) return {};
        places.push_back({*at, static_cast<int>(*bci) - 1});
        scope = *caller;
    }
    if (!places.empty() && places.back().method != blob.method) places.clear();
    return places;
}

// The methods that two places have in common: between them a thread is in the innermost of these.
std::vector<MethodPlace> common_callers(const std::vector<MethodPlace>& before,
                                        const std::vector<MethodPlace>& after) {
    std::vector<MethodPlace> common;  // outermost first
    for (std::size_t i = 1; i <= std::min(before.size(), after.size()); ++i) {
        const MethodPlace &one = before[before.size() - i], &other = after[after.size() - i];
        if (one.method != other.method) break;
        common.push_back(other);
        if (one.bci != other.bci) break;
    }
    std::reverse(common.begin(), common.end());
    return common;
}

}  // namespace

std::optional<std::uint8_t> CompressedNumbers::byte() {
    const auto value = memory_.read<std::uint8_t>(at_);
    at_ = at_ + Bytes(1);
    return value;
}

std::optional<std::uint32_t> CompressedNumbers::next() {
    constexpr unsigned bits = 6, high_codes = 1U << bits, longest = 5;
    const unsigned low_codes = 256 - excluded_ - high_codes;
    std::uint32_t sum = 0;
    for (unsigned i = 0; i < longest; ++i) {
        const auto code = byte();
        if (!code || *code < excluded_) return std::nullopt;
        const std::uint32_t digit = *code - excluded_;
        sum += digit << (bits * i);
        if (digit < low_codes) break;
    }
    return sum;
}

std::optional<std::int32_t> CompressedNumbers::next_signed() {
    const auto number = next();
    if (!number) return std::nullopt;
    return static_cast<std::int32_t>((*number >> 1U) ^ (0U - (*number & 1U)));
}

bool has_scope(VmMemory& memory, const VmLayout& layout, const CodeBlob& blob, Address pc) {
    const auto offset = offset_of(blob, pc);
    if (!offset) return false;
    const PcDescs descs(memory, layout, blob);
    const auto desc = descs.at(descs.first_from(*offset));
    return desc && desc->pc_offset == *offset;
}

Scopes scopes_at(VmMemory& memory, const VmLayout& layout, const CodeBlob& blob, Address pc) {
    Scopes scopes;
    if (const auto offset = offset_of(blob, pc)) {
        const PcDescs descs(memory, layout, blob);
        const std::uint64_t index = descs.first_from(*offset);
        const auto after = descs.at(index), before = index > 0 ? descs.at(index - 1) : std::nullopt;
        if (after) scopes.places = places_of(memory, layout, blob, after->scope);
        scopes.exact = after && after->pc_offset == *offset && !scopes.places.empty();
        if (!scopes.exact && before)
            scopes.places = common_callers(places_of(memory, layout, blob, before->scope), scopes.places);
    }
    if (scopes.places.empty()) scopes.places.push_back({blob.method, -1});
    return scopes;
}

}  // namespace nmtx
