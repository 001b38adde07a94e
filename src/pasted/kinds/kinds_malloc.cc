// malloc's own reports.
#include <algorithm>
#include <array>

#include "allocator/jemalloc_stats.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

bool begins_malloc_info(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("<malloc version=") || text.starts_with("<heap nr=");
}

LineFit belongs_malloc_info(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (text.starts_with("<malloc ") && part.lines > 0) return LineFit::fresh;
    if (text == "</malloc>") return LineFit::last;
    constexpr std::array tags{string_view{"<malloc"}, string_view{"<heap"},   string_view{"</"},
                              string_view{"<sizes"},  string_view{"<size "},  string_view{"<total"},
                              string_view{"<system"}, string_view{"<aspace"}, string_view{"<unsorted"}};
    return begins_with_one_of(text, tags) ? LineFit::yes : LineFit::no;
}

bool begins_malloc_stats(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.starts_with("Arena ") && text.ends_with(':')) return at.next().starts_with("system bytes");
    return text.starts_with("Total (incl. mmap):");
}

LineFit belongs_malloc_stats(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    if (text.starts_with("Arena ") && part.total) return LineFit::fresh;
    if (text.starts_with("Total (incl.")) {
        if (part.total) return LineFit::fresh;
        part.total = true;
    }
    constexpr std::array words{string_view{"Arena "}, string_view{"system bytes"},
                               string_view{"in use bytes"}, string_view{"Total (incl."},
                               string_view{"max mmap"}};
    return begins_with_one_of(text, words) ? LineFit::yes : LineFit::no;
}

bool begins_jemalloc(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("___ Begin jemalloc statistics") || is_jemalloc_totals(text) ||
           text.starts_with("{\"jemalloc\":");
}

namespace {

// Another text begins: the one above was cut.
bool begins_another(const LineInContext& at) {
    const KindEntry* const entry = beginning_at(at);
    if (entry == nullptr) return false;
    constexpr std::array others{PastedKind::nmt,       PastedKind::hs_err,       PastedKind::malloc_info,
                                PastedKind::heap_info, PastedKind::vm_flags,     PastedKind::oom,
                                PastedKind::smaps,     PastedKind::smaps_rollup, PastedKind::pmap,
                                PastedKind::status,    PastedKind::system_map,   PastedKind::thread_dump,
                                PastedKind::meminfo,   PastedKind::command,      PastedKind::metaspace};
    return std::ranges::find(others, entry->kind) != others.end();
}

}  // namespace

// From its first line to its last one; a line that was taken out of it is all there is.
LineFit belongs_jemalloc(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (part.lines == 0) {
        part.total = text.starts_with("___ Begin");
        return part.total ? LineFit::yes : LineFit::last;
    }
    if (text.empty()) return LineFit::filler;
    if (text.starts_with("___ Begin jemalloc")) return LineFit::fresh;
    constexpr std::size_t most = 200'000;
    if (part.lines > most) return LineFit::no;
    if (text.starts_with("--- End jemalloc statistics")) return LineFit::last;
    return begins_another(at) ? LineFit::no : LineFit::yes;
}

bool begins_jeprof(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.starts_with("Using local file ")) return contains(text, "heap") || contains(at.next(), "heap");
    return is_jeprof_row(text) || (is_jeprof_total(text) && is_jeprof_row(at.next()));
}

LineFit belongs_jeprof(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (is_jeprof_total(text)) {
        if (part.total) return LineFit::fresh;
        part.total = true;
        return LineFit::yes;
    }
    return is_jeprof_row(text) || text.starts_with("Using local file ") ? LineFit::yes : LineFit::no;
}

}  // namespace nmtx::kinds
