// The tar inside a capture, unpacked block by block, up to the limit for its size.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

struct ZSTD_DCtx_s;

namespace nmtx {

// How large `packed` bytes of zstd may become. At least 64 MiB: the smaps of 65,530 identical mappings is 49
// MB and compresses to 134 KB. Plus 64 times the size: captures have a factor of 10 to 20, zeros of 30,000.
// At most 1 GiB.
std::uint64_t most_unpacked(std::uint64_t packed);

class Unpacker {
  public:
    explicit Unpacker(std::string_view packed);

    // The next bytes; valid until the next call. Empty at the end, and after an error.
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
