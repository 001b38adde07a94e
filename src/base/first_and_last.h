// Keeps the first and the last elements of a long sequence. The caller counts those in between.
#pragma once

#include <cstddef>
#include <deque>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace nmtx {

template <typename T>
class FirstAndLast {
  public:
    // How many are kept from the beginning, and as many from the end.
    explicit FirstAndLast(std::size_t most_of_each) : most_(most_of_each) {}

    // Returns the element that is dropped because of this one.
    std::optional<T> add(T value) {
        if (first_.size() < most_) {
            first_.push_back(std::move(value));
            return std::nullopt;
        }
        last_.push_back(std::move(value));
        if (last_.size() <= most_) return std::nullopt;
        std::optional<T> dropped(std::move(last_.front()));
        last_.pop_front();
        return dropped;
    }

    [[nodiscard]] std::size_t size() const { return first_.size() + last_.size(); }
    [[nodiscard]] bool empty() const { return first_.empty(); }
    // The kept elements, counted from the end: 0 is the last one.
    [[nodiscard]] T& from_end(std::size_t n) {
        return n < last_.size() ? last_[last_.size() - 1 - n]
                                : first_[first_.size() - 1 - (n - last_.size())];
    }

    // Moves all kept elements out, in the order in which they were added.
    [[nodiscard]] std::vector<T> take() {
        std::vector<T> all = std::move(first_);
        all.reserve(all.size() + last_.size());
        std::move(last_.begin(), last_.end(), std::back_inserter(all));
        first_.clear();
        last_.clear();
        return all;
    }

  private:
    std::size_t most_;
    std::vector<T> first_;
    std::deque<T> last_;
};

}  // namespace nmtx
