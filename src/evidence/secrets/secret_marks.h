// Which bytes of a text are secrets, and the text without them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

// The same length for each secret: the mask must not show how long it was.
inline constexpr std::string_view secret_mask = "********";

class SecretMarks {
  public:
    // In any order; they may overlap.
    void add(std::size_t begin, std::size_t end) {
        if (begin < end) marks_.push_back({begin, end});
    }

    // Replaces every mark by `secret_mask`, in each of its lines, so that lines keep their numbers. Returns
    // how many were not already such a mask.
    std::size_t apply(std::string& text);

  private:
    struct Mark {
        std::size_t begin, end;
    };
    std::vector<Mark> marks_;
};

}  // namespace nmtx
