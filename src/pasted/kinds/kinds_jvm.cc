// Options and short answers of the JVM; whole files.
#include <algorithm>
#include <array>

#include "pasted/kinds/kinds_of.h"
#include "pasted/kinds/option_lines.h"

namespace nmtx::kinds {

using std::string_view;

bool begins_java_command(const LineInContext& at) {
    return !java_command_of_line(at.trimmed()).empty();
}

// It goes on behind a "\" at the end of its line, or where a mail program has wrapped it: with an option on
// an indented line.
LineFit belongs_java_command(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    constexpr std::size_t most = 200;
    if (part.lines > most || text.empty()) return LineFit::no;
    const bool continued = part.lines == 0 || part.total;
    const bool wrapped = part.lines > 0 && at.line().size() > text.size() && at.line().front() == ' ' &&
                         text.size() > 2 && text.front() == '-' && text[1] != ' ';
    if (!continued && !wrapped) return LineFit::no;
    part.total = text.ends_with('\\');
    return LineFit::yes;
}

bool begins_hsperfdata(const LineInContext& at) {
    return at.first() &&
           (at.line().starts_with("\xCA\xFE\xC0\xC0") || at.line().starts_with("\xC0\xC0\xFE\xCA"));
}

bool begins_archive(const LineInContext& at) {
    return at.first() && at.line().starts_with("\x28\xB5\x2F\xFD");
}

LineFit belongs_whatever(const LineInContext& /*at*/, PartSoFar& /*part*/) {
    return LineFit::yes;
}

bool begins_vm_version(const LineInContext& at) {
    const string_view text = at.trimmed();
    const char c = text.front();
    if (c != 'O' && c != 'J' && c != 'j' && c != 'o' && c != 'E') return false;
    return contains(text, " VM version ") || text.starts_with("openjdk version \"") ||
           text.starts_with("java version \"") ||
           (contains(text, "-Bit Server VM (") && contains(text, "build ")) ||
           (contains(text, "Runtime Environment") && contains(text, "(build "));
}

LineFit belongs_vm_version(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::no;
    if (text.starts_with("JDK ") && part.lines < 3) return LineFit::last;
    return begins_vm_version(at) && part.lines < 3 ? LineFit::yes : LineFit::no;
}

bool begins_vm_flags(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.starts_with("-XX:") &&
        (contains(text, " -XX:") || contains(at.command(), "VM.flags") || contains(text, "=")))
        return true;
    return !options_of_line(text).empty();
}

namespace {

// "-XX:MaxHeapSize", "-Xmx", and for any collector one name: what a JVM has one value of. Empty for others.
string_view option_of_one_value(string_view word) {
    constexpr std::array sizes{string_view{"-Xmx"}, string_view{"-Xms"}, string_view{"-Xmn"},
                               string_view{"-Xss"}};
    for (const string_view size : sizes) {
        if (word.starts_with(size)) return size;
    }
    if (word.starts_with("-XX:+Use") && word.ends_with("GC")) return "-XX:+Use";
    const std::size_t equals = word.find('=');
    return word.starts_with("-XX:") && equals != string_view::npos ? word.substr(0, equals) : string_view();
}

// A line that sets anew what a line above has set is of another list.
bool sets_anew(string_view text, PartSoFar& part) {
    std::vector<string_view> names;
    Cursor cursor(text);
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        const string_view name = option_of_one_value(cursor.word());
        if (!name.empty()) names.push_back(name);
    }
    const bool anew = std::ranges::any_of(
        names, [&](string_view name) { return std::ranges::find(part.names, name) != part.names.end(); });
    for (const string_view name : names) comes_again(name, part);
    return anew;
}

}  // namespace

LineFit belongs_vm_flags(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::no;
    if (is_elision(text)) return LineFit::filler;
    const bool continued = part.total;  // by a "\"
    const bool another = begins_vm_flags(at) && part.apart;
    if (part.lines > 0 && !continued && (sets_anew(text, part) || another)) return LineFit::fresh;
    if (part.lines == 0) sets_anew(text, part);
    part.total = text.ends_with('\\');
    return continued || text.starts_with("-X") || !options_of_line(text).empty() ||
                   (text.starts_with("-D") && !contains(text, " "))
               ? LineFit::yes
               : LineFit::no;
}

namespace {

constexpr std::array argument_words{string_view{"VM Arguments:"},   string_view{"jvm_args:"},
                                    string_view{"jvm_flags:"},      string_view{"java_command:"},
                                    string_view{"java_class_path"}, string_view{"Launcher Type:"}};

}  // namespace

bool begins_vm_arguments(const LineInContext& at) {
    return begins_with_one_of(at.trimmed(), argument_words);
}

LineFit belongs_vm_arguments(const LineInContext& at, PartSoFar& part) {
    if (!begins_with_one_of(at.trimmed(), argument_words)) return LineFit::no;
    const string_view text = at.trimmed();
    return comes_again(text.substr(0, text.find(':')), part) ? LineFit::fresh : LineFit::yes;
}

// "9.899 s", "2026-11-22T20:18:21.109+0000: 9.899 s"
bool begins_uptime(const LineInContext& at) {
    string_view text = at.trimmed();
    if (text.size() > 30 && text[10] == 'T' && contains(text, ": ")) text = text.substr(text.find(": ") + 2);
    if (!text.ends_with(" s")) return false;
    text.remove_suffix(2);
    return contains(text, ".") && text.find_first_not_of("0123456789.") == string_view::npos;
}

bool begins_answer(const LineInContext& at) {
    const string_view text = at.trimmed();
    // The code that the attach protocol puts before a reply.
    if (text == "0" || text == "-1") return at.first();
    constexpr std::array words{string_view{"Baseline succeeded"},
                               string_view{"Baseline taken"},
                               string_view{"Native memory tracking is not enabled"},
                               string_view{"Native memory tracking has been"},
                               string_view{"Detail tracking is not enabled"},
                               string_view{"No baseline for comparison"},
                               string_view{"No detail baseline for comparison"},
                               string_view{"Incorrect scale value"},
                               string_view{"Command executed successfully"},
                               string_view{"java.lang.IllegalArgumentException: Unknown diagnostic command"},
                               string_view{"java.lang.IllegalArgumentException: Unknown argument"},
                               string_view{"The following commands are available:"}};
    return begins_with_one_of(text, words);
}

bool begins_short_reply(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("Trim native heap:") ||
           (text.starts_with("ClassLoader ") && contains(text, "Parent"));
}

LineFit belongs_short_reply(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.starts_with("Trim native heap:")) return LineFit::last;
    if (text.empty()) return LineFit::filler;
    constexpr std::array words{string_view{"ClassLoader "}, string_view{"0x"},      string_view{"Total = "},
                               string_view{"+ "},           string_view{"ChunkSz"}, string_view{"BlockSz"}};
    if (text.starts_with("ChunkSz:")) return LineFit::last;
    return part.lines < 100'000 && begins_with_one_of(text, words) ? LineFit::yes : LineFit::no;
}

}  // namespace nmtx::kinds
