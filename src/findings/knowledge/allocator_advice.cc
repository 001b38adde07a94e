#include "findings/knowledge/allocator_advice.h"

#include <algorithm>
#include <array>

namespace nmtx {
namespace {

constexpr std::array advices{
    AllocatorAdvice{
        "jemalloc",
        "jemalloc's own numbers: start with MALLOC_CONF=stats_print:true (printed at exit), or "
        "MALLOC_CONF=prof:true,lg_prof_interval:30 for profiles that jeprof reads, or have the program "
        "call mallctl(\"stats.allocated\")."},
    AllocatorAdvice{"tcmalloc",
                    "tcmalloc's own numbers: start with MALLOCSTATS=1 (printed at exit), or have the program "
                    "call MallocExtension's GetStats."},
    AllocatorAdvice{"mimalloc",
                    "mimalloc's own numbers: start with MIMALLOC_SHOW_STATS=1 (printed at exit)."},
    AllocatorAdvice{
        "musl",
        "musl's malloc keeps no numbers of its own. To see who allocates, start with another allocator in "
        "LD_PRELOAD, for example jemalloc built for musl."},
};

}  // namespace

const AllocatorAdvice* advice_on_allocator(std::string_view allocator) {
    const auto* const found = std::find_if(advices.begin(), advices.end(), [&](const AllocatorAdvice& one) {
        return allocator.find(one.allocator) != std::string_view::npos;
    });
    return found == advices.end() ? nullptr : found;
}

}  // namespace nmtx
