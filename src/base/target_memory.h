// Memory of a target process as src/ sees it: live through platform/, in tests a buffer.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "base/address.h"

namespace nmtx {

// Reads without stopping the target and without faulting a page in.
class TargetMemory {
  public:
    TargetMemory() = default;
    TargetMemory(const TargetMemory&) = delete;
    TargetMemory& operator=(const TargetMemory&) = delete;
    virtual ~TargetMemory() = default;

    // Reads up to into.size() bytes from `at`; returns how many were read (0 where the page is not resident
    // or not readable).
    virtual std::size_t read(Address at, std::span<std::byte> into) = 0;
    // The bytes from `at` on, for sequential reading: as many as are resident without a gap, at most `most`.
    // Valid until the next look(). An implementation may read ahead.
    virtual std::span<const std::byte> look(Address at, std::size_t most) {
        looked_at_.resize(most);
        return std::span(looked_at_).first(read(at, looked_at_));
    }
    // Ranges whose pages are all resident, by a recent other source (smaps: Rss equals Size). Ascending and
    // disjoint. They need not be queried again.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): whoever keeps them takes them over
    virtual void know_resident(std::vector<Range> /*ranges*/) {}
    // A hint: the addresses that read() will be called with next, a few words each, so that many can be read
    // at once. Ascending. Other reads are not affected.
    virtual void expect(std::span<const Address> /*next*/) {}
    // The resident runs of a range, ascending. None where the kernel does not know; residency is never
    // assumed.
    virtual std::vector<Range> resident_runs(Range range) = 0;
    using Reader = std::function<void(TargetMemory&)>;
    // Both readers, each with a memory of the same target that no other one uses: at once, in a thread each,
    // where an implementation can. Only the first one's progress is shown.
    virtual void both(const Reader& one, const Reader& other) {
        one(*this);
        other(*this);
    }
    // How far a long reader has come, for a progress bar.
    virtual void reached(Bytes /*done*/, Bytes /*of*/) {}

  private:
    std::vector<std::byte> looked_at_;
};

}  // namespace nmtx
