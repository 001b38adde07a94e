// Where a process allocates: the samples by the code that called the allocator, and by the Java method above
// it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "allocations/allocation_profile.h"
#include "allocations/lifetimes.h"

namespace nmtx {

// What makes a site: the innermost function that is not the allocator's, the C library's or the C++
// library's, and the innermost Java method, where there is one.
struct SiteName {
    std::string function;  // "SSL_CTX_new", or of code without a symbol "libfoo.so (no symbol)"
    std::string file;      // path of the library
    std::string java;      // "com.example.Handle.open"; empty where no Java called
    friend bool operator==(const SiteName&, const SiteName&) = default;
    friend auto operator<=>(const SiteName&, const SiteName&) = default;
};

struct AllocationSite {
    SiteName name;
    std::uint32_t node = 0;  // its heaviest stack
    std::uint64_t samples = 0;
    // Over the whole time; `live_…` where AllocationRun::knows_live.
    Estimate bytes, blocks, live_bytes, live_blocks;
    Lifetimes lifetimes;  // where AllocationRun::with_frees
};

// Of all blocks that were watched.
Lifetimes lifetimes_of(const AllocationProfile& profile);

// The heaviest first: by bytes, or by those still in use.
std::vector<AllocationSite> allocation_sites(const AllocationProfile& profile, bool by_live);

}  // namespace nmtx
