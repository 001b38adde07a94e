// Memory of a target process as the pure side sees it: live through platform/, in tests a buffer.
#pragma once

#include <cstddef>
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
    // The bytes from `at` on for somebody who reads on from there: as many as are resident in one piece, at
    // most `most`. Valid until the next look(). Whoever implements it may read ahead meanwhile.
    virtual std::span<const std::byte> look(Address at, std::size_t most) {
        looked_at_.resize(most);
        return std::span(looked_at_).first(read(at, looked_at_));
    }
    // Ranges of which every page is resident, as another source said a moment ago (smaps: Rss equals Size).
    // Ascending and disjoint. They need not be asked for again.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): whoever keeps them takes them over
    virtual void know_resident(std::vector<Range> /*ranges*/) {}
    // Tells which addresses read() will be asked for next, a few words each: so that many can be had at once.
    // Ascending. A hint: reading anything else stays as it is.
    virtual void expect(std::span<const Address> /*next*/) {}
    // The resident runs of a range, ascending. Where the kernel cannot know: none; residency is never
    // assumed.
    virtual std::vector<Range> resident_runs(Range range) = 0;
    // Tells how far a long reader has come; for a progress bar.
    virtual void reached(Bytes /*done*/, Bytes /*of*/) {}

  private:
    std::vector<std::byte> looked_at_;
};

}  // namespace nmtx
