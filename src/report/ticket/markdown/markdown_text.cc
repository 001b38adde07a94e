#include "report/ticket/markdown/markdown_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/characters.h"
#include "base/lines.h"

namespace nmtx {
namespace {

constexpr std::string_view ellipsis = "…";

std::size_t longest_run_of_backticks(std::string_view text) {
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

// "-25.1", "+3": a figure, or a sign between two of them.
bool is_signed_number(std::string_view word) {
    return word.size() == 1 || is_digit(word[1]) || word.substr(1).starts_with('<');
}

// Would Markdown, or what trackers do to text after it, see more in this word than text?
bool means_something(std::string_view word) {
    if (word.find_first_of("\\`*_{}[]<>#@|~$&/=") != std::string_view::npos)
        return word != "=" && word != "/" &&
               !(word.starts_with('<') && word.size() > 1 && is_digit(word[1]) &&
                 word.find_first_not_of("<.0123456789") == std::string_view::npos);
    if ((word.front() == '-' || word.front() == '+') && !is_signed_number(word)) return true;
    for (std::size_t i = 0; i + 1 < word.size(); ++i) {
        // "libjvm.so" is a domain to some; ":name:" a picture.
        const bool joins = word[i] == '.' || word[i] == ':';
        if (joins && is_letter(word[i + 1])) return true;
    }
    // An issue of GitHub's, or a commit, by its hash.
    if (word.starts_with("GH-")) return true;
    return word.size() >= 7 && std::all_of(word.begin(), word.end(), is_hex) &&
           std::any_of(word.begin(), word.end(), is_letter);
}

constexpr std::string_view opening = "(\"'";
constexpr std::string_view closing = ".,;:!?)\"'";

}  // namespace

std::string cut_bytes(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    if (most < ellipsis.size()) return {};
    std::size_t end = most - ellipsis.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string(text.substr(0, end)).append(ellipsis);
}

std::string code_span(std::string_view name, Place place, std::size_t most) {
    if (name.empty()) return {};
    const std::string shown = cut_bytes(name, most);
    std::string inside;
    for (const char c : shown) {
        // Some take the backslash before "\|" as escaped itself: such a bar becomes a broken one.
        const bool bar = c == '|' && place == Place::cell;
        if (bar && inside.ends_with('\\')) {
            inside += "¦";
            continue;
        }
        if (bar) inside += '\\';
        inside += c;
    }
    const std::size_t run = longest_run_of_backticks(inside);
    const std::string fence(run + 1, '`');
    // Markdown removes a blank at both ends.
    const bool padded = run > 0 || shown.front() == ' ' || shown.back() == ' ';
    return fmt::format("{0}{1}{2}{1}{0}", fence, padded ? " " : "", inside);
}

std::string prose(std::string_view sentence, Place place, std::size_t most) {
    const std::string text = cut_bytes(sentence, most);
    std::string out;
    std::string code;  // words that are to stand in one span: "-o FILE.db"
    const auto end_code = [&] {
        if (!code.empty()) out += code_span(code, place, most + 1);
        code.clear();
    };
    std::string_view rest = text;
    for (bool first = true; !rest.empty(); first = false) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        std::string_view word = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::size_t begin = std::min(word.find_first_not_of(opening), word.size());
        const std::string_view before = word.substr(0, begin);
        word.remove_prefix(begin);
        const std::size_t last = word.find_last_not_of(closing);
        std::string_view core = word.substr(0, last == std::string_view::npos ? 0 : last + 1);
        // "f(x)" closes what it has opened itself.
        if (core.find('(') != std::string_view::npos && word.substr(core.size()).starts_with(')'))
            core = word.substr(0, core.size() + 1);
        const std::string_view behind = word.substr(core.size());
        const bool is_code = !core.empty() && means_something(core);
        const bool goes_on = is_code && !code.empty() && before.empty();
        if (!goes_on) {
            end_code();
            out += first ? "" : " ";
            out += before;
        }
        if (is_code) {
            code += goes_on ? " " : "";
            code += core;
        } else {
            out += core;
        }
        if (!behind.empty()) {
            end_code();
            out += behind;
        }
    }
    end_code();
    return out;
}

std::string code_block(std::string_view text, std::string_view language, std::size_t most) {
    const std::string fence(std::max<std::size_t>(longest_run_of_backticks(text) + 1, 3), '`');
    std::string out = fmt::format("{}{}\n", fence, language);
    for (Lines lines(text); lines.next();) out += cut_bytes(lines.line(), most) + "\n";
    return out + fence + "\n\n";
}

MarkdownTable::MarkdownTable(std::initializer_list<std::string_view> headings) : columns_(headings.size()) {
    std::string rule = "|";
    text_ = "|";
    for (std::string_view heading : headings) {
        const bool figures = heading.starts_with('>');
        if (figures) heading.remove_prefix(1);
        text_ += fmt::format(" {} |", heading);
        rule += figures ? "---:|" : "---|";
    }
    text_ += "\n" + rule + "\n";
}

void MarkdownTable::row(std::vector<std::string> cells) {
    cells.resize(columns_);
    text_ += "|";
    for (const std::string& cell : cells) text_ += cell.empty() ? "  |" : fmt::format(" {} |", cell);
    text_ += "\n";
    ++rows_;
}

std::string MarkdownTable::text() const {
    return rows_ == 0 ? std::string() : text_ + "\n";
}

}  // namespace nmtx
