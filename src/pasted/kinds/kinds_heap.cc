// The JVM's own areas: GC logs, the heap, the code cache, metaspace.
#include <algorithm>
#include <array>

#include "hotspot/gc_log/gc_log_line.h"
#include "hotspot/vm_text.h"
#include "kernel/oom/oom_records.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

namespace {

bool is_decoration(char c) {
    return is_digit(c) || c == 'i' || c == 'd' || c == 't' || c == 'w' || c == 'e' || c == 'g' || c == 's';
}

// "GC(3) Pause Young", whatever decorations stand before it.
bool names_collection(string_view text) {
    Cursor cursor(vm::behind_decorations(text));
    return cursor.take("GC(") && cursor.decimal() && cursor.take(") ");
}

// "[0.114s][info ][gc,metaspace] …"
bool is_unified(string_view text) {
    if (!text.starts_with('[') || text.size() < 6) return false;
    if (names_collection(text)) return true;
    if (!is_decoration(text[1]) || text.starts_with("[0x")) return false;
    const string_view head = text.substr(0, 160);
    return contains(head, "[gc") || contains(head, "[metaspace") || contains(head, "[safepoint") ||
           contains(head, "[class,unload");
}

// "[GC (Allocation Failure) …", "[Full GC …", "[GC 65536K->…"; with "#2: " before it by -XX:+PrintGCID.
bool is_old_collection(string_view text) {
    if (text.front() == '#') {
        Cursor cursor(text);
        if (!cursor.take("#") || !cursor.decimal() || !cursor.take(": ")) return false;
        text = cursor.rest();
    }
    return text.starts_with("[GC (") || text.starts_with("[Full GC") || text.starts_with("[GC [") ||
           text.starts_with("[GC pause") || text.starts_with("[GC--") ||
           (text.starts_with("[GC ") && text.size() > 4 && is_digit(text[4]));
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

// What a report of the heap has once; empty where a line is another.
string_view once_in_heap(string_view text) {
    constexpr std::array metaspace_words{string_view{"Metaspace "}, string_view{"class space "},
                                         string_view{"PSPermGen "}};
    for (const string_view word : metaspace_words) {
        if (text.starts_with(word)) return word;
    }
    for (const string_view word : heap_words) {
        if (text.starts_with(word)) return word;
    }
    return {};
}

bool is_metaspace_use(string_view text) {
    return (text.starts_with("Metaspace ") || text.starts_with("class space ") ||
            text.starts_with("PSPermGen ") || text.starts_with("concurrent-mark-sweep perm gen") ||
            text.starts_with("compacting perm gen")) &&
           contains(text, "used ");
}

}  // namespace

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

bool begins_gc_log(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.front() == 'G') return names_collection(text);
    if (text.front() == '[' || text.front() == '#') return is_unified(text) || is_old_collection(text);
    if (text.front() == '{') return text.starts_with("{Heap before");
    return is_digit(text.front()) &&
           (contains(text, ": [GC") || contains(text, ": [Full GC") || contains(text, "[GC pause"));
}

namespace {

// Lines of several threads may change places; a JVM's time does not go back.
constexpr double out_of_order_s = 0.5;

// A clock that only compares with itself: seconds since the JVM began; of a date its digits, as a number.
double time_in_log(string_view text) {
    const GcLogTime time = vm::take_gc_log_line(text).time;
    if (time.uptime_s) return *time.uptime_s;
    if (time.epoch_ms) return static_cast<double>(*time.epoch_ms) / 1000;
    double digits = 0;
    for (const char c : time.date.substr(0, 19)) {
        if (is_digit(c)) digits = digits * 10 + (c - '0');
    }
    return digits;
}

// Is it the first line of another log? What stands behind prose is, and what was logged before the line
// above.
bool begins_another_log(string_view text, PartSoFar& part) {
    const double time = time_in_log(text);
    const bool earlier = time > 0 && time + out_of_order_s < part.time;
    if (part.lines > 0 && (part.apart || earlier)) return true;
    part.time = std::max(part.time, time);
    return false;
}

}  // namespace

LineFit belongs_gc_log(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (text.front() == '[' && begins_safepoint(at)) return LineFit::no;
    if (begins_gc_log(at)) return begins_another_log(text, part) ? LineFit::fresh : LineFit::yes;
    if (begins_oom_log(text, {})) return LineFit::no;  // the kernel's lines begin with brackets, too
    constexpr std::array words{string_view{"Heap after"},
                               string_view{"Heap before"},
                               string_view{"}"},
                               string_view{"Total time for which"},
                               string_view{"Application time:"},
                               string_view{"concurrent "},
                               string_view{"Desired survivor size"},
                               string_view{"- age "}};
    if (begins_with_one_of(text, words) || is_heap_line(text) || text == "Heap") return LineFit::yes;
    // "[1.234s] Using G1", "2026-11-22T20:26:55.041+0000: 1.2: Total time …"
    const bool decorated = text.front() == '[' && !text.starts_with("[0x");
    const bool dated = is_digit(text.front()) && (contains(text.substr(0, 40), ": ")) && text.size() > 20;
    if (decorated || dated) return begins_another_log(text, part) ? LineFit::fresh : LineFit::yes;
    return contains(text, " secs]") ? LineFit::yes : LineFit::no;  // ", 0.0028214 secs]"
}

bool begins_heap_info(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (begins_with_one_of(text, heap_words))
        return contains(text, "total ") || contains(text, "used ") || text == "Shenandoah Heap" ||
               text == "Epsilon Heap";
    return is_metaspace_use(text);
}

LineFit belongs_heap_info(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    if (comes_again(once_in_heap(text), part)) return LineFit::fresh;
    // Reserved figures of Shenandoah: "2048M max, 2048M soft max, …"
    const bool figures =
        is_digit(text.front()) && part.lines < 8 && contains(text, ",") && !text.ends_with(':');
    return is_heap_line(text) || figures ? LineFit::yes : LineFit::no;
}

bool begins_codecache(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("CodeHeap '") || text.starts_with("CodeCache: size=");
}

LineFit belongs_codecache(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    if (text.starts_with("CodeHeap '")) return part.total ? LineFit::fresh : LineFit::yes;
    if (text.starts_with("CodeCache: size=")) {
        if (part.total) return LineFit::fresh;
        part.total = true;
        return LineFit::yes;
    }
    constexpr std::array words{string_view{"bounds ["},       string_view{"total_blobs="},
                               string_view{"total blobs="},   string_view{"blobs="},
                               string_view{"Compilation: "},  string_view{"compilation: "},
                               string_view{"stopped_count="}, string_view{"full_count="}};
    return begins_with_one_of(text, words) ? LineFit::yes : LineFit::no;
}

bool begins_metaspace(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text == "Usage:") return at.next().starts_with("Non-class:");
    if (text.starts_with("Total Usage")) return true;
    if (text == "Virtual space:") return at.next().starts_with("Non-class space:");
    // In GC.heap_info this line is indented.
    return at.line().starts_with("Metaspace  ") && contains(text, "used ") && contains(text, "committed ");
}

LineFit belongs_metaspace(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
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
        if (part.total) return LineFit::fresh;
        part.total = true;
    }
    if (is_metaspace_use(text) && comes_again(once_in_heap(text), part)) return LineFit::fresh;
    if (text.starts_with("Total Usage") && comes_again("Total Usage", part)) return LineFit::fresh;
    return begins_with_one_of(text, words) ? LineFit::yes : LineFit::no;
}

}  // namespace nmtx::kinds
