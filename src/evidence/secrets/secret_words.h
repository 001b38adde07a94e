// The words that a name is made of.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

// "-Djavax.net.ssl.keyStorePassword" → javax net ssl key store password, in lower case, without digits.
// Latin letters lose their accents ("contraseña" → contrasena) in UTF-8 and in Latin-1; Cyrillic ones are
// put in lower case; other bytes above 0x7F stay. Of a long name only the last 256 bytes count.
class NameWords {
  public:
    explicit NameWords(std::string_view name);

    // All words, joined without separators.
    [[nodiscard]] std::string_view all() const { return folded_; }
    [[nodiscard]] std::size_t count() const { return starts_.size(); }
    // Counted from the end: the last is 0.
    [[nodiscard]] std::string_view from_end(std::size_t nth) const;
    [[nodiscard]] std::string_view last() const { return from_end(0); }

  private:
    std::string folded_;
    std::vector<std::size_t> starts_;
};

}  // namespace nmtx
