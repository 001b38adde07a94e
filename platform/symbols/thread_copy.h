// A copy of what unwinding a thread's stack takes: its registers and the top of its stack, of one snapshot
// for which the thread was stopped.
//
//   stop ─ registers ─ which pages are resident ─ copy ─ let go │ the copy is looked at
//   thread is stopped, some tenths of a millisecond           │ thread runs
#pragma once

#include <sys/types.h>
#include <sys/user.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "platform/proc/process_files.h"
#include "platform/proc/residency.h"

namespace nmtx {

// Numbers of the System V ABI for x86-64 (figure 3.36): rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8 to r15,
// and the return address, which is rip.
constexpr std::size_t dwarf_registers = 17;
constexpr std::size_t dwarf_stack_pointer = 7;
constexpr std::size_t dwarf_return_address = 16;

std::array<std::uint64_t, dwarf_registers> by_dwarf_number(const user_regs_struct& registers);

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
    std::string_view option = "--stacks";  // what to leave out where it is refused; empty: see trace_refusal
};

// Copies threads of one process, one after the other: what it takes is made ready once, before any of them
// stops.
class ThreadCopier {
  public:
    // `process` must outlive it. Fails where the kernel does not tell which pages are resident.
    static Expected<ThreadCopier> of(const ProcessFiles& process, const ThreadCopyBounds& bounds = {});
    // Fails where the thread may not be stopped, did not stop in time, or has ended.
    Expected<ThreadCopy> copy(pid_t tid);

  private:
    ThreadCopier(const ProcessFiles& process, const ThreadCopyBounds& bounds, PageResidency residency);
    std::size_t read_stack(std::uint64_t pointer, Address& begin);

    const ProcessFiles* process_;
    ThreadCopyBounds bounds_;
    PageResidency residency_;
    std::vector<std::byte> buffer_;
    bool own_ids_ = false;  // the process sees other ids than we do
    bool own_child_ = false;
};

// The same of a single thread.
Expected<ThreadCopy> copy_thread(const ProcessFiles& process, pid_t tid, const ThreadCopyBounds& bounds = {});

}  // namespace nmtx
