// Marks before lines. A mark that all lines of a run have is somebody's, where below it stands what a tool
// has printed; "# " alone is no such mark (an hs_err log has it), nor is a number (top has it).
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/cursor.h"
#include "pasted/clean_text.h"

namespace nmtx {
namespace {

enum class Mark : std::uint8_t { none, quote, slashes, hash, bar, star, number, stamp };

constexpr std::string_view blanks = " \t";
constexpr std::string_view digits = "0123456789";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

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

// One pass; nothing where no mark was to be taken off.
class Pass {
  public:
    Pass(std::string_view text, Anchor anchor) : text_(text), anchor_(anchor) {}

    std::optional<std::string> run() {
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t newline = text_.find('\n', at);
            const std::size_t end = newline == std::string_view::npos ? text_.size() : newline;
            take({at, end - at, lead_of(text_.substr(at, end - at))});
            at = end + 1;
        }
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

    void take(const Line& line) {
        const bool empty =
            text_.substr(line.begin, line.length).find_first_not_of(blanks) == std::string_view::npos;
        const bool goes_on =
            !run_.empty() && (empty || (line.lead.mark == run_.front().lead.mark && in_order(line.lead)));
        if (!goes_on) end_run();
        if (line.lead.mark == Mark::none && !goes_on) return;
        if (!empty) last_number_ = line.lead.number;
        run_.push_back(line);
    }

    // Lines are numbered one after the other, or they are not numbers of lines.
    [[nodiscard]] bool in_order(const Lead& lead) const {
        return lead.mark != Mark::number || lead.number == last_number_ + 1;
    }

    void end_run() {
        if (wanted()) {
            for (const Line& line : run_) {
                out_ += text_.substr(copied_, line.begin - copied_);
                copied_ = line.begin + std::min(line.lead.length, line.length);
            }
            changed_ = true;
        }
        run_.clear();
    }

    [[nodiscard]] bool wanted() const {
        if (run_.empty()) return false;
        const Mark mark = run_.front().lead.mark;
        if (mark == Mark::quote) return true;
        const std::size_t least = mark == Mark::stamp || mark == Mark::hash ? 1 : 2;
        if (run_.size() < least) return false;
        const auto any = [&](bool below) {
            return std::any_of(run_.begin(), run_.end(), [&](const Line& line) {
                const std::size_t from = below ? std::min(line.lead.length, line.length) : 0;
                return anchor_(text_.substr(line.begin + from, line.length - from));
            });
        };
        return any(true) && !any(false);
    }

    std::string_view text_;
    Anchor anchor_;
    std::vector<Line> run_;
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
