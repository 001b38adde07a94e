#include "report/explain/explain_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/cursor.h"
#include "base/printable.h"
#include "report/diff/diff_table.h"

namespace nmtx {
namespace {

constexpr std::size_t lines_width = 16;

// Typed commands, and the lines that jcmd puts around its answers, are not interesting by themselves.
bool told_by_others(PastedKind kind) {
    return entry_of(kind).about == About::next_text;
}
bool told_by_others(const PastedPart& part) {
    return told_by_others(part.part.kind) || part.title == "return code";
}

// Where they stood between those that were kept.
class LeftOutParts {
  public:
    LeftOutParts(const PastedText& text, const ReportOptions& options, const TextStyle& style)
        : all_(text.left_out), options_(options), style_(style) {
        std::ranges::stable_sort(all_, {}, &LeftOut::first_line);
    }
    // What is to be said before a part that begins at this line.
    std::string above(std::size_t line_number) {
        std::string out;
        for (; next_ < all_.size() && all_[next_].first_line < line_number; ++next_) {
            const LeftOut& left_out = all_[next_];
            if (told_by_others(left_out.kind) && !options_.all) continue;
            out += line(fmt::format("  {} {} more \"{}\" {} left out",
                                    padded(lines_of(left_out.first_line, left_out.last_line), lines_width),
                                    grouped(left_out.parts), name_of(left_out.kind),
                                    left_out.parts == 1 ? "was" : "were"),
                        style_);
        }
        return out;
    }

  private:
    std::vector<LeftOut> all_;
    std::size_t next_ = 0;
    const ReportOptions& options_;
    const TextStyle& style_;
};

std::string sign(std::int64_t change) {
    return change < 0 ? "-" : "+";
}

std::string amount_of(const PastedFigure& figure) {
    std::string text = human(*figure.bytes);
    if (figure.whole)
        text += fmt::format(
            " of {}{}", human(*figure.whole),
            *figure.whole == Bytes() ? "" : fmt::format(" ({} %)", percent(*figure.bytes, *figure.whole)));
    if (!figure.change) return text;
    const std::int64_t change = figure.change->value;
    return text + fmt::format(" ({}{})", sign(change), human(Bytes(magnitude(change))));
}

// "threads that did not stop": "thread that did not stop"; "classes": "class".
std::string singular(std::string name) {
    for (std::size_t begin = 0; begin < name.size();) {
        const std::size_t end = std::min(name.find(' ', begin), name.size());
        const std::string_view word = std::string_view(name).substr(begin, end - begin);
        if (word.size() > 2 && word.ends_with('s') && !word.ends_with("ss")) {
            const std::size_t drop = word.ends_with("sses") ? 2 : 1;
            return name.erase(end - drop, drop);
        }
        begin = end + 1;
    }
    return name;
}

std::string figures_of(const PastedPart& part) {
    std::string text;
    for (const PastedFigure& figure : part.figures) {
        if (!text.empty()) text += ", ";
        const bool counted = figure.count.has_value();
        const bool one = counted && *figure.count == 1 && !figure.count_change;
        const std::string name = printable(one ? singular(figure.name) : figure.name);
        text += counted ? fmt::format("{} {}", value_of(figure), name)
                        : fmt::format("{} {}", name, value_of(figure));
    }
    return text;
}

// A paragraph all of whose lines are indented.
std::string indented(const std::string& text, const TextStyle& style, std::size_t indent) {
    TextStyle narrower = style;
    narrower.width = style.width > indent + 20 ? style.width - indent : 20;
    const std::string lines = paragraph(text, narrower);
    std::string out;
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = lines.find('\n', at) + 1;
        out += std::string(indent, ' ') + lines.substr(at, end - at);
        at = end;
    }
    return out;
}

class Leftovers {
  public:
    Leftovers(const Pasted& pasted, const ReportOptions& options, const TextStyle& style)
        : pasted_(pasted), options_(options), style_(style) {}

    std::string print() {
        std::size_t lines = 0;
        for (const PastedText& text : pasted_.texts) {
            for (const Leftover& left : text.leftovers) lines += left.lines;
            lines += text.lines_left_out;
            for (const PastedPart& part : text.parts) lines += part.unread.size() + part.unread_left_out;
        }
        if (lines == 0) return "";
        out_ += title(fmt::format("Not recognised: {} line{}", lines, lines == 1 ? "" : "s"), style_) + "\n";
        for (const PastedText& text : pasted_.texts) one_text(text);
        if (runs_left_out_ > 0)
            out_ += line(
                fmt::format("  … and {} more in {} other places (--all)", lines_left_out_, runs_left_out_),
                style_);
        return out_ + "\n";
    }

  private:
    static constexpr std::size_t most_runs = 20;
    static constexpr std::size_t most_lines = 3;
    static constexpr std::size_t most_lines_of_all = 2000;  // of one place, where all is wanted
    static constexpr std::size_t longest_quote = 4000;      // far wider than any line that is printed

    [[nodiscard]] std::size_t most_lines_of_a_quote() const {
        return options_.all ? most_lines_of_all : most_lines;
    }

    struct Quote {
        std::size_t first = 0, lines = 0;
        std::vector<std::string_view> texts;
        bool remark = false;
    };

    void one_text(const PastedText& text) {
        std::vector<Quote> quotes;
        for (const Leftover& left : text.leftovers) {
            Quote quote{left.first_line, left.lines, {}, false};
            std::string_view rest = left.text;
            while (!rest.empty() && quote.texts.size() < most_lines_of_a_quote()) {
                const std::size_t end = rest.find('\n');
                quote.texts.push_back(trim(rest.substr(0, end)).substr(0, longest_quote));
                rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
            }
            quotes.push_back(std::move(quote));
        }
        std::size_t uncounted = 0;
        for (const PastedPart& part : text.parts) {
            for (const UnreadLine& unread : part.unread)
                quotes.push_back({unread.line, 1, {unread.text}, unread.remark});
            uncounted += part.unread_left_out;
        }
        std::stable_sort(quotes.begin(), quotes.end(),
                         [](const Quote& a, const Quote& b) { return a.first < b.first; });
        join_neighbours(quotes);
        if (pasted_.texts.size() > 1 && !quotes.empty()) out_ += line("  " + text.name, style_);
        for (const Quote& quote : quotes) one_quote(quote);
        if (text.leftovers_left_out > 0)
            out_ += line(fmt::format("  … and {} more lines in {} places between these, left out",
                                     grouped(text.lines_left_out), grouped(text.leftovers_left_out)),
                         style_);
        if (uncounted > 0) out_ += line(fmt::format("  … and {} more within these texts", uncounted), style_);
    }

    // Lines that follow each other are one place.
    static void join_neighbours(std::vector<Quote>& quotes) {
        std::vector<Quote> joined;
        for (Quote& quote : quotes) {
            if (!joined.empty() && !quote.remark && !joined.back().remark &&
                joined.back().first + joined.back().lines == quote.first) {
                joined.back().lines += quote.lines;
                joined.back().texts.insert(joined.back().texts.end(), quote.texts.begin(), quote.texts.end());
            } else {
                joined.push_back(std::move(quote));
            }
        }
        quotes = std::move(joined);
    }

    void one_quote(const Quote& quote) {
        if (!options_.all && runs_ == most_runs) {
            ++runs_left_out_;
            lines_left_out_ += quote.lines;
            return;
        }
        ++runs_;
        std::string where = lines_of(quote.first, quote.first + quote.lines - 1);
        const std::size_t shown = std::min(most_lines_of_a_quote(), quote.texts.size());
        for (std::size_t i = 0; i < shown; ++i) {
            const std::string_view mark = quote.remark ? "after what was read: " : "";
            out_ +=
                line(fmt::format("  {} {}{}", padded(where, lines_width), mark, printable(quote.texts[i])),
                     style_);
            where.clear();
        }
        if (quote.lines > shown)
            out_ +=
                line(fmt::format("  {} … and {} more lines", padded("", lines_width), quote.lines - shown),
                     style_);
    }

    const Pasted& pasted_;
    const ReportOptions& options_;
    const TextStyle& style_;
    std::size_t runs_ = 0, runs_left_out_ = 0, lines_left_out_ = 0;
    std::string out_;
};

}  // namespace

std::string lines_of(std::size_t first, std::size_t last) {
    return first == last ? fmt::format("line {}", first) : fmt::format("lines {}-{}", first, last);
}

std::string value_of(const PastedFigure& figure) {
    if (figure.bytes) return amount_of(figure);
    if (!figure.count) return printable(figure.words);
    std::string text = grouped(*figure.count);
    if (figure.count_change) text += fmt::format(" ({})", grouped(Delta{*figure.count_change}));
    return text;
}

std::string explain_parts(const Pasted& pasted, const ReportOptions& options, const TextStyle& style) {
    std::size_t parts = 0, lines = 0;
    for (const PastedText& text : pasted.texts) {
        lines += text.lines;
        parts += static_cast<std::size_t>(
            std::ranges::count_if(text.parts, [](const PastedPart& part) { return !told_by_others(part); }));
        for (const LeftOut& left_out : text.left_out)
            parts += told_by_others(left_out.kind) ? 0 : left_out.parts;
    }
    std::string out = title(parts == 0 ? fmt::format("Read {} lines and recognised nothing", lines)
                                       : fmt::format("Read: {} text{} in {} line{}", parts,
                                                     parts == 1 ? "" : "s", lines, lines == 1 ? "" : "s"),
                            style) +
                      "\n";
    for (const PastedText& text : pasted.texts) {
        if (pasted.texts.size() > 1) out += line("  " + text.name, style);
        LeftOutParts left_out(text, options, style);
        for (const PastedPart& part : text.parts) {
            out += left_out.above(part.part.first_line());
            if (told_by_others(part) && !options.all) continue;
            const std::string where = lines_of(part.part.first_line(), part.part.last_line());
            const std::string pid = part.pid ? fmt::format(", pid {}", *part.pid) : std::string();
            out +=
                line(fmt::format("  {} {}{}", padded(where, lines_width), printable(part.title), pid), style);
            constexpr std::size_t indent = lines_width + 3;
            if (const std::string figures = figures_of(part); !figures.empty())
                out += indented(figures, style, indent);
            if (!part.problem.empty())
                out += indented("could not be read: " + printable(part.problem), style, indent);
            for (const std::string& note : part.notes) out += indented(printable(note), style, indent);
        }
    }
    return out + "\n";
}

std::string explain_leftovers(const Pasted& pasted, const ReportOptions& options, const TextStyle& style) {
    return Leftovers(pasted, options, style).print();
}

std::string nmt_change_text(const NmtChange& change, bool total, const ReportOptions& options,
                            const TextStyle& style) {
    DiffTable table(SizeScale::mib, options.all, style);
    table.heading("NMT");
    if (total) {
        table.row("total, reserved", change.reserved);
        table.row("total, committed", change.committed);
    }
    const auto rows = table.chosen(change.categories, 10, [](const CategoryChange& c) {
        return std::max(magnitude(c.committed.change()), magnitude(c.malloc.change()));
    });
    for (const CategoryChange* category : rows)
        table.row(category->name + ", committed", category->committed);
    table.end("categories that changed");
    return table.take();
}

}  // namespace nmtx
