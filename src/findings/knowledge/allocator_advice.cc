#include "findings/knowledge/allocator_advice.h"

#include <algorithm>
#include <array>

namespace nmtx {
namespace {

constexpr std::array advices{
    AllocatorAdvice{
        "jemalloc",
        "jemalloc's statistics: restart with MALLOC_CONF=stats_print:true (printed at exit), or with "
        "MALLOC_CONF=prof:true,lg_prof_interval:30 for profiles that jeprof reads, or let the program "
        "call mallctl(\"stats.allocated\").",
        "Restart with jemalloc's statistics (printed at exit)", "MALLOC_CONF=stats_print:true"},
    AllocatorAdvice{"tcmalloc",
                    "tcmalloc's statistics: restart with MALLOCSTATS=1 (printed at exit), or let the program "
                    "call MallocExtension's GetStats.",
                    "Restart with tcmalloc's statistics (printed at exit)", "MALLOCSTATS=1"},
    AllocatorAdvice{"mimalloc",
                    "mimalloc's statistics: restart with MIMALLOC_SHOW_STATS=1 (printed at exit).",
                    "Restart with mimalloc's statistics (printed at exit)", "MIMALLOC_SHOW_STATS=1"},
    AllocatorAdvice{
        "musl",
        "musl's malloc keeps no statistics. To see what allocates, restart with another allocator in "
        "LD_PRELOAD, for example jemalloc built for musl.",
        "Restart with an allocator that keeps statistics (built for musl)", "LD_PRELOAD=libjemalloc.so.2"},
};

}  // namespace

const AllocatorAdvice* advice_on_allocator(std::string_view allocator) {
    const auto* const found = std::find_if(advices.begin(), advices.end(), [&](const AllocatorAdvice& one) {
        return allocator.find(one.allocator) != std::string_view::npos;
    });
    return found == advices.end() ? nullptr : found;
}

}  // namespace nmtx
