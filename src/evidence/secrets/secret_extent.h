// Names, the separators after them, and where values end.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace nmtx {

// The kind of a byte, from a table, because every reply of the JVM is scanned.
struct ByteKinds {
    std::array<bool, 256> name{}, ends_string{}, ends_joined_word{};
    constexpr ByteKinds() {
        for (std::size_t i = 0; i < 256; ++i) {
            const char c = static_cast<char>(i);
            name[i] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '.' || c == '-' || i >= 0x80;
            ends_string[i] = c == '\0';
            ends_joined_word[i] = c == '\0' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
        }
    }
};
inline constexpr ByteKinds byte_kinds;

inline bool is_name_byte(char c) {
    return byte_kinds.name[static_cast<unsigned char>(c)];
}
inline bool is_quote(char c) {
    return c == '"' || c == '\'';
}
inline bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// After a name: "=", ":", "%3D", also after a quote and blanks.
struct Sign {
    std::size_t end = 0;  // after it; 0: there is none
    bool colon = false;
    bool quoted = false;  // the name was quoted
};

// The place of a value.
struct Extent {
    std::size_t begin = 0, end = 0;
    bool inside = false;  // something else may follow in the same word
};

class SecretText {
  public:
    // `joined`: words are separated by blanks; otherwise only by NUL, and may contain blanks.
    SecretText(std::string_view text, bool joined)
        : text_(text),
          joined_(joined),
          word_ends_(joined ? byte_kinds.ends_joined_word : byte_kinds.ends_string) {}

    [[nodiscard]] bool ends_word(char c) const { return word_ends_[static_cast<unsigned char>(c)]; }

    // The end of the line, or string, that contains `at`.
    std::size_t line_end(std::size_t at);

    // The end of a value that begins in a word ending at `end`. In a joined text it extends to the next word
    // that begins with '-' or is a class name, or to the end of its line; a mask is a value by itself.
    std::size_t value_end(std::size_t begin, std::size_t end);

    // The end of the quote that begins at `quote`, if a value can end there; else npos.
    std::size_t closing(std::size_t quote);

    // "hunt","second": the end of the last quote of such a list; the first one closes at `close`. An item
    // with its own name is not part of it. `quoted_name`: it is a JSON value.
    std::size_t behind_list(std::size_t close, bool quoted_name);

    // The separator after a name that ends at `i`.
    [[nodiscard]] Sign sign_at(std::size_t i, std::size_t limit) const;

    // The value after a separator; the name begins at `name_begin`, after `before`, and the word ends at
    // `end`. A value that is `surely` a secret is scanned completely, because all of it is masked; otherwise
    // only as much as another name may have to scan again.
    Extent extent(std::size_t name_begin, const Sign& sign, char before, std::size_t end, bool surely);

  private:
    struct Brackets {
        std::size_t end = 0;  // the closing bracket, or where the list is cut off
        bool closed = false;
    };
    // The array or object that opens at `open`. In a joined text it may continue over lines that look like
    // JSON.
    [[nodiscard]] Brackets brackets(std::size_t open, std::size_t end) const;
    [[nodiscard]] bool is_class_name_at(std::size_t at) const;

    std::string_view text_;
    bool joined_;
    const std::array<bool, 256>& word_ends_;
    // The last result, so that a line is scanned once.
    std::size_t line_known_from_ = 1, line_end_ = 0;
    std::size_t value_known_from_ = 1, value_stop_ = 0, value_end_ = 0;
};

}  // namespace nmtx
