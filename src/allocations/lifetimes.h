// How long blocks live, of those that were watched from their allocation on: until they were freed, or until
// the window ended. Which of the two comes first is chance for all that live about as long as a window, so
// the share that has been freed by an age is estimated as of any lives that are cut off (Kaplan and Meier,
// 1958).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

namespace nmtx {

struct WatchedBlock {
    double could_s = 0;   // from its allocation until the end of its window
    double lived_s = -1;  // until it was freed within that time; less than 0: it was not seen to be freed
    double weight = 1;    // of how many blocks it stands
};

// By blocks, not by bytes.
struct Lifetimes {
    std::uint64_t watched = 0;  // samples
    std::uint64_t freed = 0;    // of these, those that were seen to be freed
    // Of lives longer than this too few blocks tell; 0 where too few were watched: then nothing else is
    // known.
    double horizon_s = 0;
    double freed_share = 0;  // by the age of horizon_s
    std::optional<double> half_s,
        nine_tenths_s;  // by that age so many are freed; not by the horizon: nothing
};
inline constexpr std::uint64_t least_watched = 10;

// When blocks end in a window. An address that is allocated again counts as freed before. Records may come in
// any order, since each thread has its own.
class EndsOfBlocks {
  public:
    void clear() { ends_.clear(); }
    // Nothing is noted once there are too many.
    void note(std::uint64_t address, std::uint64_t time_ns);
    [[nodiscard]] bool full() const;
    // Only these are asked for.
    void keep_only(const std::unordered_set<std::uint64_t>& addresses);
    // Behind it: for so many seconds the block lived that was born then; less than 0 where it did not end by
    // `until_ns`.
    [[nodiscard]] double lived_s(std::uint64_t address, std::uint64_t born_ns, std::uint64_t until_ns) const;

  private:
    struct End {
        std::uint64_t address = 0, time_ns = 0;
        friend auto operator<=>(const End&, const End&) = default;
    };
    std::vector<End> ends_;
};

Lifetimes lifetimes_of(std::span<const WatchedBlock> blocks);

}  // namespace nmtx
