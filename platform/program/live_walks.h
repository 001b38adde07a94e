// Walks of malloc's blocks right before and after a process is sampled: which blocks are new, and which of
// the sampled ones are still in use. Likewise which mappings of no file there are. The JVM is not asked, and
// nothing is stopped.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "allocations/live_blocks.h"
#include "allocator/new_blocks.h"
#include "base/address.h"
#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

class LiveWalks {
  public:
    // `with_jvm`: blocks of libjvm.so's calls, too. `process` must outlive it.
    LiveWalks(const ProcessFiles& process, bool with_jvm) : process_(process), with_jvm_(with_jvm) {}

    void walk_before();
    // Meanwhile: which of the blocks, ascending, are free at this moment.
    [[nodiscard]] std::vector<std::uint64_t> freed_now(std::span<const SampledBlock> blocks) const;
    // Marks what is in use among the samples, or says why it is not known.
    void walk_after(AllocationProfile& profile);

  private:
    [[nodiscard]] std::vector<std::uint64_t> freed_by_malloc(std::span<const std::uint64_t> addresses) const;
    void add_mapped(const AllocationProfile& profile, BlocksOfTime& blocks) const;

    struct Time {
        std::uint64_t begin_ns = 0, end_ns = 0;
    };

    const ProcessFiles& process_;
    bool with_jvm_;
    BlocksBefore before_;
    Expected<std::vector<Range>> mapped_before_;
    Time walked_before_;
};

}  // namespace nmtx
