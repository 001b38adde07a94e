// Output of the JDK's tools: jstat, jmap -heap, -XshowSettings, Compiler.memory; and SapMachine's vitals.
#include <algorithm>
#include <array>

#include "hotspot/tools/compiler_memory.h"
#include "hotspot/tools/jstat.h"
#include "hotspot/tools/vitals.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

bool begins_jstat(const LineInContext& at) {
    return is_jstat_heading(at.trimmed());
}

LineFit belongs_jstat(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (is_jstat_heading(text)) {
        if (part.lines == 0) {
            part.names = {text};
            return LineFit::yes;
        }
        // "-h 20" repeats it.
        return text == part.names.front() ? LineFit::yes : LineFit::fresh;
    }
    return is_jstat_row(text) ? LineFit::yes : LineFit::no;
}

bool begins_compiler_memory(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.front() == 'C')
        return text.starts_with("Compiler Memory Statistic") ||
               text.starts_with("Compilation memory statistics");
    if (text.front() == 't') return is_compiler_memory_heading(text);
    // Rows without their heading are not read: the meaning of the columns is unknown.
    return text.starts_with("ctyp ") && is_compiler_memory_heading(text);
}

LineFit belongs_compiler_memory(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (part.lines == 0)
        return text.starts_with("Compilation memory statistics disabled") ? LineFit::last : LineFit::yes;
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (begins_compiler_memory(at) && !is_compiler_memory_heading(text)) return LineFit::fresh;
    if (is_compiler_memory_heading(text)) {
        part.total = true;
        return LineFit::yes;
    }
    if (is_compiler_memory_row(text)) return LineFit::yes;
    // The legend and the fields of the verbose form; behind the table only its sum.
    if (part.total) return text.starts_with("Total: ") || text.front() == '(' ? LineFit::yes : LineFit::no;
    return is_compiler_memory_line(text) ? LineFit::yes : LineFit::no;
}

namespace {

// "   size_t MaxHeapSize      = 67108864      {product} {ergonomic}"
bool is_flag_row(string_view text) {
    constexpr std::array types{string_view{"bool "},     string_view{"intx "},   string_view{"uintx "},
                               string_view{"int "},      string_view{"uint "},   string_view{"size_t "},
                               string_view{"uint64_t "}, string_view{"double "}, string_view{"ccstr "},
                               string_view{"ccstrlist "}};
    return begins_with_one_of(text, types) && text.ends_with('}') &&
           (contains(text, " = ") || contains(text, " := ")) && contains(text, "{");
}

// "MaxHeapSize"
string_view flag_of_row(string_view text) {
    Cursor cursor(text);
    cursor.word();
    cursor.skip_blanks();
    return cursor.word();
}

}  // namespace

bool begins_flag_table(const LineInContext& at) {
    return at.trimmed() == "[Global flags]" || is_flag_row(at.trimmed());
}

LineFit belongs_flag_table(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::no;
    if (is_elision(text)) return LineFit::filler;
    if (text == "[Global flags]") return part.lines > 0 ? LineFit::fresh : LineFit::yes;
    if (!is_flag_row(text)) return LineFit::no;
    return comes_again(flag_of_row(text), part) ? LineFit::fresh : LineFit::yes;
}

bool begins_vitals(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.front() == '-') return contains(text, "--system--") && contains(text, "--jvm--");
    if (text.front() == 'L') return text == "Last 60 minutes:" && contains(at.next(), "--jvm--");
    return text.front() == 'a' && is_vitals_heading(text);
}

LineFit belongs_vitals(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (text.starts_with("----------")) return LineFit::yes;  // of each table, and of the legend's parts
    if (text.front() == '-' || is_vitals_heading(at.line()) || is_vitals_row(at.line())) return LineFit::yes;
    constexpr std::array titles{string_view{"Last "},    string_view{"Now"},       string_view{"Short Term"},
                                string_view{"Mid Term"}, string_view{"Long Term"}, string_view{"[delta]"},
                                string_view{"[mem]"}};
    if (begins_with_one_of(text, titles) && text.size() < 80) return LineFit::yes;
    return part.lines == 0 ? LineFit::yes : LineFit::no;
}

namespace {

constexpr std::array jmap_settings{string_view{"MinHeapFreeRatio"},
                                   string_view{"MaxHeapFreeRatio"},
                                   string_view{"MaxHeapSize"},
                                   string_view{"NewSize"},
                                   string_view{"MaxNewSize"},
                                   string_view{"OldSize"},
                                   string_view{"NewRatio"},
                                   string_view{"SurvivorRatio"},
                                   string_view{"MetaspaceSize"},
                                   string_view{"CompressedClassSpaceSize"},
                                   string_view{"MaxMetaspaceSize"},
                                   string_view{"G1HeapRegionSize"},
                                   string_view{"PermSize"},
                                   string_view{"MaxPermSize"},
                                   string_view{"capacity "},
                                   string_view{"used "},
                                   string_view{"free "},
                                   string_view{"regions "}};

}  // namespace

bool begins_jmap_heap(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text == "Heap Configuration:" || text == "Heap Usage:") return true;
    if (text.starts_with("Attaching to process ID ")) return true;
    return text.starts_with("MaxHeapSize ") && contains(text, " = ") && text.ends_with(')');
}

LineFit belongs_jmap_heap(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (text.starts_with("Attaching to ")) return part.lines > 0 ? LineFit::fresh : LineFit::yes;
    if (text == "Heap Configuration:") {
        if (part.total) return LineFit::fresh;
        part.total = true;
        return LineFit::yes;
    }
    if (text.starts_with("MaxHeapSize ") && comes_again("MaxHeapSize", part)) return LineFit::fresh;
    if (begins_with_one_of(text, jmap_settings) && contains(text, "= ")) return LineFit::yes;
    constexpr std::array words{string_view{"Heap Usage:"},
                               string_view{"Debugger attached"},
                               string_view{"Server compiler"},
                               string_view{"Client compiler"},
                               string_view{"JVM version is"},
                               string_view{"using "},
                               string_view{"PS "},
                               string_view{"G1 "},
                               string_view{"Eden Space"},
                               string_view{"From Space"},
                               string_view{"To Space"},
                               string_view{"Survivor Space"},
                               string_view{"New Generation"},
                               string_view{"tenured generation"},
                               string_view{"concurrent mark-s"},
                               string_view{"Perm Generation"}};
    if (begins_with_one_of(text, words)) return LineFit::yes;
    const bool collector = !part.total && contains(text, "GC") && text.size() < 60;
    return collector || text.ends_with("% used") || contains(text, "interned Strings occupying")
               ? LineFit::yes
               : LineFit::no;
}

namespace {

constexpr std::array setting_keys{string_view{"Min. Heap Size:"},
                                  string_view{"Max. Heap Size"},
                                  string_view{"Stack Size:"},
                                  string_view{"Using VM:"},
                                  string_view{"Ergonomics Machine Class"},
                                  string_view{"Provider:"},
                                  string_view{"Effective CPU Count"},
                                  string_view{"CPU Period:"},
                                  string_view{"CPU Quota:"},
                                  string_view{"CPU Shares:"},
                                  string_view{"List of "},
                                  string_view{"Memory Limit:"},
                                  string_view{"Memory Soft Limit:"},
                                  string_view{"Memory & Swap Limit:"},
                                  string_view{"Kernel Memory Limit:"},
                                  string_view{"TCP Memory Limit:"},
                                  string_view{"Out Of Memory Killer"},
                                  string_view{"Maximum Processes"},
                                  string_view{"System not container"},
                                  string_view{"No metrics available"},
                                  string_view{"CPU Set "},
                                  string_view{"Memory Low Limit:"},
                                  string_view{"VM settings:"},
                                  string_view{"Operating System Metrics:"}};

}  // namespace

bool begins_vm_settings(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text == "VM settings:" || text == "Operating System Metrics:") return true;
    // As the launcher prints amounts, "512.00M"; people write "Memory Limit: 4Gi".
    constexpr std::array amounts{string_view{"Max. Heap Size"}, string_view{"Memory Limit: "}};
    constexpr string_view units = "KMGT";
    return begins_with_one_of(text, amounts) && contains(text, ": ") &&
           ((units.find(text.back()) != string_view::npos && contains(text, ".")) ||
            text.ends_with(": Unlimited"));
}

LineFit belongs_vm_settings(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    for (const string_view key : setting_keys) {
        if (!text.starts_with(key)) continue;
        // A list of processors comes twice, and the sets of CPUs have one name.
        const bool once = key != "List of " && key != "CPU Set ";
        return once && comes_again(key, part) ? LineFit::fresh : LineFit::yes;
    }
    // "0 1 ", below "List of Processors, 2 total:"
    return text.find_first_not_of("0123456789 ") == string_view::npos ? LineFit::yes : LineFit::no;
}

}  // namespace nmtx::kinds
