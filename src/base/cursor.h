// Reads one line from left to right. Each function either takes what it names and moves on, or takes nothing
// and says so.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nmtx {

class Cursor {
  public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    [[nodiscard]] std::string_view rest() const { return rest_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    void skip_blanks() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
    }

    bool take(std::string_view literal) {
        if (!rest_.starts_with(literal)) return false;
        rest_.remove_prefix(literal.size());
        return true;
    }

    std::optional<std::uint64_t> decimal() { return number<std::uint64_t>(10); }
    std::optional<std::int64_t> signed_decimal() { return number<std::int64_t>(10); }
    // Hexadecimal digits without a prefix; take("0x") first where there is one.
    std::optional<std::uint64_t> hex() { return number<std::uint64_t>(16); }

    // Up to the next blank or the end; empty if there is none.
    std::string_view word() {
        std::size_t n = 0;
        while (n < rest_.size() && rest_[n] != ' ' && rest_[n] != '\t') ++n;
        return advance(n);
    }

    // Up to `stop`, which is not taken; nothing if it does not occur.
    std::optional<std::string_view> until(std::string_view stop) {
        const std::size_t at = rest_.find(stop);
        if (at == std::string_view::npos) return std::nullopt;
        return advance(at);
    }

  private:
    std::string_view advance(std::size_t n) {
        const std::string_view taken = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return taken;
    }

    template <typename T>
    std::optional<T> number(int base) {
        T value{};
        const auto [end, ec] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
        if (ec != std::errc{}) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }

    std::string_view rest_;
};

// A text that is a hexadecimal number without a prefix, and nothing else.
inline std::optional<std::uint64_t> number_of_hex(std::string_view text) {
    Cursor cursor(text);
    const auto number = cursor.hex();
    return cursor.at_end() ? number : std::nullopt;
}

inline std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace nmtx
