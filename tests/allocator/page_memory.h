// A target's memory made of pages that a test writes. A page is resident from its first write on, until the
// test evicts it; its bytes stay. Counts what it is asked for.
#pragma once

#include <array>
#include <cstring>
#include <map>
#include <memory>

#include "base/target_memory.h"

namespace nmtx {

class PageMemory : public TargetMemory {
  public:
    static constexpr std::uint64_t page = 4096;

    void put(std::uint64_t at, std::uint64_t word) { write(at, std::as_bytes(std::span(&word, 1))); }

    void write(std::uint64_t at, std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const std::uint64_t offset = at % page;
            const std::size_t part = std::min<std::size_t>(bytes.size(), page - offset);
            auto& here = pages_[at / page];
            if (here == nullptr) here = std::make_unique<Page>();
            std::memcpy(here->data() + offset, bytes.data(), part);
            at += part;
            bytes = bytes.subspan(part);
        }
    }

    // Zeroes where nothing has been written.
    void touch(Range range) {
        for (std::uint64_t at = range.begin.value / page; at * page < range.end.value; ++at) {
            auto& here = pages_[at];
            if (here == nullptr) here = std::make_unique<Page>();
        }
    }

    void evict(Range range) {
        for (std::uint64_t at = range.begin.value / page; at * page < range.end.value; ++at) pages_.erase(at);
    }

    [[nodiscard]] std::uint64_t word(std::uint64_t at) {
        std::uint64_t word = 0;
        const auto it = pages_.find(at / page);
        if (it != pages_.end()) std::memcpy(&word, it->second->data() + at % page, sizeof word);
        return word;
    }

    std::size_t read(Address at, std::span<std::byte> into) override {
        ++reads;
        std::size_t done = 0;
        auto it = pages_.find(at.value / page);
        while (done < into.size() && it != pages_.end() && it->first == (at.value + done) / page) {
            const std::uint64_t offset = (at.value + done) % page;
            const std::size_t part = std::min<std::size_t>(into.size() - done, page - offset);
            std::memcpy(into.data() + done, it->second->data() + offset, part);
            done += part;
            ++it;
        }
        bytes_read += done;
        return done;
    }

    std::vector<Range> resident_runs(Range range) override {
        ++residency_questions;
        std::vector<Range> runs;
        for (auto it = pages_.lower_bound(range.begin.value / page);
             it != pages_.end() && it->first * page < range.end.value; ++it) {
            const Range here = intersect(range, range_of(it->first * page, it->first * page + page));
            if (here.empty()) continue;
            if (!runs.empty() && runs.back().end == here.begin) {
                runs.back().end = here.end;
            } else {
                runs.push_back(here);
            }
        }
        return runs;
    }

    [[nodiscard]] std::uint64_t resident(Range range) {
        std::uint64_t sum = 0;
        for (const Range& run : resident_runs(range)) sum += run.size().value();
        return sum;
    }

    std::uint64_t reads = 0;
    std::uint64_t bytes_read = 0;
    std::uint64_t residency_questions = 0;

  private:
    using Page = std::array<std::byte, page>;
    std::map<std::uint64_t, std::unique_ptr<Page>> pages_;
};

}  // namespace nmtx
