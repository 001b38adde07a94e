// Where in a function a probe costs least: at its first instruction that the kernel emulates, while all
// arguments are still in their registers and the stack is as the caller left it.
//
// The kernel emulates pushes, jumps and one-byte no-operations; any other instruction it executes out of line
// and traps a second time, which costs many times more on a virtual machine. Source: Linux
// arch/x86/kernel/uprobes.c, branch_setup_xol_ops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace nmtx {

// The offset from the function's begin, for a function whose first `arguments` (at most 4) are looked at;
// nothing where the code there is not of a known form. Nothing may jump between the begin and there: what is
// passed over are instructions that only compilers put at a function's begin.
std::optional<std::size_t> probe_point(std::span<const std::byte> code, std::size_t arguments);

// Where a probe traps twice, for a function without a probe_point(): its first instruction, if that is a
// plain one, which the kernel surely executes out of line.
std::optional<std::size_t> dear_probe_point(std::span<const std::byte> code);

// A function that is only a jump to another: the target's offset from its begin.
std::optional<std::int64_t> jumps_to(std::span<const std::byte> code);

}  // namespace nmtx
