// What the JVM prints about its memory.
#include <algorithm>
#include <array>

#include "pasted/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

bool is_elision(string_view trimmed) {
    return !trimmed.empty() && trimmed.size() <= 8 &&
           trimmed.find_first_not_of("[](). \xE2\x80\xA6") == string_view::npos &&
           (contains(trimmed, "..") || contains(trimmed, "\xE2\x80\xA6"));
}

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
    return (text.starts_with("(malloc=") || text.starts_with("(mmap: reserved=") ||
            text.starts_with("(reserved=")) &&
           contains(text, "ype=");
}

bool is_decoration(char c) {
    return is_digit(c) || c == 'i' || c == 'd' || c == 't' || c == 'w' || c == 'e';
}

// "[0.114s][info ][gc,metaspace] …"
bool is_unified(string_view text) {
    if (!text.starts_with('[') || text.size() < 6 || !is_decoration(text[1]) || text.starts_with("[0x"))
        return false;
    const string_view head = text.substr(0, 160);
    return contains(head, "[gc") || contains(head, "[metaspace") || contains(head, "[safepoint") ||
           contains(head, "[class,unload");
}

constexpr std::array heap_words{
    string_view{"garbage-first heap"},
    string_view{"def new generation"},
    string_view{"DefNew "},
    string_view{"PSYoungGen "},
    string_view{"par new generation"},
    string_view{"ZHeap "},
    string_view{"Shenandoah Heap"},
    string_view{"Epsilon Heap"},
    string_view{"Tenured "},
    string_view{"tenured generation"},
    string_view{"ParOldGen "},
    string_view{"PSOldGen "},
    string_view{"concurrent mark-sweep generation"},
};

bool is_metaspace_use(string_view text) {
    return (text.starts_with("Metaspace ") || text.starts_with("class space ") ||
            text.starts_with("PSPermGen ") || text.starts_with("concurrent-mark-sweep perm gen") ||
            text.starts_with("compacting perm gen")) &&
           contains(text, "used ");
}

bool is_heap_line(string_view text) {
    constexpr std::array inner{
        string_view{"eden space"},       string_view{"from space"},     string_view{"to   space"},
        string_view{"object space"},     string_view{"the  space"},     string_view{"the space"},
        string_view{"region size "},     string_view{"Cache  "},        string_view{"size classes "},
        string_view{"Young Generation"}, string_view{"Old Generation"}, string_view{"Reserved region:"},
        string_view{"Collection set:"},  string_view{"Status: "},       string_view{"- [0x"},
        string_view{"Allocation space"}, string_view{"ro space"},       string_view{"rw space"}};
    return begins_with_one_of(text, heap_words) || is_metaspace_use(text) || begins_with_one_of(text, inner);
}

// 2020-04-16 02:53:41
bool is_time(string_view text) {
    return text.size() == 19 && text[4] == '-' && text[7] == '-' && text[10] == ' ' && text[13] == ':' &&
           text[16] == ':' && is_digit(text[0]);
}

bool is_thread(string_view text) {
    return text.starts_with('"') && (contains(text, " tid=") || contains(text, " nid=") ||
                                     contains(text, "\" #") || contains(text, " prio="));
}

// "  12:     22794       41912984  [B (java.base@17.0.15)"
bool is_histogram_row(string_view text) {
    Cursor cursor(text);
    if (!cursor.decimal() || !cursor.take(": ")) return false;
    cursor.skip_blanks();
    if (!cursor.decimal() || !cursor.take(" ")) return false;
    cursor.skip_blanks();
    return cursor.decimal() && cursor.take("  ") && !cursor.at_end();
}

constexpr string_view full_dump = "Full thread dump ";

constexpr std::array log_heads{string_view{"# A fatal error has been detected"},
                               string_view{"# There is insufficient memory for the Java"},
                               string_view{"# An unexpected error has been detected"},
                               string_view{"# An unexpected exception has been detected"},
                               string_view{"# Java runtime environment"}};

bool is_log_section(string_view text) {
    return text.starts_with("---------------  ") &&
           (contains(text, "T H R E A D") || contains(text, "P R O C E S S") ||
            contains(text, "S Y S T E M") || contains(text, "S U M M A R Y"));
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
            return is_region(text);
        case '(':
            return is_site(text) || text.starts_with("(mmap: reserved=") ||
                   (text.starts_with("(malloc=") && contains(text, "#"));
        case 'V':
            if (text == "Virtual memory map:") return true;
            break;
        case 'C':
            if (text.starts_with("Class (") || text.starts_with("Code (") || text.starts_with("Compiler ("))
                break;
            break;
        default:
            break;
    }
    return !category_in(text).empty();
}

Fit belongs_nmt(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    switch (text.front()) {
        case '[':
            return is_region(text) || text.starts_with("[0x") || text.starts_with("[BOOTSTRAP]") ? Fit::yes
                                                                                                 : Fit::no;
        case '(':
            return Fit::yes;
        case ':':
            return text.starts_with(": (") ? Fit::yes : Fit::no;
        case 'N':
            if (is_title(text)) return Fit::fresh;
            break;
        case 'T':
            if (is_total(text)) {
                if (part.total || !part.names.empty()) return Fit::fresh;
                part.total = true;
                return Fit::yes;
            }
            break;
        default:
            break;
    }
    if (const string_view category = category_in(text); !category.empty()) {
        if (std::ranges::find(part.names, category) != part.names.end()) return Fit::fresh;
        part.names.push_back(category);
        return Fit::yes;
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
    if (begins_with_one_of(text, words)) return Fit::yes;
    return text == "-" ? Fit::yes : Fit::no;
}

bool begins_hs_err(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text == "#") return begins_with_one_of(at.next(), log_heads);
    return begins_with_one_of(text, log_heads) || is_log_section(text);
}

bool begins_vm_info(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("# JRE version:") || (text == "#" && at.next().starts_with("# JRE version:"));
}

Fit belongs_hs_err(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    if (text == "END.") return Fit::last;
    const bool head = text.front() == '#' && begins_with_one_of(text, log_heads);
    if (head && part.total) return Fit::fresh;
    part.total = part.total || head || is_log_section(text);
    return Fit::yes;
}

bool begins_gc_log(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.front() == '[')
        return is_unified(text) || text.starts_with("[GC (") || text.starts_with("[Full GC");
    if (text.front() == '{') return text.starts_with("{Heap before");
    return is_digit(text.front()) &&
           (contains(text, ": [GC") || contains(text, ": [Full GC") || contains(text, "[GC pause"));
}

Fit belongs_gc_log(const LineInContext& at, PartSoFar& /*part*/) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (begins_gc_log(at)) return Fit::yes;
    constexpr std::array words{string_view{"Heap after"},
                               string_view{"Heap before"},
                               string_view{"}"},
                               string_view{"Total time for which"},
                               string_view{"Application time:"},
                               string_view{"concurrent "},
                               string_view{"Desired survivor size"},
                               string_view{"- age "}};
    if (begins_with_one_of(text, words) || is_heap_line(text) || text == "Heap") return Fit::yes;
    if (text.front() == '[') return text.starts_with("[0x") ? Fit::no : Fit::yes;
    // "2026-11-22T20:26:55.041+0000: 1.2: Total time …", ", 0.0028214 secs]"
    const bool dated = is_digit(text.front()) && (contains(text.substr(0, 40), ": ")) && text.size() > 20;
    return dated || contains(text, " secs]") ? Fit::yes : Fit::no;
}

bool begins_thread_dump(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.front() == '"') return is_thread(text);
    if (text.front() == 'F') return text.starts_with(full_dump);
    return is_time(text) && at.next().starts_with(full_dump);
}

Fit belongs_thread_dump(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    switch (text.front()) {
        case 'a':
            if (text.starts_with("at ")) return Fit::yes;
            break;
        case '-':
            return text.starts_with("- ") ? Fit::yes : Fit::no;
        case '"':
            return is_thread(text) || text.ends_with("\":") ? Fit::yes : Fit::no;
        case 'F':
            if (!text.starts_with(full_dump)) break;
            if (part.total) return Fit::fresh;
            part.total = true;
            return Fit::yes;
        default:
            break;
    }
    if (is_time(text)) return at.next().starts_with(full_dump) ? Fit::fresh : Fit::no;
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
    if (text == "Heap" || text.starts_with("Heap\t")) return Fit::yes;
    // 21 and later name the JDK below the heading.
    if (part.lines < 5 && (contains(text, "Runtime Environment") || contains(text, "-Bit Server VM") ||
                           text.starts_with("JDK ")))
        return Fit::yes;
    if (text.starts_with("Heap")) return Fit::no;
    return begins_with_one_of(text, words) || is_heap_line(text) ? Fit::yes : Fit::no;
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

Fit belongs_thread_file(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (part.lines == 0 && text.front() == '{') part.json = true;
    if (part.json) return contains("{}[]\"", text.substr(0, 1)) ? Fit::yes : Fit::no;
    if (is_thread_of_file(text)) {
        part.total = true;
        return Fit::yes;
    }
    if (!part.total) return part.lines < 6 ? Fit::yes : Fit::no;
    if (all_digits(text) && is_instant(at.next())) return Fit::fresh;
    const bool frame = at.line().front() == ' ' || at.line().front() == '\t';
    return frame && (text.ends_with(')') || text.starts_with("- ")) ? Fit::yes : Fit::no;
}

bool begins_system_map(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.front() == 'M')
        return text == "Memory mappings:" || text.starts_with("Memory mappings for process");
    if (text.front() == 'f') return text.starts_with("from  ") && contains(text, "vsize");
    const std::size_t dash = text.find('-');
    return dash < 20 && dash != string_view::npos && text.starts_with("0x") &&
           text.substr(dash).starts_with("-0x") && (contains(text, "p ") || contains(text, "s "));
}

Fit belongs_system_map(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    constexpr std::size_t longest_legend = 60;
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (text == "Memory mappings:" || text.starts_with("Memory mappings for process"))
        return part.total ? Fit::fresh : Fit::yes;
    if (text.starts_with("0x")) {
        part.total = true;
        return Fit::yes;
    }
    if (text.starts_with("====") || text.starts_with("from  ")) return Fit::yes;
    if (!part.total) return part.lines < longest_legend ? Fit::yes : Fit::no;
    const std::size_t colon = text.find(": ");
    return (colon != string_view::npos && colon + 2 < text.size() && is_digit(text[colon + 2])) ||
                   text.starts_with("Total") || text.starts_with("Number of ")
               ? Fit::yes
               : Fit::no;
}

bool begins_heap_info(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (begins_with_one_of(text, heap_words))
        return contains(text, "total ") || contains(text, "used ") || text == "Shenandoah Heap" ||
               text == "Epsilon Heap";
    return is_metaspace_use(text);
}

Fit belongs_heap_info(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    // Reserved figures of Shenandoah: "2048M max, 2048M soft max, …"
    const bool figures =
        is_digit(text.front()) && part.lines < 8 && contains(text, ",") && !text.ends_with(':');
    return is_heap_line(text) || figures ? Fit::yes : Fit::no;
}

bool begins_codecache(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("CodeHeap '") || text.starts_with("CodeCache: size=");
}

Fit belongs_codecache(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    if (text.starts_with("CodeHeap '")) return part.total ? Fit::fresh : Fit::yes;
    if (text.starts_with("CodeCache: size=")) {
        if (part.total) return Fit::fresh;
        part.total = true;
        return Fit::yes;
    }
    constexpr std::array words{string_view{"bounds ["},      string_view{"total_blobs="},
                               string_view{"total blobs="},  string_view{"blobs="},
                               string_view{"Compilation: "}, string_view{"stopped_count="},
                               string_view{"full_count="}};
    return begins_with_one_of(text, words) ? Fit::yes : Fit::no;
}

bool begins_metaspace(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text == "Usage:") return at.next().starts_with("Non-class:");
    if (text.starts_with("Total Usage")) return true;
    if (text == "Virtual space:") return at.next().starts_with("Non-class space:");
    // In GC.heap_info this line is indented.
    return at.line().starts_with("Metaspace  ") && contains(text, "used ") && contains(text, "committed ");
}

Fit belongs_metaspace(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    constexpr std::array words{string_view{"Usage"},
                               string_view{"Non-class"},
                               string_view{"Non-Class"},
                               string_view{"Class:"},
                               string_view{"Class space"},
                               string_view{"class space"},
                               string_view{"Both:"},
                               string_view{"Virtual space:"},
                               string_view{"Chunk"},
                               string_view{"MaxMetaspaceSize"},
                               string_view{"CompressedClassSpaceSize"},
                               string_view{"Initial GC"},
                               string_view{"Current GC"},
                               string_view{"CDS:"},
                               string_view{"Internal stat"},
                               string_view{"num_"},
                               string_view{"MetaspaceReclaimPolicy"},
                               string_view{"- "},
                               string_view{"Waste"},
                               string_view{"Settings"},
                               string_view{"Total Usage"},
                               string_view{"Metaspace "},
                               string_view{"Committed "},
                               string_view{"Deallocated"},
                               string_view{"In use"},
                               string_view{"Free"},
                               string_view{"-total-"},
                               string_view{"(percentages refer"}};
    if (text == "Usage:") {
        if (part.total) return Fit::fresh;
        part.total = true;
    }
    return begins_with_one_of(text, words) ? Fit::yes : Fit::no;
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

Fit belongs_vm_version(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::no;
    if (text.starts_with("JDK ") && part.lines < 3) return Fit::last;
    return begins_vm_version(at) && part.lines < 3 ? Fit::yes : Fit::no;
}

bool begins_vm_flags(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.front() == '[') return text == "[Global flags]";
    if (text.front() == 'i') return text.starts_with("intx ") && contains(text, "{");
    return text.starts_with("-XX:") &&
           (contains(text, " -XX:") || contains(at.command(), "VM.flags") || contains(text, "="));
}

Fit belongs_vm_flags(const LineInContext& at, PartSoFar& /*part*/) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::no;
    if (is_elision(text)) return Fit::filler;
    return text.starts_with("-XX:") || (contains(text, " = ") && text.ends_with('}')) ||
                   text.starts_with("-X")
               ? Fit::yes
               : Fit::no;
}

namespace {
constexpr std::array argument_words{string_view{"VM Arguments:"},   string_view{"jvm_args:"},
                                    string_view{"jvm_flags:"},      string_view{"java_command:"},
                                    string_view{"java_class_path"}, string_view{"Launcher Type:"}};
}

bool begins_vm_arguments(const LineInContext& at) {
    return begins_with_one_of(at.trimmed(), argument_words);
}

Fit belongs_vm_arguments(const LineInContext& at, PartSoFar& /*part*/) {
    return begins_with_one_of(at.trimmed(), argument_words) ? Fit::yes : Fit::no;
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

bool begins_class_histogram(const LineInContext& at) {
    const string_view text = at.trimmed();
    return (text.starts_with("num ") && contains(text, "#instances")) || is_histogram_row(text);
}

Fit belongs_class_histogram(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (text.starts_with("num ")) return part.lines > 0 ? Fit::fresh : Fit::yes;
    if (text.starts_with("Total ")) return Fit::last;
    return text.starts_with("-----") || is_histogram_row(text) ? Fit::yes : Fit::no;
}

bool begins_safepoint(const LineInContext& at) {
    return contains(at.trimmed().substr(0, 80), "SafepointSynchronize::begin:");
}

Fit belongs_safepoint(const LineInContext& at, PartSoFar& /*part*/) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    if (contains(text.substr(0, 120), "(End of list)")) return Fit::last;
    const string_view bare = text.starts_with("# ") ? trim(text.substr(2)) : text;
    return begins_safepoint(at) || is_thread(bare) || bare.starts_with("java.lang.Thread.State") ? Fit::yes
                                                                                                 : Fit::no;
}

bool begins_short_reply(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("Trim native heap:") ||
           (text.starts_with("ClassLoader ") && contains(text, "Parent"));
}

Fit belongs_short_reply(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.starts_with("Trim native heap:")) return Fit::last;
    if (text.empty()) return Fit::filler;
    constexpr std::array words{string_view{"ClassLoader "}, string_view{"0x"},      string_view{"Total = "},
                               string_view{"+ "},           string_view{"ChunkSz"}, string_view{"BlockSz"}};
    if (text.starts_with("ChunkSz:")) return Fit::last;
    return part.lines < 100'000 && begins_with_one_of(text, words) ? Fit::yes : Fit::no;
}

bool begins_javacore(const LineInContext& at) {
    return at.trimmed().starts_with("0SECTION  ");
}

Fit belongs_javacore(const LineInContext& at, PartSoFar& /*part*/) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end < 4 || end > 20) return Fit::no;
    return text.substr(0, end).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == string_view::npos
               ? Fit::yes
               : Fit::no;
}

}  // namespace nmtx::kinds
