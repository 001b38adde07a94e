// Which figure of a record's samples a row of its trend shows, and the row's name.
#pragma once

#include <cstdint>
#include <string>

namespace nmtx {

enum class Series : std::uint8_t {
    rss,
    owner,                  // by path: "malloc/untracked/libz.so.1"
    malloc_live_untracked,  // "malloc live untracked"
    malloc_live,            // "malloc live": where NMT's blocks cannot be distinguished
    malloc_free_kept,       // "malloc free kept"
    java_heap_used,         // "java heap used"
    threads,
    nmt_committed,           // "nmt committed": of all categories
    nmt_malloc,              // "nmt malloc"
    nmt_category_committed,  // by category: "nmt committed/Other"
};

struct SeriesKey {
    Series series = Series::owner;
    std::string name = {};  // the owner's path, the category; empty for the others
    friend bool operator==(const SeriesKey&, const SeriesKey&) = default;
};

// The row's name in reports, JSON and CSV.
std::string text_of(const SeriesKey& key);

}  // namespace nmtx
