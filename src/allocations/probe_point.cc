#include "allocations/probe_point.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>

namespace nmtx {
namespace {

std::uint8_t byte_at(std::span<const std::byte> code, std::size_t at) {
    return at < code.size() ? std::to_integer<std::uint8_t>(code[at]) : 0;
}

bool begins_with(std::span<const std::byte> code, std::initializer_list<std::uint8_t> bytes) {
    if (code.size() < bytes.size()) return false;
    return std::equal(bytes.begin(), bytes.end(), code.begin(),
                      [](std::uint8_t wanted, std::byte is) { return std::byte{wanted} == is; });
}

std::size_t begin_of(std::span<const std::byte> code) {
    return begins_with(code, {0xf3, 0x0f, 0x1e, 0xfa}) ? 4 : 0;  // endbr64
}

bool is_emulated(std::span<const std::byte> code) {
    const std::uint8_t first = byte_at(code, 0), second = byte_at(code, 1);
    const auto is_push = [](std::uint8_t opcode) { return opcode >= 0x50 && opcode <= 0x57; };
    if (first == 0x41 && code.size() >= 2) return is_push(second);            // push %r8 … %r15
    if (first == 0x0f) return code.size() >= 6 && (second & 0xf0U) == 0x80U;  // conditional, 32 bits far
    const bool is_jump = first == 0xeb || first == 0xe9 || (first & 0xf0U) == 0x70U;
    return is_push(first) || first == 0x90 || (is_jump && code.size() >= 2);
}

// rax and r8 to r11, and rcx but for the fourth argument: neither one of the arguments that are looked at nor
// one that the caller wants back.
bool is_free(unsigned number, std::size_t arguments) {
    return number == 0 || (number == 1 && arguments < 4) || (number >= 8 && number <= 11);
}

// Of 64 bits on registers alone, or an address computed, whose result is in a free one.
std::size_t size_of_computing(std::span<const std::byte> code, std::size_t arguments) {
    const unsigned prefix = byte_at(code, 0), opcode = byte_at(code, 1), modes = byte_at(code, 2);
    if (code.size() < 4 || (prefix & 0xf8U) != 0x48) return 0;
    const unsigned mode = modes >> 6U, extended_b = (prefix & 1U) * 8, extended_r = (prefix >> 2U & 1U) * 8;
    const unsigned reg = (modes >> 3U & 7U) + extended_r, rm = (modes & 7U) + extended_b;
    const bool writes_rm = opcode == 0x89 || opcode == 0x21 || opcode == 0x09;  // mov, and, or
    if (mode == 3 && opcode == 0x85) return 3;                                  // test
    if (mode == 3 && writes_rm && is_free(rm, arguments)) return 3;
    if (mode == 3 && opcode == 0x83 && (modes >> 3U & 7U) == 7) return 4;  // cmp $…, 8 bits
    if (mode == 3 && opcode == 0x81 && (modes >> 3U & 7U) == 7 && code.size() >= 7) return 7;
    const bool is_relative = mode == 0 && (modes & 7U) == 5;  // to %rip
    if (is_relative && opcode == 0x8b && code.size() >= 7 && is_free(reg, arguments)) return 7;
    if (mode == 3 && opcode == 0xc1 && reg == 5 && is_free(rm, arguments)) return 4;  // shr $…
    if (mode == 1 && opcode == 0x8d && (modes & 7U) != 4 && is_free(reg, arguments))
        return 4;  // lea …(…), without a scale
    return 0;
}

// The size of one that changes neither an argument nor the stack pointer; 0 for any other.
std::size_t size_of_harmless(std::span<const std::byte> code, std::size_t arguments) {
    if (const std::size_t size = size_of_computing(code, arguments); size > 0) return size;
    if (arguments < 4 && begins_with(code, {0x83, 0xe1})) return 3;           // and $…, %ecx
    if (begins_with(code, {0x41, 0x89, 0xca})) return 3;                      // mov %ecx, %r10d
    if (begins_with(code, {0x41, 0xf7, 0xc1}) && code.size() >= 7) return 7;  // test $…, %r9d
    if (arguments < 3 && begins_with(code, {0x48, 0xf7, 0xe6})) return 3;     // mul %rsi: into rdx and rax
    if (begin_of(code) > 0) return begin_of(code);
    if (begins_with(code, {0x80, 0x3d}) && code.size() >= 7) return 7;        // cmpb $…, …(%rip)
    if (begins_with(code, {0x48, 0x83, 0x3d}) && code.size() >= 8) return 8;  // cmpq $…, …(%rip)
    return 0;
}

}  // namespace

std::optional<std::size_t> probe_point(std::span<const std::byte> code, std::size_t arguments) {
    std::size_t at = 0;
    while (at < code.size()) {
        const auto rest = code.subspan(at);
        if (is_emulated(rest)) return at;
        const std::size_t size = size_of_harmless(rest, arguments);
        if (size == 0) return std::nullopt;
        at += size;
    }
    return std::nullopt;
}

std::optional<std::size_t> dear_probe_point(std::span<const std::byte> code) {
    // mov, lea, arithmetic and test, of 32 or 64 bits.
    constexpr std::array<std::uint8_t, 13> plain{0x01, 0x09, 0x21, 0x29, 0x31, 0x39, 0x81,
                                                 0x83, 0x85, 0x89, 0x8b, 0x8d, 0xc7};
    const std::size_t begin = begin_of(code);
    if (code.size() < begin + 15) return std::nullopt;  // no instruction is longer
    std::size_t at = begin;
    if (byte_at(code, at) == 0x64) ++at;            // to %fs: what is the thread's own
    if ((byte_at(code, at) & 0xf0U) == 0x40) ++at;  // of 64 bits, or for r8 to r15
    const std::uint8_t opcode = byte_at(code, at);
    const bool sets_constant = (opcode & 0xf8U) == 0xb8;
    if (!sets_constant && std::find(plain.begin(), plain.end(), opcode) == plain.end()) return std::nullopt;
    return begin;
}

std::optional<std::int64_t> jumps_to(std::span<const std::byte> code) {
    const std::size_t begin = begin_of(code);
    const std::size_t near = 2, far = 5;
    if (byte_at(code, begin) == 0xeb && code.size() >= begin + near)
        return static_cast<std::int8_t>(byte_at(code, begin + 1)) + static_cast<std::int64_t>(begin + near);
    if (byte_at(code, begin) != 0xe9 || code.size() < begin + far) return std::nullopt;
    std::int32_t distance = 0;
    std::memcpy(&distance, code.subspan(begin + 1).data(), sizeof distance);
    return distance + static_cast<std::int64_t>(begin + far);
}

}  // namespace nmtx
