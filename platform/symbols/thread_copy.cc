#include "platform/symbols/thread_copy.h"

#include <unistd.h>

#include <string>

#include "kernel/status.h"
#include "platform/memory/frozen_threads.h"
#include "platform/memory/live_memory.h"
#include "platform/os/page_size.h"
#include "platform/os/urgency.h"

namespace nmtx {
namespace {

constexpr std::uint64_t red_zone = 128;  // below the stack pointer, a leaf function's own

#ifdef __x86_64__
std::array<std::uint64_t, dwarf_registers> by_dwarf_number(const user_regs_struct& r) {
    return {r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8,
            r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rip};
}
#else
#error "registers have other names on other processors"
#endif

// In the innermost pid namespace, which the process itself sees; the kernel's where it does not tell.
std::uint64_t own_id(const ProcessFiles& process, pid_t tid) {
    const auto text = process.read("task/" + std::to_string(tid) + "/status");
    const auto status = text ? parse_status(*text) : tl::make_unexpected(text.error());
    return status && !status->nspid.empty() ? status->nspid.back() : static_cast<std::uint64_t>(tid);
}

}  // namespace

Expected<ThreadCopy> copy_thread(const ProcessFiles& process, pid_t tid, const ThreadCopyBounds& bounds) {
    // All that takes time, and the memory of our own, is there before the thread stops.
    auto residency = PageResidency::open(process);
    if (!residency) return tl::make_unexpected(residency.error());
    LiveMemory memory(process, std::move(*residency));
    ThreadCopy copy;
    copy.tid = tid;
    copy.bytes.resize(bounds.stack);

    const Urgency urgency;
    auto frozen = FrozenThreads::freeze_one(process, tid, bounds.stop, "--stacks");
    if (!frozen) return tl::make_unexpected(frozen.error());
    const auto stopped = std::chrono::steady_clock::now();
    const auto registers = frozen->registers(tid);
    std::size_t held = 0;
    if (registers) {
        copy.registers = by_dwarf_number(*registers);
        // The red zone may lie in a page of its own that was never touched.
        const std::uint64_t pointer = copy.registers[dwarf_stack_pointer];
        for (const std::uint64_t lowest : {pointer - red_zone, pointer}) {
            copy.begin = Address{lowest - lowest % page_size()};
            held = memory.read(copy.begin, copy.bytes);
            if (held > 0) break;
        }
    }
    frozen->release();
    copy.stood_still = std::chrono::steady_clock::now() - stopped;
    if (!registers)
        return failure(
            "pid " + std::to_string(process.pid()),
            "thread " + std::to_string(tid) + " has no readable registers: it ended, or is not 64-bit");
    copy.own_id = own_id(process, tid);
    copy.bytes.resize(held);
    copy.bytes.shrink_to_fit();
    return copy;
}

}  // namespace nmtx
