// Marks before lines. A prefix of all lines in a run is a mark if a tool's output appears without it; "# "
// by itself is not (an hs_err log has it), nor is a number (top has it).
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>

#include "base/characters.h"
#include "base/cursor.h"
#include "pasted/divide/clean_text.h"

namespace nmtx {
namespace {

enum class Mark : std::uint8_t { none, quote, slashes, hash, bar, star, number, stamp };

constexpr std::string_view blanks = " \t";
constexpr std::string_view digits = "0123456789";

struct Lead {
    Mark mark = Mark::none;
    std::size_t length = 0;    // with the blanks before the mark, and one behind it
    std::uint64_t number = 0;  // of the line, where it is one
};

Lead with_one_blank(Mark mark, std::string_view line, std::size_t end) {
    if (end < line.size() && (line[end] == ' ' || line[end] == '\t')) ++end;
    return {mark, end, 0};
}

// "> ", ">> ", "> > "
Lead quote_of(std::string_view line, std::size_t at) {
    std::size_t end = at;
    while (end < line.size() && line[end] == '>') {
        ++end;
        if (end + 1 < line.size() && line[end] == ' ' && line[end + 1] == '>') ++end;
    }
    return with_one_blank(Mark::quote, line, end);
}

// "2026-01-02T03:04:05.678901Z ", "2026-01-02 03:04:05,678 ", and "stdout F " behind it
std::size_t date_length(std::string_view line) {
    constexpr std::string_view shape = "dddd-dd-dd?dd:dd:dd";
    if (line.size() <= shape.size()) return 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool fits = shape[i] == 'd'   ? is_digit(line[i])
                          : shape[i] == '?' ? line[i] == 'T' || line[i] == ' '
                                            : line[i] == shape[i];
        if (!fits) return 0;
    }
    std::size_t end = line.find_first_not_of("0123456789.,:Z+-", shape.size());
    if (end == std::string_view::npos || line[end] != ' ') return 0;
    ++end;
    for (const std::string_view stream : {"stdout F ", "stderr F ", "stdout P ", "stderr P "}) {
        if (line.substr(end).starts_with(stream)) return end + stream.size();
    }
    return end;
}

// "Nov 26 22:05:36 host java[123]: "
std::size_t syslog_length(std::string_view line) {
    constexpr std::array<std::string_view, 12> months{"Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ",
                                                      "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "};
    if (std::find(months.begin(), months.end(), line.substr(0, 4)) == months.end()) return 0;
    constexpr std::size_t until = 80;
    const std::size_t end = line.substr(0, until).find(": ");
    if (end == std::string_view::npos || end < 16 || line[9] != ':' || line[12] != ':') return 0;
    return end + 2;
}

// "app-1  | " of docker compose
std::size_t compose_length(std::string_view line) {
    constexpr std::size_t longest = 64;
    std::size_t end = 0;
    while (end < line.size() && end < longest &&
           (std::isalnum(static_cast<unsigned char>(line[end])) != 0 || line[end] == '-' ||
            line[end] == '_' || line[end] == '.'))
        ++end;
    const std::size_t bar = line.find_first_not_of(' ', end);
    if (end == 0 || bar == std::string_view::npos || bar == end || line[bar] != '|') return 0;
    return std::min(bar + 2, line.size());
}

// "  12  ", "12: ", "12| ", "12\t", "12) ", "[12] "
Lead number_of(std::string_view line, std::size_t at) {
    Cursor cursor(line.substr(at));
    const auto number = cursor.decimal();
    if (!number) return {};
    const std::string_view rest = cursor.rest();
    const std::size_t end = line.size() - rest.size();
    if (rest.empty()) return {Mark::number, end, *number};
    if (rest.front() == ' ' || rest.front() == '\t') return {Mark::number, end + 1, *number};
    if (rest.front() == ':' || rest.front() == '|' || rest.front() == ')' || rest.front() == '.') {
        Lead lead = with_one_blank(Mark::number, line, end + 1);
        lead.number = *number;
        return lead;
    }
    return {};
}

Lead lead_of(std::string_view line) {
    const std::size_t at = line.find_first_not_of(blanks);
    if (at == std::string_view::npos) return {};
    const char c = line[at];
    if (c == '>') return quote_of(line, at);
    if (c == '/' && line.substr(at).starts_with("//"))
        return with_one_blank(Mark::slashes, line,
                              line.find_first_not_of('/', at) == std::string_view::npos
                                  ? line.size()
                                  : line.find_first_not_of('/', at));
    if (c == '#') {
        const std::size_t end = line.find_first_not_of('#', at);
        return with_one_blank(Mark::hash, line, end == std::string_view::npos ? line.size() : end);
    }
    if (c == '|') return with_one_blank(Mark::bar, line, at + 1);
    if (c == '*') return with_one_blank(Mark::star, line, at + 1);
    if (is_digit(c)) {
        if (at == 0) {
            if (const std::size_t length = date_length(line)) return {Mark::stamp, length, 0};
        }
        return number_of(line, at);
    }
    if (at != 0) return {};
    if (const std::size_t length = syslog_length(line)) return {Mark::stamp, length, 0};
    if (const std::size_t length = compose_length(line)) return {Mark::stamp, length, 0};
    return {};
}

// One pass; nothing where no mark was to be taken off. Lines of a run are looked at again instead of being
// remembered: a list of them would be far larger than short lines are.
class Pass {
  public:
    Pass(std::string_view text, Anchor anchor) : text_(text), anchor_(anchor) {}

    std::optional<std::string> run() {
        each_line(0, text_.size(), [&](const Line& line) {
            take(line);
            return true;
        });
        end_run();
        if (!changed_) return std::nullopt;
        out_ += text_.substr(copied_);
        return std::move(out_);
    }

  private:
    struct Line {
        std::size_t begin, length;
        Lead lead;
    };

    // Of the lines that begin in [begin, end), until one is answered with false.
    template <typename Look>
    // NOLINTNEXTLINE(modernize-use-nodiscard): some callers go through all lines
    bool each_line(std::size_t begin, std::size_t end, Look look) const {
        for (std::size_t at = begin; at < end;) {
            const std::size_t newline = std::min(text_.find('\n', at), text_.size());
            if (!look(Line{at, newline - at, lead_of(text_.substr(at, newline - at))})) return false;
            at = newline + 1;
        }
        return true;
    }

    void take(const Line& line) {
        const bool empty =
            text_.substr(line.begin, line.length).find_first_not_of(blanks) == std::string_view::npos;
        const bool goes_on = lines_ > 0 && (empty || (line.lead.mark == mark_ && in_order(line.lead)));
        if (!goes_on) end_run();
        if (line.lead.mark == Mark::none && !goes_on) return;
        if (!empty) last_number_ = line.lead.number;
        if (lines_ == 0) {
            begin_ = line.begin;
            mark_ = line.lead.mark;
        }
        end_ = line.begin + line.length;
        ++lines_;
    }

    // Lines are numbered one after the other, or they are not numbers of lines.
    [[nodiscard]] bool in_order(const Lead& lead) const {
        return lead.mark != Mark::number || lead.number == last_number_ + 1;
    }

    void end_run() {
        if (wanted()) {
            each_line(begin_, end_, [&](const Line& line) {
                out_ += text_.substr(copied_, line.begin - copied_);
                copied_ = line.begin + std::min(line.lead.length, line.length);
                return true;
            });
            changed_ = true;
        }
        lines_ = 0;
    }

    [[nodiscard]] bool wanted() const {
        if (lines_ == 0) return false;
        if (mark_ == Mark::quote) return true;
        const std::size_t least = mark_ == Mark::stamp || mark_ == Mark::hash ? 1 : 2;
        if (lines_ < least) return false;
        const auto any = [&](bool below) {
            return !each_line(begin_, end_, [&](const Line& line) {
                const std::size_t from = below ? std::min(line.lead.length, line.length) : 0;
                return !anchor_(text_.substr(line.begin + from, line.length - from));
            });
        };
        return any(true) && !any(false);
    }

    std::string_view text_;
    Anchor anchor_;
    // The run that is open: where it begins, and where its last line ends.
    std::size_t begin_ = 0, end_ = 0, lines_ = 0;
    Mark mark_ = Mark::none;
    std::uint64_t last_number_ = 0;
    std::string out_;
    std::size_t copied_ = 0;
    bool changed_ = false;
};

}  // namespace

std::string without_marks(std::string text, Anchor anchor) {
    constexpr int most_nested = 4;
    for (int pass = 0; pass < most_nested; ++pass) {
        auto stripped = Pass(text, anchor).run();
        if (!stripped) break;
        text = std::move(*stripped);
    }
    return text;
}

}  // namespace nmtx
