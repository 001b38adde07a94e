// Thread dumps, and threads that a safepoint waits for.
#include <algorithm>
#include <array>

#include "hotspot/vm_text.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

namespace {

// 2020-04-16 02:53:41
bool is_time(string_view text) {
    return text.size() == 19 && text[4] == '-' && text[7] == '-' && text[10] == ' ' && text[13] == ':' &&
           text[16] == ':' && is_digit(text[0]);
}

bool is_thread(string_view text) {
    return text.starts_with('"') && (contains(text, " tid=") || contains(text, " nid=") ||
                                     contains(text, "\" #") || contains(text, " prio="));
}

constexpr string_view full_dump = "Full thread dump ";

}  // namespace

bool begins_thread_dump(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.front() == '"') return is_thread(text);
    if (text.front() == 'F') return text.starts_with(full_dump);
    return is_time(text) && at.next().starts_with(full_dump);
}

LineFit belongs_thread_dump(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    switch (text.front()) {
        case 'a':
            if (text.starts_with("at ")) return LineFit::yes;
            break;
        case '-':
            return text.starts_with("- ") ? LineFit::yes : LineFit::no;
        case '"':
            return is_thread(text) || text.ends_with("\":") ? LineFit::yes : LineFit::no;
        case 'F':
            if (!text.starts_with(full_dump)) break;
            if (part.total) return LineFit::fresh;
            part.total = true;
            return LineFit::yes;
        default:
            break;
    }
    if (is_time(text)) return at.next().starts_with(full_dump) ? LineFit::fresh : LineFit::no;
    constexpr std::array words{string_view{"java.lang.Thread.State"},
                               string_view{"Locked "},
                               string_view{"JNI global ref"},
                               string_view{"Threads class SMR"},
                               string_view{"_java_thread_list"},
                               string_view{"0x"},
                               string_view{"}"},
                               string_view{"Carrying virtual"},
                               string_view{"Mounted virtual"},
                               string_view{"Compiling:"},
                               string_view{"No compile task"},
                               string_view{"Found "},
                               string_view{"Java stack information"},
                               string_view{"====="},
                               string_view{"waiting "},
                               string_view{"which is held"},
                               string_view{"in JNI"},
                               string_view{"in VM"},
                               string_view{"<no locks>"},
                               string_view{"JNI weak refs"},
                               string_view{"Heap"}};
    if (text == "Heap" || text.starts_with("Heap\t")) return LineFit::yes;
    // 21 and later name the JDK below the heading.
    if (part.lines < 5 && (contains(text, "Runtime Environment") || contains(text, "-Bit Server VM") ||
                           text.starts_with("JDK ")))
        return LineFit::yes;
    if (text.starts_with("Heap")) return LineFit::no;
    return begins_with_one_of(text, words) || is_heap_line(text) ? LineFit::yes : LineFit::no;
}

namespace {

// "2025-04-22T07:47:09.198298561Z"
bool is_instant(string_view text) {
    return text.size() >= 20 && text.ends_with('Z') && text[4] == '-' && text[10] == 'T' && is_digit(text[0]);
}

// #3 "main"
bool is_thread_of_file(string_view text) {
    Cursor cursor(text);
    return cursor.take("#") && cursor.decimal() && cursor.take(" \"");
}

bool all_digits(string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

}  // namespace

bool begins_thread_file(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.front() == '{')
        return contains(text, "\"threadDump\"") || at.next().starts_with("\"threadDump\"");
    if (text.front() == '#') return is_thread_of_file(text);
    return (all_digits(text) && is_instant(at.next())) ||
           (is_instant(text) && is_digit(at.next().empty() ? 'x' : at.next().front()));
}

LineFit belongs_thread_file(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (part.lines == 0 && text.front() == '{') part.json = true;
    if (part.json) return contains("{}[]\"", text.substr(0, 1)) ? LineFit::yes : LineFit::no;
    if (is_thread_of_file(text)) {
        part.total = true;
        return LineFit::yes;
    }
    if (!part.total) return part.lines < 6 ? LineFit::yes : LineFit::no;
    if (all_digits(text) && is_instant(at.next())) return LineFit::fresh;
    const bool frame = at.line().front() == ' ' || at.line().front() == '\t';
    return frame && (text.ends_with(')') || text.starts_with("- ")) ? LineFit::yes : LineFit::no;
}

namespace {

bool is_safepoint(string_view text) {
    return contains(vm::behind_decorations(text).substr(0, 80), "SafepointSynchronize::begin:");
}

}  // namespace

// In a unified log the line above is empty, with only decorations.
bool begins_safepoint(const LineInContext& at) {
    return is_safepoint(at.trimmed()) ||
           (vm::behind_decorations(at.trimmed()).empty() && is_safepoint(at.next()));
}

LineFit belongs_safepoint(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    const string_view words = vm::behind_decorations(text);
    if (contains(words.substr(0, 120), "(End of list)")) return LineFit::last;
    const string_view bare = words.starts_with("# ") ? trim(words.substr(2)) : words;
    if (bare.empty()) return part.lines == 0 ? LineFit::yes : LineFit::filler;
    return is_safepoint(text) || is_thread(bare) || bare.starts_with("java.lang.Thread.State") ? LineFit::yes
                                                                                               : LineFit::no;
}

}  // namespace nmtx::kinds
