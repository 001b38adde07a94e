// A moving window on the target's memory for reading forward in small steps: one large read serves many of
// them. After a jump (a large chunk) the next read is small again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/target_memory.h"

namespace nmtx {

class ChunkWindow {
  public:
    static constexpr std::size_t largest = std::size_t{1} << 20U;
    static constexpr std::size_t smallest = std::size_t{8} << 10U;

    enum class Reading {
        apart,  // into its own buffer
        ahead,  // by the memory's look(): one such window at a time
    };

    explicit ChunkWindow(TargetMemory& memory, std::size_t most = largest, Reading reading = Reading::apart)
        : memory_(memory), most_(most), ahead_(std::min(most, smallest)), reading_(reading) {}

    // Makes the bytes from `at` on available, at least `least` if that many are resident; reads no further
    // than `end`. Returns what is available from `at` on, possibly nothing; valid until the next call.
    std::span<const std::byte> from(std::uint64_t at, std::size_t least, std::uint64_t end) {
        if (at >= begin_ && at + least <= begin_ + held_.size() && at + least >= at) return here(at);
        return read(at, least, end);
    }

    [[nodiscard]] std::span<const std::byte> here(std::uint64_t at) const {
        if (at < begin_ || at - begin_ >= held_.size()) return {};
        return held_.subspan(at - begin_);
    }

    // How often the target was read.
    [[nodiscard]] std::uint64_t reads() const { return reads_; }

  private:
    std::span<const std::byte> read(std::uint64_t at, std::size_t least, std::uint64_t end) {
        if (at >= end) return {};
        const bool onward = at >= begin_ && at <= begin_ + held_.size() + smallest;
        ahead_ = onward ? std::min(ahead_ * 2, most_) : std::min(most_, smallest);
        const std::uint64_t room = end - at;
        const std::size_t wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(room, std::max(ahead_, least)));
        begin_ = at;
        ++reads_;
        if (reading_ == Reading::ahead) {
            held_ = memory_.look({at}, wanted);
            held_ = held_.first(static_cast<std::size_t>(std::min<std::uint64_t>(held_.size(), room)));
        } else {
            if (buffer_.size() < wanted) buffer_.resize(wanted);
            held_ = std::span(buffer_).first(memory_.read({at}, std::span(buffer_).first(wanted)));
        }
        return here(at);
    }

    TargetMemory& memory_;
    std::size_t most_;
    std::size_t ahead_;
    std::vector<std::byte> buffer_;
    std::uint64_t begin_ = 0;
    std::span<const std::byte> held_;
    Reading reading_;
    std::uint64_t reads_ = 0;
};

// Another thread read the bytes, and they lie in its processor's cache: asks for what comes `distance` bytes
// further on.
inline void fetch_early(std::span<const std::byte> bytes, std::uint64_t distance) {
    if (distance < bytes.size()) __builtin_prefetch(bytes.data() + distance);
}

inline std::uint64_t word_at(std::span<const std::byte> bytes, std::size_t offset) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + offset, sizeof word);
    return word;
}

}  // namespace nmtx
