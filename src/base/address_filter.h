// A quick test for words that may be addresses of interest: one bit for each 64 MiB of the user's half of the
// address space, between the lowest and the highest of them. It passes a few too many and none too few.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/address.h"

namespace nmtx {

class AddressFilter {
  public:
    static constexpr unsigned address_bits = 47, slot_bits = 26;

    AddressFilter() : bits_(bit_words) {}

    void add(Range range) {
        if (range.empty() || range.begin.value >> address_bits != 0) return;
        const std::uint64_t first = range.begin.value >> slot_bits;
        const std::uint64_t last =
            std::min(range.end.value - 1, (std::uint64_t{1} << address_bits) - 1) >> slot_bits;
        for (std::uint64_t slot = first; slot <= last; ++slot)
            bits_[slot >> 6U] |= std::uint64_t{1} << (slot & 63U);
        const std::uint64_t end = std::max(begin_ + span_, (last + 1) << slot_bits);
        begin_ = span_ == 0 ? first << slot_bits : std::min(begin_, first << slot_bits);
        span_ = end - begin_;
    }
    [[nodiscard]] bool may_contain(std::uint64_t word) const {
        // Most words are no addresses at all: they end here, without a look at the bits.
        if (word - begin_ >= span_) return false;
        const std::uint64_t slot = word >> slot_bits;
        return (bits_[slot >> 6U] >> (slot & 63U) & 1U) != 0;
    }
    // visit(offset, word) for each of the words that may be such an address; `words` begins with one.
    template <typename Visit>
    void for_each_candidate(std::span<const std::byte> words, Visit visit) const;

  private:
    static constexpr std::size_t at_once = 4;
    static constexpr unsigned all_of_them = (1U << at_once) - 1;
    [[nodiscard]] unsigned may_be_near(const std::byte* words) const;

    static constexpr std::size_t bit_words = std::size_t{1} << (address_bits - slot_bits - 6);
    std::vector<std::uint64_t> bits_;
    std::uint64_t begin_ = 0, span_ = 0;  // of all that was added, in whole slots
};

// Which of four words may lie between the lowest and the highest address, by their upper halves: a bit each.
inline unsigned AddressFilter::may_be_near(const std::byte* words) const {
#ifdef __SSE2__
    constexpr std::uint32_t sign = 0x80000000U;  // comparisons are signed
    constexpr int upper_halves = 0xdd;
    const auto begin = static_cast<std::uint32_t>(begin_ >> 32U);
    const auto last = static_cast<std::uint32_t>((begin_ + span_ - 1) >> 32U);
    const __m128i base = _mm_set1_epi32(static_cast<int>(begin + sign));
    const __m128i most = _mm_set1_epi32(static_cast<int>((last - begin) ^ sign));
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
    const auto* const from = reinterpret_cast<const float*>(words);
    const __m128 upper = _mm_shuffle_ps(_mm_loadu_ps(from), _mm_loadu_ps(from + 4), upper_halves);
    const __m128i beyond = _mm_cmpgt_epi32(_mm_sub_epi32(_mm_castps_si128(upper), base), most);
    return static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(beyond))) ^ all_of_them;
#else
    static_cast<void>(words);
    return all_of_them;
#endif
}

template <typename Visit>
void AddressFilter::for_each_candidate(std::span<const std::byte> words, Visit visit) const {
    if (span_ == 0) return;
    const auto look_at = [&](std::size_t offset) {
        std::uint64_t word = 0;
        std::memcpy(&word, words.data() + offset, sizeof word);
        if (may_contain(word)) visit(offset, word);
    };
    std::size_t offset = 0;
    for (; offset + at_once * 8 <= words.size(); offset += at_once * 8) {
        for (unsigned near = may_be_near(words.data() + offset); near != 0; near &= near - 1)
            look_at(offset + static_cast<std::size_t>(std::countr_zero(near)) * 8);
    }
    for (; offset + 8 <= words.size(); offset += 8) look_at(offset);
}

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
