// Memory of a live process, through process_vm_readv. The call would fault pages in, so only pages that are
// already resident are read. The only unavoidable exception is a page that the kernel evicts in between.
#pragma once

#include <sys/types.h>

#include <array>
#include <stop_token>
#include <utility>
#include <vector>

#include "platform/memory/read_ahead.h"
#include "platform/os/core_dumps.h"
#include "platform/proc/residency.h"
#include "platform/terminal/progress.h"

namespace nmtx {

class LiveMemory : public WatchedMemory {
  public:
    // Once `stop` is requested, nothing is reported as resident, so that a long walk ends.
    LiveMemory(const ProcessFiles& process, PageResidency residency, std::stop_token stop = {})
        : pid_(static_cast<pid_t>(process.pid())),
          residency_(std::move(residency)),
          stop_(std::move(stop)),
          ahead_(pid_) {
        forbid_core_dumps();
    }

    // Stops at the first byte that is not resident or not readable.
    std::size_t read(Address at, std::span<std::byte> into) override;
    std::span<const std::byte> look(Address at, std::size_t most) override;
    void know_resident(std::vector<Range> ranges) override { known_ = std::move(ranges); }
    void expect(std::span<const Address> next) override;
    std::vector<Range> resident_runs(Range range) override {
        return stop_.stop_requested() ? std::vector<Range>() : residency_.runs(range);
    }
    void both(const Reader& one, const Reader& other) override;
    [[nodiscard]] PageResidency& residency() { return residency_; }

  private:
    LiveMemory(const LiveMemory& of, PageResidency residency)
        : pid_(of.pid_), residency_(std::move(residency)), stop_(of.stop_), known_(of.known_), ahead_(pid_) {}

    static constexpr std::size_t head_bytes = 32;
    struct Head {
        Address at;
        std::array<std::byte, head_bytes> bytes;
    };
    [[nodiscard]] Bytes resident_from(Address at, Bytes most);
    [[nodiscard]] bool head_is_resident(Address at);
    void read_heads(std::span<Head> heads) const;

    pid_t pid_;
    PageResidency residency_;
    std::stop_token stop_;
    // The last residency answer: a walk over a heap reads forward in small steps.
    Range window_;
    std::vector<Range> present_;
    std::vector<Range> known_;
    std::vector<Head> heads_;  // of the expected addresses, ascending
    ReadAhead ahead_;
};

}  // namespace nmtx
