// What the kernel's "Key:   value" texts have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/lines.h"
#include "base/not_understood.h"

namespace nmtx {

// "   2368 kB", blanks around it allowed; nothing for anything else, or for more than 64 bits of bytes.
std::optional<Bytes> read_kilobytes(std::string_view value);

// "2368", blanks after it allowed; false for anything else.
bool read_number(std::string_view value, std::optional<std::uint64_t>& target);

// The lines of files that we have concatenated, with "== NAME" above each:
//   == pids.max
//   2048
class FileLines : public Lines {
  public:
    using Lines::Lines;
    bool next() {
        if (!Lines::next()) return false;
        at_name_ = line().starts_with("== ");
        if (at_name_) file_ = line().substr(3);
        return true;
    }
    // The file that the line belongs to or names; empty above the first name, where no line should be.
    [[nodiscard]] std::string_view file() const { return file_; }
    [[nodiscard]] bool at_name() const { return at_name_; }

  private:
    std::string_view file_;
    bool at_name_ = false;
};

}  // namespace nmtx
