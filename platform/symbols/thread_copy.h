// A copy of what unwinding a thread's stack takes: its registers and the top of its stack, of one snapshot
// for which the thread was stopped.
//
//   stop ─ registers ─ which pages are resident ─ copy ─ let go │ the copy is looked at
//   thread is stopped, some tenths of a millisecond           │ thread runs
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// Numbers of the System V ABI for x86-64 (figure 3.36): rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8 to r15,
// and the return address, which is rip.
constexpr std::size_t dwarf_registers = 17;
constexpr std::size_t dwarf_stack_pointer = 7;
constexpr std::size_t dwarf_return_address = 16;

struct ThreadCopy {
    pid_t tid = 0;
    std::uint64_t own_id = 0;                                // in the process's own pid namespace
    std::array<std::uint64_t, dwarf_registers> registers{};  // by their DWARF numbers
    Address begin;                           // of the bytes: the page of the stack pointer's red zone
    std::vector<std::byte> bytes;            // up to the first page that is not resident
    std::chrono::nanoseconds stood_still{};  // from when its stop was seen until it was let go
};

struct ThreadCopyBounds {
    // A thread that does not get a processor cannot stop: it runs on meanwhile as it would have.
    std::chrono::milliseconds stop{1000};
    std::size_t stack = std::size_t{256} << 10U;
};

// Fails where the thread may not be stopped, did not stop in time, or has ended.
Expected<ThreadCopy> copy_thread(const ProcessFiles& process, pid_t tid, const ThreadCopyBounds& bounds = {});

}  // namespace nmtx
