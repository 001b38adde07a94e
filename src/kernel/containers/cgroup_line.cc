#include "kernel/containers/cgroup_line.h"

#include "base/characters.h"
#include "base/cursor.h"

namespace nmtx {
namespace {

bool is_group(std::string_view text) {
    return text.size() >= 3 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) &&
           (text.size() == 3 || !is_digit(text[3]));
}

// "2 472 419 328", "2.472.419.328", "2472419328"; moves on behind it.
std::string take_figure(std::string_view& text) {
    if (text.starts_with("max") && (text.size() == 3 || text[3] == ' ')) {
        text.remove_prefix(3);
        return "max";
    }
    std::string figure;
    while (!text.empty() && is_digit(text.front())) {
        figure += text.front();
        text.remove_prefix(1);
    }
    constexpr std::string_view separators = " .,'_";
    if (figure.empty() || figure.size() > 3 || text.empty()) return figure;
    const char separator = text.front();
    if (separators.find(separator) == std::string_view::npos) return figure;
    while (text.starts_with(separator) && is_group(text.substr(1))) {
        figure += text.substr(1, 3);
        text.remove_prefix(4);
    }
    return figure;
}

bool begins_remark(std::string_view text) {
    constexpr std::string_view signs = "#(<[=~;/-|>";
    return text.empty() || signs.find(text.front()) != std::string_view::npos ||
           static_cast<unsigned char>(text.front()) >= 0x80 || text.starts_with("bytes") || text == "B" ||
           text.starts_with("B ");
}

}  // namespace

std::optional<CgroupLine> read_cgroup_line(std::string_view line) {
    CgroupLine read;
    std::string_view text = trim(line);
    const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789");
    const bool keyed = !text.empty() && text.front() >= 'a' && text.front() <= 'z' && text != "max" &&
                       !text.starts_with("max #") && end != std::string_view::npos;
    if (keyed && (text[end] == ' ' || text[end] == '\t' || text[end] == ':' || text[end] == '=')) {
        read.key = text.substr(0, end);
        text = trim(text.substr(end + 1));
        if (text.starts_with('=') || text.starts_with(':')) text = trim(text.substr(1));
    }
    read.figure = take_figure(text);
    if (read.figure.empty()) {
        if (read.key != "max") return std::nullopt;
        // "max (no limit)"
        read.figure = "max";
        read.key = {};
    }
    if (!text.empty() && is_digit(text.front())) return std::nullopt;
    read.remark = trim(text);
    if (!begins_remark(read.remark)) return std::nullopt;
    return read;
}

}  // namespace nmtx
