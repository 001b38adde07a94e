// POSIX extended regular expressions, as users type them.
#pragma once

#include <regex.h>

#include <optional>
#include <string>

namespace nmtx {

// The C library's regexec needs no stack that grows with the text; a name may have 64 KB.
class Regex {
  public:
    explicit Regex(const std::string& expression);
    ~Regex();
    Regex(const Regex&) = delete;
    Regex& operator=(const Regex&) = delete;

    // Why the expression is invalid.
    [[nodiscard]] std::optional<std::string> error() const;
    // False where the expression is invalid.
    [[nodiscard]] bool occurs_in(const std::string& text) const;

  private:
    regex_t compiled_{};
    int status_;
};

}  // namespace nmtx
