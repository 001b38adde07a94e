// A target's memory made of words that a test sets; whole pages become resident with the first word in them.
#pragma once

#include <cstring>
#include <map>

#include "base/target_memory.h"

namespace nmtx {

class BufferMemory : public TargetMemory {
  public:
    void put(std::uint64_t at, std::uint64_t word) { words_[at] = word; }
    void touch(std::uint64_t at) { words_.try_emplace(at, 0); }

    std::size_t read(Address at, std::span<std::byte> into) override {
        ++reads;
        for (std::size_t i = 0; i + 8 <= into.size(); i += 8) {
            if (!resident(at.value + i)) return i;
            const auto it = words_.find(at.value + i);
            const std::uint64_t word = it == words_.end() ? 0 : it->second;
            std::memcpy(into.data() + i, &word, 8);
        }
        return into.size();
    }

    std::vector<Range> resident_runs(Range range) override {
        std::vector<Range> runs;
        for (auto it = words_.lower_bound(range.begin.value / page * page);
             it != words_.end() && it->first < range.end.value; ++it) {
            const std::uint64_t begin = it->first / page * page;
            if (!runs.empty() && begin < runs.back().end.value) continue;
            if (!runs.empty() && begin == runs.back().end.value) {
                runs.back().end.value += page;
            } else {
                runs.push_back(range_of(begin, begin + page));
            }
        }
        return runs;
    }

    std::size_t reads = 0;

  private:
    static constexpr std::uint64_t page = 4096;
    [[nodiscard]] bool resident(std::uint64_t at) const {
        const auto it = words_.lower_bound(at / page * page);
        return it != words_.end() && it->first < at / page * page + page;
    }
    std::map<std::uint64_t, std::uint64_t> words_;
};

}  // namespace nmtx
