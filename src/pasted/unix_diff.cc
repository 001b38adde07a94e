#include "pasted/unix_diff.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/cursor.h"

namespace nmtx {
namespace {

struct Line {
    std::size_t begin = 0, end = 0;  // without the newline
    std::size_t number = 0;
};

std::vector<Line> lines_of(std::string_view text) {
    std::vector<Line> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back({at, end, lines.size() + 1});
        at = end + 1;
    }
    return lines;
}

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
    explicit Taker(std::string& text) : text_(text), lines_(lines_of(text)) {}

    std::vector<NmtUnixDiff> run() {
        std::vector<NmtUnixDiff> found;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (!is_signed_head(at(i))) continue;
            const std::size_t first = beginning_of(i);
            std::size_t last = i;
            while (last + 1 < lines_.size() && goes_on_with(at(last + 1))) ++last;
            while (trim(at(last)).empty()) --last;
            found.push_back(taken(first, last));
            i = last;
            free_from_ = last + 1;
        }
        return found;
    }

  private:
    [[nodiscard]] std::string_view at(std::size_t i) const {
        return std::string_view(text_).substr(lines_[i].begin, lines_[i].end - lines_[i].begin);
    }

    // Above the first signed line stand lines that are the same in both, below a "@@". Without that they may
    // be a report of its own.
    [[nodiscard]] std::size_t beginning_of(std::size_t signed_head) const {
        std::size_t first = signed_head, above = signed_head;
        while (above > free_from_ && goes_on_with(at(above - 1))) {
            --above;
            if (is_meta(at(above))) first = above;
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

    NmtUnixDiff taken(std::size_t first, std::size_t last) {
        NmtUnixDiff diff;
        const std::size_t end = std::min(lines_[last].end + 1, text_.size());
        diff.run = {lines_[first].number, last - first + 1, lines_[first].begin, end};
        for (std::size_t i = first; i <= last; ++i) {
            add_line(diff, at(i));
            std::fill(text_.begin() + static_cast<std::ptrdiff_t>(lines_[i].begin),
                      text_.begin() + static_cast<std::ptrdiff_t>(lines_[i].end), ' ');
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
            // A blank before it, unless somebody has trimmed it away.
            const std::string_view both = line.starts_with(' ') ? line.substr(1) : line;
            diff.before += both;
            diff.after += both;
        }
        diff.before += '\n';
        diff.after += '\n';
    }

    std::string& text_;
    std::vector<Line> lines_;
    std::size_t free_from_ = 0;
};

}  // namespace

std::string with_unified_diffs(std::string text) {
    if (text.find("\n< ") == std::string::npos && text.find("\n> ") == std::string::npos) return text;
    const std::vector<Line> lines = lines_of(text);
    const auto at = [&](std::size_t i) {
        return std::string_view(text).substr(lines[i].begin, lines[i].end - lines[i].begin);
    };
    std::string out;
    out.reserve(text.size());
    std::size_t copied = 0;
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
        if (!is_classic_command(at(i)) || !is_classic_line(at(i + 1))) continue;
        std::size_t last = i + 1;
        bool of_nmt = false;
        for (; last < lines.size(); ++last) {
            const std::string_view line = at(last);
            const bool command = is_classic_command(line) || line == "---";
            if (!command && !is_classic_line(line)) break;
            of_nmt = of_nmt || (line.size() > 2 && is_head(trim(line.substr(2))));
        }
        if (!of_nmt) {
            i = last - 1;
            continue;
        }
        out += std::string_view(text).substr(copied, lines[i].begin - copied);
        for (; i < last; ++i) {
            const std::string_view line = at(i);
            if (is_classic_line(line)) {
                out += line.front() == '<' ? '-' : '+';
                out += line.substr(std::min<std::size_t>(2, line.size()));
            } else {
                out += "@@";
            }
            if (lines[i].end < text.size()) out += '\n';
        }
        --i;
        copied = std::min(lines[last - 1].end + 1, text.size());
    }
    out += std::string_view(text).substr(copied);
    return out;
}

std::vector<NmtUnixDiff> take_unix_diffs(std::string& text) {
    if (text.find("reserved=") == std::string::npos) return {};
    return Taker(text).run();
}

}  // namespace nmtx
