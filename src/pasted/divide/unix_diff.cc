#include "pasted/divide/unix_diff.h"

#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/first_and_last.h"

namespace nmtx {
namespace {

struct Line {
    std::size_t begin = 0, end = 0;  // without the newline
    std::size_t number = 0;
};

// The lines of a text, one at a time: a list of all would be far larger than short lines are.
class LinesBothWays {
  public:
    explicit LinesBothWays(const std::string& text) : text_(text) {}

    [[nodiscard]] Line first() const { return {0, end_of(0), 1}; }
    [[nodiscard]] bool at_end(const Line& line) const { return line.begin >= text_.size(); }
    [[nodiscard]] Line below(const Line& line) const {
        return {line.end + 1, end_of(line.end + 1), line.number + 1};
    }
    // Not of the first.
    [[nodiscard]] Line above(const Line& line) const {
        const std::size_t end = line.begin - 1;
        const std::size_t newline = end == 0 ? std::string::npos : text_.rfind('\n', end - 1);
        return {newline == std::string::npos ? 0 : newline + 1, end, line.number - 1};
    }
    [[nodiscard]] std::string_view at(const Line& line) const {
        return std::string_view(text_).substr(line.begin, line.end - line.begin);
    }

  private:
    [[nodiscard]] std::size_t end_of(std::size_t begin) const {
        return std::min(text_.find('\n', begin), text_.size());
    }
    const std::string& text_;
};

bool has(std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
}

// "5c5", "12,14d11", what the classic form has above its lines.
bool is_classic_command(std::string_view line) {
    Cursor cursor(line);
    const auto lines = [&] {
        return cursor.decimal() && (!cursor.take(",") || cursor.decimal().has_value());
    };
    return lines() && (cursor.take("c") || cursor.take("d") || cursor.take("a")) && lines() &&
           cursor.at_end();
}

bool is_classic_line(std::string_view line) {
    return line.starts_with("< ") || line.starts_with("> ") || line == "<" || line == ">";
}

// "Total: reserved=…" or "-   Thread (reserved=…": a line that only a report has.
bool is_head(std::string_view text) {
    if (text.starts_with("Total:")) return has(text, "reserved=");
    return text.starts_with('-') && has(text, "(reserved=") && has(text, "committed=");
}

// A signed line of a unified diff that a report by itself cannot have.
bool is_signed_head(std::string_view line) {
    return (line.starts_with('-') || line.starts_with('+')) && is_head(trim(line.substr(1)));
}

bool is_meta(std::string_view line) {
    if (line.starts_with("--- ") || line.starts_with("+++ ")) return !has(line, "(reserved=");
    return line.starts_with("@@") || line.starts_with("diff -") || line.starts_with("index ") ||
           line.starts_with("\\ No newline");
}

// What stands in a report, whatever its sign.
bool is_of_report(std::string_view line) {
    std::string_view text = line;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
    text = trim(text);
    if (text.empty() || text == "-") return true;
    constexpr std::array<std::string_view, 8> begins{
        "(", ":", "[0x", "malloc", "mmap:", "Native Memory Tracking:", "Virtual memory map:", "Details:"};
    if (is_head(text) || has(text, "(reserved=")) return true;
    if (text.ends_with(':') && Cursor(text).decimal()) return true;
    return std::ranges::any_of(begins, [&](std::string_view word) { return text.starts_with(word); });
}

class Taker {
  public:
    explicit Taker(std::string& text) : text_(text), lines_(text) {}

    NmtUnixDiffs run() {
        NmtUnixDiffs found;
        FirstAndLast<NmtUnixDiff> kept(most_parts_of_a_kind);
        Line line = lines_.first();
        for (; !lines_.at_end(line); line = lines_.below(line)) {
            if (!is_signed_head(lines_.at(line))) continue;
            const Line first = beginning_of(line);
            Line last = line;
            for (Line next = lines_.below(last); !lines_.at_end(next) && goes_on_with(lines_.at(next));
                 next = lines_.below(next))
                last = next;
            while (trim(lines_.at(last)).empty()) last = lines_.above(last);
            if (const auto dropped = kept.add(taken(first, last)))
                found.left_out.add(dropped->run, dropped->run);
            found.left_out.kind = PastedKind::nmt;
            line = last;
            free_from_ = last.number;
        }
        found.diffs = kept.take();
        return found;
    }

  private:
    // Above the first signed line stand lines that are the same in both, below a "@@". Without that they may
    // be a report of its own.
    [[nodiscard]] Line beginning_of(const Line& signed_head) const {
        Line first = signed_head;
        for (Line at = signed_head; at.number > free_from_ + 1;) {
            at = lines_.above(at);
            if (!goes_on_with(lines_.at(at))) break;
            if (is_meta(lines_.at(at))) first = at;
        }
        return first;
    }

    // Lines of a report have a sign or a blank before them here; one that has neither begins another.
    static bool goes_on_with(std::string_view line) {
        if (is_meta(line)) return true;
        const bool lead = line.empty() || line.front() == ' ' || line.front() == '+' || line.front() == '-' ||
                          line.front() == '\t';
        return lead && is_of_report(line);
    }

    NmtUnixDiff taken(const Line& first, const Line& last) {
        NmtUnixDiff diff;
        diff.run = {first.number, last.number - first.number + 1, first.begin,
                    std::min(last.end + 1, text_.size())};
        for (Line line = first; line.number <= last.number; line = lines_.below(line)) {
            add_line(diff, lines_.at(line));
            std::fill(text_.begin() + static_cast<std::ptrdiff_t>(line.begin),
                      text_.begin() + static_cast<std::ptrdiff_t>(line.end), ' ');
        }
        return diff;
    }

    static void add_line(NmtUnixDiff& diff, std::string_view line) {
        if (is_meta(line)) line = {};
        const bool is_context = line.starts_with('-') && !line.substr(1).starts_with('-') &&
                                has(line, "(reserved=") && !is_signed_head(line);
        if (line.starts_with('-') && !is_context) {
            diff.before += line.substr(1);
        } else if (line.starts_with('+')) {
            diff.after += line.substr(1);
        } else {
            // A blank before it, unless it was trimmed.
            const std::string_view both = line.starts_with(' ') ? line.substr(1) : line;
            diff.before += both;
            diff.after += both;
        }
        diff.before += '\n';
        diff.after += '\n';
    }

    std::string& text_;
    LinesBothWays lines_;
    std::size_t free_from_ = 0;  // the number of the last line that is of a diff
};

}  // namespace

std::string with_unified_diffs(std::string text) {
    if (text.find("\n< ") == std::string::npos && text.find("\n> ") == std::string::npos) return text;
    const LinesBothWays lines(text);
    std::string out;
    out.reserve(text.size());
    std::size_t copied = 0;
    for (Line line = lines.first(); !lines.at_end(line);) {
        const Line next = lines.below(line);
        if (!is_classic_command(lines.at(line)) || lines.at_end(next) || !is_classic_line(lines.at(next))) {
            line = next;
            continue;
        }
        Line behind = next;
        bool of_nmt = false;
        for (; !lines.at_end(behind); behind = lines.below(behind)) {
            const std::string_view text_of_line = lines.at(behind);
            const bool command = is_classic_command(text_of_line) || text_of_line == "---";
            if (!command && !is_classic_line(text_of_line)) break;
            of_nmt = of_nmt || (text_of_line.size() > 2 && is_head(trim(text_of_line.substr(2))));
        }
        if (!of_nmt) {
            line = behind;
            continue;
        }
        out += std::string_view(text).substr(copied, line.begin - copied);
        for (; line.number < behind.number; line = lines.below(line)) {
            const std::string_view text_of_line = lines.at(line);
            if (is_classic_line(text_of_line)) {
                out += text_of_line.front() == '<' ? '-' : '+';
                out += text_of_line.substr(std::min<std::size_t>(2, text_of_line.size()));
            } else {
                out += "@@";
            }
            if (line.end < text.size()) out += '\n';
        }
        copied = std::min(behind.begin, text.size());
    }
    out += std::string_view(text).substr(copied);
    return out;
}

NmtUnixDiffs take_unix_diffs(std::string& text) {
    if (text.find("reserved=") == std::string::npos) return {};
    return Taker(text).run();
}

}  // namespace nmtx
