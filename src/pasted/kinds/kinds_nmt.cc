// NMT's reports.
#include <algorithm>
#include <array>

#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

namespace {

bool is_figures_of_category(string_view text) {
    const std::size_t at = text.find("(reserved=");
    return at != string_view::npos && at > 0 && text.find("committed=", at) != string_view::npos;
}

// "-                 Java Heap (reserved=…": the name; also where grep or a form has taken the dash.
string_view category_in(string_view text) {
    if (!is_figures_of_category(text)) return {};
    string_view name = trim(text.substr(0, text.find("(reserved=")));
    if (name.starts_with('-')) name = trim(name.substr(1));
    const bool letters = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' || c == '-' || c == '_';
    });
    return letters && name.size() < 40 ? name : string_view{};
}

bool is_region(string_view text) {
    if (!text.starts_with("[0x") || !contains(text.substr(0, 24), " - 0x")) return false;
    return contains(text, "] reserved ") || contains(text, "] committed ") || contains(text, "] allocated ");
}

bool is_title(string_view text) {
    return text == "Native Memory Tracking:";
}

bool is_total(string_view text) {
    return text.starts_with("Total:") && contains(text, "reserved=");
}

// "(malloc=903KB type=Internal #102)" below a call stack.
bool is_site(string_view text) {
    return (text.starts_with("(malloc=") || text.starts_with("((malloc=") ||
            text.starts_with("(mmap: reserved=") || text.starts_with("(reserved=")) &&
           (contains(text, "ype=") || contains(text, "ag="));
}

// "[0x00007f10aab71675] ChunkPool::allocate(unsigned long)+0x145", a frame of a call site.
bool is_frame_of_site(string_view text) {
    Cursor cursor(text);
    return cursor.take("[0x") && cursor.hex() && cursor.take("]") && !trim(cursor.rest()).empty();
}

}  // namespace

bool begins_nmt(const LineInContext& at) {
    const string_view text = at.trimmed();
    switch (text.front()) {
        case 'N':
            if (is_title(text)) return true;
            break;
        case 'T':
            if (is_total(text)) return true;
            break;
        case '[':
            // Call sites begin with their frames; two of those, or the figures behind one.
            return is_region(text) ||
                   (is_frame_of_site(text) && (is_frame_of_site(at.next()) || is_site(at.next())));
        case '(':
            return is_site(text) || text.starts_with("(mmap: reserved=") ||
                   (text.starts_with("(malloc=") && contains(text, "#"));
        case 'V':
            if (text == "Virtual memory map:") return true;
            break;
        default:
            break;
    }
    return !category_in(text).empty();
}

LineFit belongs_nmt(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    switch (text.front()) {
        case '[':
            return is_region(text) || text.starts_with("[0x") || text.starts_with("[BOOTSTRAP]")
                       ? LineFit::yes
                       : LineFit::no;
        case '(':
            return LineFit::yes;
        case ':':
            return text.starts_with(": (") ? LineFit::yes : LineFit::no;
        case 'N':
            if (is_title(text)) return LineFit::fresh;
            break;
        case 'T':
            if (is_total(text)) {
                if (part.total || !part.names.empty()) return LineFit::fresh;
                part.total = true;
                return LineFit::yes;
            }
            break;
        default:
            break;
    }
    if (const string_view category = category_in(text); !category.empty()) {
        constexpr std::size_t most = 256;  // no JVM has that many
        if (part.names.size() == most || std::ranges::find(part.names, category) != part.names.end())
            return LineFit::fresh;
        part.names.push_back(category);
        return LineFit::yes;
    }
    constexpr std::array words{string_view{"malloc:"},
                               string_view{"malloc="},
                               string_view{"mmap:"},
                               string_view{"Virtual memory map:"},
                               string_view{"Details:"},
                               string_view{"Memory file details"},
                               string_view{"Memory map of "},
                               string_view{"Preinit state:"},
                               string_view{"entries: "},
                               string_view{"pre-init "},
                               string_view{"Pre-init "},
                               string_view{"Native Memory Tracking Statistics"},
                               string_view{"Malloc allocation site table:"}};
    if (begins_with_one_of(text, words)) return LineFit::yes;
    return text == "-" ? LineFit::yes : LineFit::no;
}

}  // namespace nmtx::kinds
