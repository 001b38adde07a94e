// Mappings of a process: smaps, maps and pmap.
#include <algorithm>
#include <array>

#include "base/characters.h"
#include "kernel/mappings/mapping_header.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

namespace {

// "7f81-7f82 rw-p …", as far as the protection: a line may be cut behind it.
bool is_mapping(string_view text) {
    if (!is_mapping_header(text)) return false;
    const std::size_t blank = text.find(' ');
    if (blank == string_view::npos || blank > 34 || text.size() < blank + 5) return false;
    const string_view protection = text.substr(blank + 1, 4);
    return protection.find_first_not_of("rwxps-") == string_view::npos &&
           (protection[3] == 'p' || protection[3] == 's');
}

bool is_rollup(string_view text) {
    return is_mapping(text) && contains(text, " [rollup]");
}

// The first line of smaps_rollup whose last word somebody has taken off. It spans the whole process without
// access and has something resident, and no "Size:" follows it.
bool is_bare_rollup(string_view text, string_view next, string_view command) {
    if (!is_mapping(text) || !next.starts_with("Rss:")) return false;
    Cursor cursor(text);
    const std::uint64_t begin = cursor.hex().value_or(0);
    cursor.take("-");
    const std::uint64_t end = cursor.hex().value_or(0);
    if (!trim(cursor.rest()).starts_with("---p 00000000 00:00 0")) return false;
    Cursor value(next.substr(4));
    value.skip_blanks();
    constexpr std::uint64_t whole_process = std::uint64_t{1} << 40U;
    return contains(command, "smaps_rollup") ||
           (end - begin >= whole_process && value.decimal().value_or(0) > 0);
}

bool begins_rollup_at(const LineInContext& at) {
    const string_view text = at.trimmed();
    return is_rollup(text) || is_bare_rollup(text, at.next(), at.command());
}

// "Rss:   92 kB", "VmFlags: rd wr", "THPeligible: 0"; not those of status or meminfo.
bool is_smaps_field(string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == string_view::npos || colon < 3 || colon > 20 || text.front() < 'A' || text.front() > 'Z')
        return false;
    constexpr std::array keys{string_view{"Size"},
                              string_view{"KernelPageSize"},
                              string_view{"MMUPageSize"},
                              string_view{"Rss"},
                              string_view{"Pss"},
                              string_view{"Pss_Dirty"},
                              string_view{"Pss_Anon"},
                              string_view{"Pss_File"},
                              string_view{"Pss_Shmem"},
                              string_view{"Shared_Clean"},
                              string_view{"Shared_Dirty"},
                              string_view{"Private_Clean"},
                              string_view{"Private_Dirty"},
                              string_view{"Referenced"},
                              string_view{"Anonymous"},
                              string_view{"KSM"},
                              string_view{"LazyFree"},
                              string_view{"AnonHugePages"},
                              string_view{"ShmemPmdMapped"},
                              string_view{"ShmemHugePages"},
                              string_view{"FilePmdMapped"},
                              string_view{"Shared_Hugetlb"},
                              string_view{"Private_Hugetlb"},
                              string_view{"Swap"},
                              string_view{"SwapPss"},
                              string_view{"Locked"},
                              string_view{"THPeligible"},
                              string_view{"ProtectionKey"},
                              string_view{"VmFlags"}};
    return std::ranges::find(keys, text.substr(0, colon)) != keys.end();
}

// "00007f8141bff000     1012      92      92 rw---   [ anon ]", "00000004C0400000     524288K rw---    [ anon
// ]", and those of -X: "7f8141bff000 rw-p 00000000 00:00 0 …"
bool is_pmap_row(string_view text) {
    std::size_t digits = 0;
    while (digits < text.size() && is_hex(text[digits])) ++digits;
    if (digits < 8 || digits > 16 || digits == text.size()) return false;
    const string_view rest = text.substr(digits);
    if (rest.front() != ' ' && rest.front() != '\t') return false;
    Cursor cursor(rest);
    cursor.skip_blanks();
    const string_view second = Cursor(cursor).word();
    if (second.size() == 4 && second.find_first_not_of("rwxps-") == string_view::npos) return true;
    if (!cursor.decimal()) return false;
    const string_view behind = cursor.rest().substr(0, 64);
    return contains(behind, " r") || contains(behind, " -----") || contains(behind, " -w") ||
           contains(behind, " --x");
}

}  // namespace

bool is_pmap_heading(string_view text) {
    return text.starts_with("Address ") && (contains(text, "Kbytes") || contains(text, " Perm ") ||
                                            contains(text, "Size") || contains(text, "Mapping"));
}

namespace {

// "485:   java --add-opens …"
bool is_pmap_process(string_view text) {
    Cursor cursor(text);
    return cursor.decimal() && cursor.take(":") && cursor.rest().size() > 1 &&
           (cursor.rest().front() == ' ' || cursor.rest().front() == '\t');
}

}  // namespace

bool begins_smaps(const LineInContext& at) {
    const string_view text = at.trimmed();
    return is_mapping(text) && is_smaps_field(at.next());
}

LineFit belongs_smaps(const LineInContext& at, PartSoFar& part) {
    const string_view line = at.line();
    // Nine of ten lines.
    if (line.ends_with(" kB") && is_smaps_field(line)) return LineFit::yes;
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (is_mapping(text)) {
        if (begins_rollup_at(at)) return LineFit::no;
        const std::uint64_t begin = Cursor(text).hex().value_or(0);
        if (begin < part.address) return LineFit::fresh;
        part.address = begin;
        return LineFit::yes;
    }
    return is_smaps_field(text) ? LineFit::yes : LineFit::no;
}

bool begins_smaps_rollup(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (begins_rollup_at(at)) return true;
    // Without its first line: "Rss:" and "Pss_Dirty:" or the like below it.
    return (text.starts_with("Rss: ") || text.starts_with("Pss: ")) && is_smaps_field(at.next());
}

LineFit belongs_smaps_rollup(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    if (begins_rollup_at(at)) return part.lines > 0 ? LineFit::fresh : LineFit::yes;
    if (!is_smaps_field(text)) return LineFit::no;
    return comes_again(key_of(text), part) ? LineFit::fresh : LineFit::yes;
}

bool begins_maps(const LineInContext& at) {
    return is_mapping(at.trimmed());
}

LineFit belongs_maps(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (!is_mapping(text) || is_rollup(text)) return LineFit::no;
    const std::uint64_t begin = Cursor(text).hex().value_or(0);
    if (begin < part.address) return LineFit::fresh;
    part.address = begin;
    return LineFit::yes;
}

bool begins_pmap(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (is_pmap_row(text) || is_pmap_heading(text)) return true;
    return is_pmap_process(text) && (is_pmap_heading(at.next()) || is_pmap_row(at.next()));
}

LineFit belongs_pmap(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (is_pmap_row(text)) {
        part.total = true;
        return LineFit::yes;
    }
    if (is_pmap_heading(text)) return part.total ? LineFit::fresh : LineFit::yes;
    if (text.starts_with("total ") || text.starts_with("mapped:")) return LineFit::last;
    if (text.starts_with("----") || text.starts_with("====")) return LineFit::yes;
    // -X puts its sums below "====" without a word.
    if (part.total && is_digit(text.front()) && text.ends_with("KB")) return LineFit::last;
    return part.lines == 0 ? LineFit::yes : LineFit::no;
}

}  // namespace nmtx::kinds
