// Numbers and texts in a row, as they go to the child that unwinds and come back. What reads them checks each
// size: those that come back may be anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace nmtx {

inline constexpr std::size_t longest_text = std::size_t{1} << 18U;

class BatchWriter {
  public:
    template <typename T>
    void number(T value) {
        static_assert(std::is_integral_v<T>);
        out_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void text(std::string_view text) {
        text = text.substr(0, longest_text);
        number(static_cast<std::uint32_t>(text.size()));
        out_ += text;
    }
    void bytes(std::span<const std::byte> bytes) {
        number(static_cast<std::uint64_t>(bytes.size()));
        out_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

class BatchReader {
  public:
    explicit BatchReader(std::string_view text) : rest_(text) {}

    template <typename T>
    T number() {
        T value{};
        if (rest_.size() < sizeof value) {
            bad_ = true;
            return value;
        }
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
        return value;
    }
    // At most `most`, else it is none.
    template <typename T>
    T number(T most) {
        const auto value = number<T>();
        if (value > most) bad_ = true;
        return bad_ ? T{} : value;
    }
    // So many things of at least one byte each are still there.
    std::size_t count() { return number<std::uint32_t>(static_cast<std::uint32_t>(rest_.size())); }
    std::string text() {
        const std::size_t size = number<std::uint32_t>();
        if (bad_ || size > longest_text || size > rest_.size()) {
            bad_ = true;
            return {};
        }
        std::string text(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return text;
    }
    std::vector<std::byte> bytes() {
        const std::size_t size = number<std::uint64_t>(rest_.size());
        if (size > rest_.size()) bad_ = true;
        if (bad_) return {};
        const auto all = std::as_bytes(std::span(rest_)).first(size);
        rest_.remove_prefix(size);
        return {all.begin(), all.end()};
    }
    [[nodiscard]] bool bad() const { return bad_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    void refuse() { bad_ = true; }

  private:
    std::string_view rest_;
    bool bad_ = false;
};

}  // namespace nmtx
