// A quick test for words that may be addresses of interest: one bit for each 64 MiB of the user's half of the
// address space. It passes a few too many and none too few.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"

namespace nmtx {

class AddressFilter {
  public:
    AddressFilter() : bits_(words) {}

    void add(Range range) {
        if (range.empty() || range.begin.value >> address_bits != 0) return;
        const std::uint64_t last = std::min(range.end.value - 1, (std::uint64_t{1} << address_bits) - 1);
        for (std::uint64_t slot = range.begin.value >> slot_bits; slot <= last >> slot_bits; ++slot)
            bits_[slot >> 6U] |= std::uint64_t{1} << (slot & 63U);
    }
    [[nodiscard]] bool may_contain(std::uint64_t word) const {
        if (word >> address_bits != 0) return false;
        const std::uint64_t slot = word >> slot_bits;
        return (bits_[slot >> 6U] >> (slot & 63U) & 1U) != 0;
    }

  private:
    static constexpr unsigned address_bits = 47, slot_bits = 26;
    static constexpr std::size_t words = std::size_t{1} << (address_bits - slot_bits - 6);
    std::vector<std::uint64_t> bits_;
};

// What words are looked for that point to it.
class PointerTargets {
  public:
    PointerTargets() = default;
    PointerTargets(const PointerTargets&) = delete;
    PointerTargets& operator=(const PointerTargets&) = delete;
    virtual ~PointerTargets() = default;

    [[nodiscard]] virtual const AddressFilter& near() const = 0;
    // Is the word an address in one of them? To be asked only of what the filter lets pass.
    [[nodiscard]] virtual bool contains(std::uint64_t word) = 0;
};

}  // namespace nmtx
