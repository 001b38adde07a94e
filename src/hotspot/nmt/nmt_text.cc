#include "hotspot/nmt/nmt_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/grouped_number.h"
#include "base/printable.h"

namespace nmtx::nmt {
namespace {

struct Unit {
    std::string_view suffix;
    std::uint64_t bytes;
};

// NMTUtil::scale_name; "B" and "bytes" come from people and tools that rewrite a report. The empty suffix
// stands last, it always matches.
constexpr std::array units{
    Unit{"KB", 1024},
    Unit{"MB", 1024ULL * 1024},
    Unit{"GB", 1024ULL * 1024 * 1024},
    Unit{"bytes", 1},
    Unit{"B", 1},
    Unit{"", 1},
};

constexpr std::size_t most_of_refusal = 200;

// What HotSpot says with return code 0 instead of a report (nmtDCmd.cpp).
constexpr std::array refusals{
    std::string_view{"Native memory tracking is not enabled"},
    std::string_view{"Detail tracking is not enabled"},
    std::string_view{"Incorrect scale value"},
    std::string_view{"No baseline for comparison"},
    std::string_view{"At most one of the following option"},
    std::string_view{"Native memory tracking has been turned off"},
};

// Anything but a letter, a digit or a fraction: people write remarks right behind a figure.
bool ends_figure(std::string_view rest) {
    if (rest.empty()) return true;
    const char c = rest.front();
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return !letter && !(c >= '0' && c <= '9') && c != '.';
}

}  // namespace

bool is_total(std::string_view text) {
    Cursor cursor(text);
    if (!cursor.take("Total:")) return false;
    cursor.skip_blanks();
    return cursor.rest().starts_with("reserved=");
}

std::optional<Amount> take_amount(Cursor& cursor) {
    Cursor ahead = cursor;
    const auto figure = take_grouped_number(ahead);
    if (!figure) return std::nullopt;
    for (const Unit& unit : units) {
        if (!ahead.take(unit.suffix)) continue;
        if (!ends_figure(ahead.rest())) return std::nullopt;
        // NMT prints no fractions, but people do of large units: "1.234GB" may be either.
        if (figure->may_be_fraction && unit.bytes > 1024) return std::nullopt;
        if (figure->value > std::numeric_limits<std::uint64_t>::max() / unit.bytes) return std::nullopt;
        cursor = ahead;
        return Amount{Bytes(figure->value * unit.bytes), Bytes(unit.bytes), !unit.suffix.empty()};
    }
    return std::nullopt;
}

std::optional<std::uint64_t> take_count(Cursor& cursor) {
    Cursor ahead = cursor;
    ahead.take(",");
    ahead.skip_blanks();
    if (!ahead.take("#")) return std::nullopt;
    const auto count = take_grouped_number(ahead);
    if (!count || !ends_figure(ahead.rest())) return std::nullopt;
    cursor = ahead;
    return count->value;
}

std::optional<Delta> take_difference(Cursor& cursor, Bytes unit) {
    Cursor ahead = cursor;
    ahead.skip_blanks();
    const bool less = ahead.take("-");
    if (!less && !ahead.take("+")) return std::nullopt;
    const auto amount = take_amount(ahead);
    if (!amount) return std::nullopt;
    Bytes size = amount->value;
    if (!amount->suffix) {
        if (size.value() > std::numeric_limits<std::uint64_t>::max() / unit.value()) return std::nullopt;
        size = Bytes(size.value() * unit.value());
    }
    cursor = ahead;
    return less ? difference(Bytes(), size) : difference(size, Bytes());
}

std::optional<Usage> take_usage(Cursor& cursor) {
    Cursor ahead = cursor;
    if (!ahead.take("reserved=")) return std::nullopt;
    const auto reserved = take_amount(ahead);
    if (!reserved) return std::nullopt;
    const auto reserved_change = take_difference(ahead, reserved->unit);
    if (!ahead.take(",")) return std::nullopt;
    ahead.skip_blanks();
    if (!ahead.take("committed=")) return std::nullopt;
    const auto committed = take_amount(ahead);
    if (!committed) return std::nullopt;
    const auto committed_change = take_difference(ahead, committed->unit);
    cursor = ahead;
    return Usage{*reserved, *committed, reserved_change.value_or(Delta()),
                 committed_change.value_or(Delta())};
}

std::string quoted(std::string_view line) {
    constexpr std::size_t most = 100;
    line = trim(line);
    return fmt::format("'{}{}'", printable(line.substr(0, most)), line.size() > most ? "…" : "");
}

void Notes::add(std::size_t line, std::string_view what) {
    if (notes_.size() == most) {
        ++further_;
        return;
    }
    if (line == 0) {
        notes_.push_back(fmt::format("{}: {}", document_, what));
    } else {
        notes_.push_back(fmt::format("{}:{}: {}", document_, line, what));
    }
}

void Notes::add(std::size_t line, std::string_view what, std::string_view found) {
    if (notes_.size() == most) {
        ++further_;
        return;
    }
    notes_.push_back(fmt::format("{}:{}: {}: {}", document_, line, what, quoted(found)));
}

void Notes::unread(const Line& line, std::string_view why) {
    if (unread_ != nullptr)
        unread_->add_line(line.number, line.text);
    else
        add(line.number, why, line.text);
}

std::vector<std::string> Notes::take() {
    if (further_ != 0) notes_.push_back(fmt::format("{}: {} further notes left out", document_, further_));
    return std::exchange(notes_, {});
}

tl::unexpected<Error> Notes::malformed(const Line& line, std::string_view expected) const {
    if (unread_ != nullptr) return tl::make_unexpected(Error{});
    return failure(fmt::format("{}:{}", document_, line.number),
                   fmt::format("expected {}, found {}", expected, quoted(line.text)),
                   line.cut ? "the text seems to be cut here" : "");
}

std::string_view bounded(std::string_view text) {
    std::size_t end = std::min(text.size(), most_of_refusal);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end);
}

std::optional<std::string> known_refusal(std::string_view text) {
    for (const std::string_view sentence : refusals) {
        const std::size_t at = text.find(sentence);
        if (at == std::string_view::npos) continue;
        const std::string_view from = text.substr(at);
        return std::string(bounded(trim(from.substr(0, from.find('\n')))));
    }
    return std::nullopt;
}

}  // namespace nmtx::nmt
