// The resident parts of a region, queried in ascending order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/address.h"

namespace nmtx {

// Resident runs of one region; cheap if queried in ascending order.
class ResidentRuns {
  public:
    explicit ResidentRuns(std::vector<Range> runs) : runs_(std::move(runs)) {
        for (const Range& run : runs_) total_ += run.size();
    }
    [[nodiscard]] Bytes total() const { return total_; }
    // Bytes of [begin, end) in the runs.
    std::uint64_t in(std::uint64_t begin, std::uint64_t end) {
        pass(begin);
        if (at_ < runs_.size() && runs_[at_].begin.value <= begin && end <= runs_[at_].end.value)
            return end - begin;
        std::uint64_t sum = 0;
        for (std::size_t i = at_; i < runs_.size() && runs_[i].begin.value < end; ++i) {
            sum += std::min(end, runs_[i].end.value) - std::max(begin, runs_[i].begin.value);
        }
        return sum;
    }
    // The end of the run that contains `at`; `at` itself where there is none.
    std::uint64_t end_of_run(std::uint64_t at) {
        pass(at);
        return at_ < runs_.size() && runs_[at_].begin.value <= at ? runs_[at_].end.value : at;
    }
    // The first resident address after the run that contains `at`, or from `at` on if no run does;
    // `otherwise` where there is none.
    std::uint64_t next_run(std::uint64_t at, std::uint64_t otherwise) {
        pass(at);
        std::size_t i = at_;
        if (i < runs_.size() && runs_[i].begin.value <= at) ++i;
        return i < runs_.size() ? runs_[i].begin.value : otherwise;
    }

  private:
    void pass(std::uint64_t at) {
        while (at_ > 0 && runs_[at_ - 1].end.value > at) --at_;
        while (at_ < runs_.size() && runs_[at_].end.value <= at) ++at_;
    }
    std::vector<Range> runs_;
    std::size_t at_ = 0;
    Bytes total_;
};

}  // namespace nmtx
