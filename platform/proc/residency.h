// Which pages of a process are resident: the ioctl PAGEMAP_SCAN (Linux 6.7) on /proc/PID/pagemap, or the
// words of that file. Source: Linux Documentation/admin-guide/mm/pagemap.rst. Neither faults pages in, nor
// needs more capabilities than smaps.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/error.h"
#include "documents/residency.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"

namespace nmtx {

enum class ResidencyMethod {
    best,          // the ioctl where the kernel has it
    pagemap_scan,  // distinguishes the zero page from memory, like smaps
    pagemap,       // counts zero pages that were only read as resident
};

class PageResidency {
  public:
    static Expected<PageResidency> open(const ProcessFiles& process,
                                        ResidencyMethod method = ResidencyMethod::best);

    // Another one of the same process, for another thread; nothing where the kernel refuses the descriptor.
    [[nodiscard]] std::optional<PageResidency> another() const;

    // The resident runs of each range. Ranges are widened to whole pages and merged where they touch or
    // overlap. A range without an answer from the kernel (beyond user space, or too large for reading
    // pagemap's words) is not in `asked`.
    Residency of(std::span<const Range> ranges);
    // The resident runs inside one range, cut at its ends.
    std::vector<Range> runs(Range range);

  private:
    PageResidency(Descriptor pagemap, std::uint64_t page_size, ResidencyMethod method)
        : pagemap_(std::move(pagemap)), page_size_(page_size), method_(method) {}
    [[nodiscard]] Range whole_pages(Range range) const;
    bool scan(Range pages, std::vector<Range>& present) const;
    bool read_words(Range pages, std::vector<Range>& present);
    bool add_runs(Range pages, std::vector<Range>& present);

    Descriptor pagemap_;
    std::uint64_t page_size_;
    ResidencyMethod method_;
    std::vector<std::uint64_t> words_;
};

}  // namespace nmtx
