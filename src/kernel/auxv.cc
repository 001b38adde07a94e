#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "kernel/status.h"

namespace nmtx {
namespace {

// <elf.h>
constexpr std::uint64_t at_null = 0;
constexpr std::uint64_t at_pagesz = 6;
constexpr std::uint64_t at_sysinfo_ehdr = 33;

constexpr std::size_t word_bytes = sizeof(std::uint64_t);
constexpr std::size_t pair_bytes = 2 * word_bytes;

std::uint64_t word(std::string_view bytes, std::size_t at) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

}  // namespace

Expected<AuxiliaryVector> parse_auxv(std::string_view bytes, std::string_view document) {
    AuxiliaryVector vector;
    if (bytes.empty()) return vector;  // kernel threads and zombies have none
    for (std::size_t at = 0; bytes.size() - at >= pair_bytes; at += pair_bytes) {
        const std::uint64_t key = word(bytes, at);
        const std::uint64_t value = word(bytes, at + word_bytes);
        if (key == at_null) return vector;
        if (key == at_pagesz) {
            if (!std::has_single_bit(value)) {
                return failure(std::string(document),
                               fmt::format("expected a power of two as AT_PAGESZ, found {}", value));
            }
            vector.page_size = value;
        }
        if (key == at_sysinfo_ehdr) vector.vdso = value;
    }
    return failure(std::string(document),
                   fmt::format("expected pairs of 64-bit words up to AT_NULL, found an end after {} bytes",
                               bytes.size()),
                   "a 32-bit process has 32-bit words here");
}

}  // namespace nmtx
