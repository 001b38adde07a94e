#include "change/series_key.h"

namespace nmtx {

std::string text_of(const SeriesKey& key) {
    switch (key.series) {
        case Series::rss:
            return "rss";
        case Series::owner:
            return key.name;
        case Series::malloc_live_untracked:
            return "malloc live untracked";
        case Series::malloc_live:
            return "malloc live";
        case Series::malloc_free_kept:
            return "malloc free kept";
        case Series::java_heap_used:
            return "java heap used";
        case Series::threads:
            return "threads";
        case Series::nmt_committed:
            return "nmt committed";
        case Series::nmt_malloc:
            return "nmt malloc";
        case Series::nmt_category_committed:
            return "nmt committed/" + key.name;
    }
    return key.name;
}

}  // namespace nmtx
