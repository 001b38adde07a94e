// Which sampled blocks end unseen.
//
// Windows show when its address is given out again. In between it may be freed and given out to a call that
// is not sampled; then its address is in use at the end, and the block is not. How often that happens shows
// in the blocks that were seen to end so: the rest of those that end would have later, at the same rate.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nmtx {

struct BlockSeen {
    bool ended_at_once = false;  // within its own window
    // It came so late in its window that it was hardly seen: it says nothing of what stays in use.
    bool late = false;
    bool is_gone = false;  // its chunk was free at some time later, or is not there at the end
    // From the end of its own window: seconds of windows in which its end would have been seen, less than 0
    // where none can be; and of these until its end, less than 0 where there was none.
    double could_s = -1, ended_s = -1;
};

class BlockEnds {
  public:
    explicit BlockEnds(std::span<const BlockSeen> blocks);

    // Its part in what stays, so that the parts of all blocks that end come to 0: 1 of one that was not seen
    // to end, less than 0 of one that was and whose address is in use again, and 0 of any other.
    [[nodiscard]] double part_that_stays(const BlockSeen& block) const;
    // A second, of blocks that do not stay; 0 where too few were seen to end.
    [[nodiscard]] double rate() const { return rate_; }

  private:
    double rate_ = 0;
    double longest_s_ = 0;
};

}  // namespace nmtx
