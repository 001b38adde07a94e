// Random numbers of a seed that the caller has from elsewhere (splitmix64): no state but 64 bits.
#pragma once

#include <cstdint>

namespace nmtx {

class RandomNumbers {
  public:
    explicit RandomNumbers(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31U);
    }
    // From 0 to below 1.
    double fraction() {
        return static_cast<double>(next() >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
    }

  private:
    std::uint64_t state_;
};

}  // namespace nmtx
