// Which bytes of a text are secrets, and the text without them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

// As long for each secret: stars must not tell how long it was.
inline constexpr std::string_view secret_mask = "********";

class SecretMarks {
  public:
    // In any order; they may overlap.
    void add(std::size_t begin, std::size_t end) {
        if (begin < end) marks_.push_back({begin, end});
    }

    // Every mark becomes `secret_mask`, in each of its lines, so that lines keep their numbers. Returns how
    // many were not such a mask before.
    std::size_t apply(std::string& text);

  private:
    struct Mark {
        std::size_t begin, end;
    };
    std::vector<Mark> marks_;
};

}  // namespace nmtx
