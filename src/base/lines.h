// A cursor over the lines of a text that knows the number of the current line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace nmtx {

class Lines {
  public:
    explicit Lines(std::string_view text) : rest_(text) {}

    // Moves to the next line (without its "\n" or "\r\n"); false at the end. A last line without newline
    // counts.
    bool next() {
        if (rest_.empty()) return false;
        const std::size_t at = rest_.find('\n');
        line_ = rest_.substr(0, at);
        rest_ = at == std::string_view::npos ? std::string_view{} : rest_.substr(at + 1);
        if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
        ++number_;
        return true;
    }

    [[nodiscard]] std::string_view line() const { return line_; }
    [[nodiscard]] std::size_t number() const { return number_; }
    // The text after the current line.
    [[nodiscard]] std::string_view rest() const { return rest_; }

    // "document:17: what" about the current line.
    [[nodiscard]] tl::unexpected<Error> error(std::string_view document, std::string what,
                                              std::string hint = {}) const {
        return failure(std::string(document) + ":" + std::to_string(number_), std::move(what),
                       std::move(hint));
    }

  private:
    std::string_view rest_;
    std::string_view line_;
    std::size_t number_ = 0;
};

}  // namespace nmtx
