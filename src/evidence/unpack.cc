#include "evidence/unpack.h"

#include <zstd.h>

#include <algorithm>

namespace nmtx {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{1} << 30U;
constexpr std::uint64_t always_allowed = std::uint64_t{64} << 20U;
constexpr std::uint64_t most_for_a_byte = 64;

// A window of 8 MB is what zstd writes at its usual levels; a frame may ask for 2 GB.
constexpr int most_window_bits = 27;
constexpr std::size_t block_bytes = std::size_t{256} << 10U;

}  // namespace

std::uint64_t most_unpacked(std::uint64_t packed) {
    return std::min(most_bytes, always_allowed + most_for_a_byte * std::min(packed, most_bytes));
}

void Unpacker::Free::operator()(ZSTD_DCtx_s* stream) const {
    ZSTD_freeDCtx(stream);
}

Unpacker::Unpacker(std::string_view packed)
    : packed_(packed),
      limit_(most_unpacked(packed.size())),
      stream_(ZSTD_createDCtx()),
      block_(block_bytes, '\0') {
    if (!stream_) {
        problem_ = "out of memory";
        return;
    }
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, most_window_bits);
}

std::string_view Unpacker::next() {
    while (problem_.empty() && (frame_open_ || taken_ < packed_.size())) {
        ZSTD_outBuffer out{block_.data(), block_.size(), 0};
        ZSTD_inBuffer in{packed_.data(), packed_.size(), taken_};
        const std::size_t left = ZSTD_decompressStream(stream_.get(), &out, &in);
        if (ZSTD_isError(left) != 0) {
            problem_ = std::string("damaged capture: zstd: ") + ZSTD_getErrorName(left);
            break;
        }
        const bool stuck = in.pos == taken_ && out.pos == 0;
        taken_ = in.pos;
        frame_open_ = left != 0;
        unpacked_ += out.pos;
        if (unpacked_ > limit_) {
            problem_ = "expected at most " + std::to_string(limit_) + " bytes of a capture of " +
                       std::to_string(packed_.size()) + " bytes when it is unpacked, found more";
        } else if (out.pos != 0) {
            return std::string_view(block_).substr(0, out.pos);
        } else if (stuck) {
            problem_ = "damaged capture: zstd: it ends in the middle";
        }
    }
    return {};
}

}  // namespace nmtx
