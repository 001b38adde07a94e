// The tar inside of a capture, unpacked block by block and never more of it than its size allows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

struct ZSTD_DCtx_s;

namespace nmtx {

// How much `packed` bytes of zstd may become. 64 MiB always: the smaps of 65,530 mappings that are all alike
// is 49 MB, of which zstd makes 134 KB. Beyond that 64 times the size, where captures come to 10 to 20 times
// and zeros to 30,000 times. At most 1 GiB.
std::uint64_t most_unpacked(std::uint64_t packed);

class Unpacker {
  public:
    explicit Unpacker(std::string_view packed);

    // The next bytes; good until the next call. Empty at the end, and after an error.
    std::string_view next();
    // Empty while all is well: "damaged capture: …", or that it unpacks to too much.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] std::uint64_t limit() const { return limit_; }

  private:
    struct Free {
        void operator()(ZSTD_DCtx_s* stream) const;
    };
    std::string_view packed_;
    std::uint64_t limit_;
    std::uint64_t unpacked_ = 0;
    std::size_t taken_ = 0;
    bool frame_open_ = false;
    std::unique_ptr<ZSTD_DCtx_s, Free> stream_;
    std::string block_;
    std::string problem_;
};

}  // namespace nmtx
