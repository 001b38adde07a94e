// A small set of 64-bit words for millions of lookups that nearly always fail.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <vector>

namespace nmtx {

class WordSet {
  public:
    WordSet() = default;
    explicit WordSet(std::vector<std::uint64_t> words) : words_(std::move(words)) {
        std::sort(words_.begin(), words_.end());
        words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
        for (const std::uint64_t word : words_) maybe_.set(slot(word));
    }

    [[nodiscard]] bool contains(std::uint64_t word) const {
        return maybe_.test(slot(word)) && std::binary_search(words_.begin(), words_.end(), word);
    }
    [[nodiscard]] const std::vector<std::uint64_t>& words() const { return words_; }

  private:
    static std::size_t slot(std::uint64_t word) {
        return static_cast<std::size_t>(word * 0x9e3779b97f4a7c15U >> 52U);
    }

    std::bitset<4096> maybe_;
    std::vector<std::uint64_t> words_;
};

}  // namespace nmtx
