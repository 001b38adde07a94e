// Sorts the bytes of a peek, in one pass over them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "allocator/peek.h"

namespace nmtx {

inline bool printable_byte(std::byte b) {
    const auto c = std::to_integer<unsigned char>(b);
    return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n';
}

// Counts strings, up to a limit of different ones.
class PeekStrings {
  public:
    explicit PeekStrings(const PeekBounds& bounds) : bounds_(bounds) {}

    void add(const std::string& text, std::uint64_t length) {
        if (seen_.size() >= bounds_.strings) {
            if (const auto known = seen_.find(text); known != seen_.end()) count(known->second, length);
            return;
        }
        count(seen_[text], length);
    }

    void list_in(Peek& peek) const {
        std::vector<PeekedString> often;
        std::vector<PeekedString> once;
        for (const auto& [text, seen] : seen_)
            (seen.times > 1 ? often : once).push_back({text, seen.length, seen.times});
        const auto keep_most = [&](std::vector<PeekedString>& strings) {
            const auto most = [](const PeekedString& a, const PeekedString& b) {
                const std::uint64_t of_a = a.times * a.length;
                const std::uint64_t of_b = b.times * b.length;
                return of_a != of_b ? of_a > of_b : a.text < b.text;
            };
            const std::size_t kept = std::min(strings.size(), bounds_.listed);
            std::partial_sort(strings.begin(), strings.begin() + static_cast<std::ptrdiff_t>(kept),
                              strings.end(), most);
            strings.resize(kept);
        };
        keep_most(often);
        keep_most(once);
        peek.frequent = std::move(often);
        peek.longest = std::move(once);
    }

  private:
    struct Seen {
        std::uint64_t length = 0;
        std::uint64_t times = 0;
    };
    static void count(Seen& seen, std::uint64_t length) {
        seen.length = std::max(seen.length, length);
        ++seen.times;
    }

    const PeekBounds& bounds_;
    std::unordered_map<std::string, Seen> seen_;
};

// Classifies bytes in one pass. A word is zero, else a pointer if it leads into a known range, else eight
// bytes of text or other data.
class PeekSorter {
  public:
    static constexpr std::size_t word = 8;
    static constexpr std::size_t page = 4096;

    PeekSorter(const PointerMap& targets, const PeekBounds& bounds)
        : targets_(targets),
          bounds_(bounds),
          strings_(bounds),
          words_into_(targets.names.size()),
          first_into_(targets.names.size()) {}

    // The next bytes do not continue the previous ones.
    void interrupt() { end_string(); }

    void take(Address at, std::span<const std::byte> bytes) {
        peek_.looked_at += Bytes(bytes.size());
        std::size_t i = 0;
        for (; i + word <= bytes.size(); i += word) take_word(bytes.subspan(i, word));
        for (const std::byte b : bytes.subspan(i)) take_byte(b);
        count_zero_pages(at, bytes);
    }

    void take_first_word(std::span<const std::byte> bytes) {
        if (const auto into = target_of(bytes)) ++first_into_[*into];
    }

    Peek finish() {
        end_string();
        strings_.list_in(peek_);
        peek_.into = by_count(words_into_);
        peek_.first = by_count(first_into_);
        peek_.entropy = entropy();
        return std::move(peek_);
    }

    Peek& peek() { return peek_; }

  private:
    static std::uint64_t value_of(std::span<const std::byte> bytes) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data(), word);
        return value;
    }

    [[nodiscard]] std::optional<std::uint32_t> target_of(std::span<const std::byte> bytes) const {
        const auto& ranges = targets_.ranges;
        const Address value{value_of(bytes)};
        if (ranges.empty() || value < ranges.front().range.begin || value >= ranges.back().range.end)
            return {};
        const auto behind =
            std::upper_bound(ranges.begin(), ranges.end(), value,
                             [](Address a, const Segment<std::uint32_t>& s) { return a < s.range.begin; });
        const auto& segment = *std::prev(behind);
        if (!segment.range.contains(value)) return {};
        return segment.value;
    }

    void take_word(std::span<const std::byte> bytes) {
        if (value_of(bytes) == 0) {
            end_string();
            peek_.zero += Bytes(word);
            return;
        }
        for (const std::byte b : bytes) ++histogram_[std::to_integer<std::size_t>(b)];
        if (const auto into = target_of(bytes)) {
            end_string();
            peek_.pointers += Bytes(word);
            ++words_into_[*into];
            return;
        }
        for (const std::byte b : bytes) take_byte(b);
    }

    void take_byte(std::byte b) {
        if (!printable_byte(b)) {
            end_string();
            peek_.other += Bytes(1);
            return;
        }
        if (string_.size() < bounds_.string_bytes) string_ += static_cast<char>(b);
        ++string_length_;
    }

    void end_string() {
        if (string_length_ == 0) return;
        if (string_length_ >= bounds_.shortest) {
            peek_.text += Bytes(string_length_);
            strings_.add(string_, string_length_);
        } else {
            peek_.other += Bytes(string_length_);
        }
        string_.clear();
        string_length_ = 0;
    }

    void count_zero_pages(Address at, std::span<const std::byte> bytes) {
        std::size_t i = (page - at.value % page) % page;
        for (; i + page <= bytes.size(); i += page) {
            const auto whole = bytes.subspan(i, page);
            if (std::all_of(whole.begin(), whole.end(), [](std::byte b) { return b == std::byte{}; }))
                peek_.zero_pages += Bytes(page);
        }
    }

    [[nodiscard]] std::vector<PointersInto> by_count(const std::vector<std::uint64_t>& counts) const {
        std::vector<PointersInto> into;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (counts[i] > 0) into.push_back({targets_.names[i], counts[i]});
        }
        std::stable_sort(into.begin(), into.end(),
                         [](const PointersInto& a, const PointersInto& b) { return a.words > b.words; });
        return into;
    }

    [[nodiscard]] double entropy() const {
        double all = 0;
        for (const std::uint64_t n : histogram_) all += static_cast<double>(n);
        double bits = 0;
        for (const std::uint64_t n : histogram_) {
            if (n == 0) continue;
            const double share = static_cast<double>(n) / all;
            bits -= share * std::log2(share);
        }
        return bits;
    }

    const PointerMap& targets_;
    const PeekBounds& bounds_;
    Peek peek_;
    PeekStrings strings_;
    std::string string_;
    std::uint64_t string_length_ = 0;
    std::vector<std::uint64_t> words_into_;
    std::vector<std::uint64_t> first_into_;
    std::array<std::uint64_t, 256> histogram_{};
};

}  // namespace nmtx
