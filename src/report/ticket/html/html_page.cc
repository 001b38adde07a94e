#include "report/ticket/html/html_page.h"

#include <fmt/format.h>

#include <utility>

#include "base/amounts.h"
#include "base/printable.h"
#include "report/style/style.h"

namespace nmtx {
namespace {

std::string_view class_of(const ColumnHead& head) {
    switch (head.kind) {
        case Column::name:
            return "name";
        case Column::text:
            return "text";
        case Column::code:
            return "code";
        case Column::number:
            return head.title.starts_with("resident") ? "number barred" : "number";
    }
    return "";
}

}  // namespace

std::string html_text(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string html_prose(std::string_view text) {
    std::string out;
    bool code = false;
    for (std::string_view rest = text; true;) {
        const std::size_t at = rest.find('`');
        out += html_text(rest.substr(0, at));
        if (at == std::string_view::npos) break;
        rest.remove_prefix(at + 1);
        const bool closes = code || rest.find('`') != std::string_view::npos;
        out += !closes ? "`" : code ? "</code>" : "<code>";
        if (closes) code = !code;
    }
    return out;
}

std::string html_fitted(std::string_view name, bool is_path, std::size_t columns) {
    std::string text = fit(printable(name), columns, is_path);
    // Escaped, a character has at most six bytes.
    constexpr std::size_t escaped = 6;
    const auto weight = [](char c) {
        return std::string_view("&<>\"'\\").find(c) == std::string_view::npos ? std::size_t{1} : escaped;
    };
    const std::size_t most = escaped * columns;
    std::size_t whole = 0;
    for (const char c : text) whole += weight(c);
    if (whole <= most) return text;
    const auto begins = [&](std::size_t at) {
        return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    };
    std::size_t cut = 0;
    if (is_path) {
        for (; whole > most || !begins(cut); ++cut) whole -= weight(text[cut]);
        return "…" + text.substr(cut);
    }
    for (cut = text.size(); whole > most || !begins(cut); --cut) whole -= weight(text[cut - 1]);
    return text.substr(0, cut) + "…";
}

std::string html_name(std::string_view name, bool is_path, std::size_t columns) {
    return html_text(html_fitted(name, is_path, columns));
}

std::string html_change(Delta change) {
    if (change.value == 0) return "0.0";
    const auto value = static_cast<std::uint64_t>(change.value);
    return change.value < 0 ? "-" + in_mib(Bytes(~value + 1)) : "+" + in_mib(Bytes(value));
}

std::string html_paragraph(std::string_view text, std::string_view css_class) {
    if (text.empty()) return "";
    return css_class.empty() ? fmt::format("<p>{}</p>\n", html_prose(text))
                             : fmt::format("<p class=\"{}\">{}</p>\n", css_class, html_prose(text));
}

std::string html_list(const std::vector<std::string>& sentences) {
    if (sentences.empty()) return "";
    std::string out = "<ul>\n";
    for (const std::string& sentence : sentences) out += fmt::format("<li>{}</li>\n", html_prose(sentence));
    return out + "</ul>\n";
}

std::string html_command(std::string_view command) {
    return fmt::format("<div class=\"command\"><pre><code>{}</code></pre></div>\n", html_text(command));
}

HtmlTable::HtmlTable(std::string_view id, std::string_view caption, std::vector<ColumnHead> columns,
                     std::optional<std::size_t> sorted_by)
    : columns_(std::move(columns)) {
    // A region that scrolls must be within reach of the keyboard.
    out_ = fmt::format(
        "<div class=\"table\" role=\"region\" aria-labelledby=\"{0}-caption\" tabindex=\"0\">\n"
        "<table id=\"{0}\">\n<caption id=\"{0}-caption\">{1}</caption>\n<thead><tr>",
        id, html_text(caption));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        out_ += fmt::format("<th scope=\"col\" class=\"{}\"{}>{}</th>", class_of(columns_[i]),
                            sorted_by == i ? " aria-sort=\"descending\"" : "", html_text(columns_[i].title));
    }
    out_ += "</tr></thead>\n<tbody>";
}

void HtmlTable::begin_row() {
    out_ += rows_++ == 0 ? "\n<tr>" : "</tr>\n<tr>";
    column_ = 0;
}

void HtmlTable::cell(std::string_view shown, std::string_view value) {
    const ColumnHead& head = columns_[column_++];
    const std::string data = value.empty() ? "" : fmt::format(" data-v=\"{}\"", value);
    out_ += head.kind == Column::name
                ? fmt::format("<th scope=\"row\" class=\"name\">{}</th>", shown)
                : fmt::format("<td class=\"{}\"{}>{}</td>", class_of(head), data, shown);
}

void HtmlTable::text(std::string_view text) {
    cell(html_name(text), "");
}

void HtmlTable::path(std::string_view path) {
    cell(html_name(path, true), "");
}

void HtmlTable::mib(const std::optional<Bytes>& bytes) {
    bytes ? cell(html_text(in_mib(*bytes)), std::to_string(bytes->value())) : cell("", "");
}

void HtmlTable::count(const std::optional<std::uint64_t>& number) {
    number ? cell(grouped(*number), std::to_string(*number)) : cell("", "");
}

void HtmlTable::change(const std::optional<Delta>& change) {
    change ? cell(html_text(html_change(*change)), std::to_string(change->value)) : cell("", "");
}

void HtmlTable::count_change(const std::optional<std::int64_t>& change) {
    change ? cell(grouped(Delta{*change}), std::to_string(*change)) : cell("", "");
}

void HtmlTable::id(std::uint64_t id) {
    cell(std::to_string(id), std::to_string(id));
}

void HtmlTable::decimal(const std::optional<double>& number, int digits) {
    number ? cell(decimals(*number, digits), fmt::format("{:.6g}", *number)) : cell("", "");
}

void HtmlTable::share(Bytes part, Bytes whole) {
    cell(percent(part, whole), std::to_string(part.value()));
}

std::string HtmlTable::finish(std::string_view below) {
    out_ += rows_ == 0 ? "</tbody>\n</table>\n</div>\n" : "</tr>\n</tbody>\n</table>\n</div>\n";
    return std::move(out_) + html_paragraph(below, "left-out");
}

std::string html_left_out(std::size_t left, Bytes resident) {
    if (left == 0) return "";
    return fmt::format("{} more row{}, {} MiB resident, {} not in this table.", grouped(left),
                       left == 1 ? "" : "s", in_mib(resident), left == 1 ? "is" : "are");
}

}  // namespace nmtx
