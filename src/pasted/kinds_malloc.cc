// malloc's own reports.
#include <array>

#include "pasted/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

bool begins_malloc_info(const LineInContext& at) {
    const string_view text = at.trimmed();
    return text.starts_with("<malloc version=") || text.starts_with("<heap nr=");
}

Fit belongs_malloc_info(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return Fit::filler;
    if (text.starts_with("<malloc ") && part.lines > 0) return Fit::fresh;
    if (text == "</malloc>") return Fit::last;
    constexpr std::array tags{string_view{"<malloc"}, string_view{"<heap"},   string_view{"</"},
                              string_view{"<sizes"},  string_view{"<size "},  string_view{"<total"},
                              string_view{"<system"}, string_view{"<aspace"}, string_view{"<unsorted"}};
    return begins_with_one_of(text, tags) ? Fit::yes : Fit::no;
}

bool begins_malloc_stats(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (text.starts_with("Arena ") && text.ends_with(':')) return at.next().starts_with("system bytes");
    return text.starts_with("Total (incl. mmap):");
}

Fit belongs_malloc_stats(const LineInContext& at, PartSoFar& /*part*/) {
    const string_view text = at.trimmed();
    if (text.empty()) return Fit::filler;
    constexpr std::array words{string_view{"Arena "}, string_view{"system bytes"},
                               string_view{"in use bytes"}, string_view{"Total (incl."},
                               string_view{"max mmap"}};
    return begins_with_one_of(text, words) ? Fit::yes : Fit::no;
}

}  // namespace nmtx::kinds
