#include "platform/symbols/thread_copy.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "kernel/status.h"
#include "platform/memory/frozen_threads.h"
#include "platform/os/core_dumps.h"
#include "platform/os/page_size.h"
#include "platform/os/urgency.h"

namespace nmtx {
namespace {

constexpr std::uint64_t red_zone = 128;  // below the stack pointer, a leaf function's own

// In the innermost pid namespace, which the process itself sees; the kernel's where it does not tell.
std::uint64_t own_id(const ProcessFiles& process, pid_t tid) {
    const auto text = process.read("task/" + std::to_string(tid) + "/status");
    const auto status = text ? parse_status(*text) : tl::make_unexpected(text.error());
    return status && !status->nspid.empty() ? status->nspid.back() : static_cast<std::uint64_t>(tid);
}

// Does it see its threads by other ids than we do?
bool sees_other_ids(const ProcessFiles& process) {
    const auto text = process.read("status");
    const auto status = text ? parse_status(*text) : tl::make_unexpected(text.error());
    return !status || status->nspid.size() != 1;
}

}  // namespace

#ifdef __x86_64__
std::array<std::uint64_t, dwarf_registers> by_dwarf_number(const user_regs_struct& r) {
    return {r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8,
            r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rip};
}
#else
#error "registers have other names on other processors"
#endif

ThreadCopier::ThreadCopier(const ProcessFiles& process, const ThreadCopyBounds& bounds,
                           PageResidency residency)
    : process_(&process),
      bounds_(bounds),
      residency_(std::move(residency)),
      buffer_(bounds.stack),
      own_ids_(sees_other_ids(process)),
      own_child_(is_own_child(process)) {
    forbid_core_dumps();
}

Expected<ThreadCopier> ThreadCopier::of(const ProcessFiles& process, const ThreadCopyBounds& bounds) {
    auto residency = PageResidency::open(process);
    if (!residency) return tl::make_unexpected(residency.error());
    return ThreadCopier(process, bounds, std::move(*residency));
}

// Two calls into the kernel, while the thread stands still: which of the pages are resident, and the copy.
std::size_t ThreadCopier::read_stack(std::uint64_t pointer, Address& begin) {
    const auto page_of = [](std::uint64_t at) { return Address{at - at % page_size()}; };
    // The red zone may lie in a page of its own that was never touched.
    const Address lowest = page_of(pointer - red_zone), own = page_of(pointer);
    const std::vector<Range> runs = residency_.runs({lowest, lowest + Bytes(buffer_.size())});
    for (const Range& run : runs) {
        if (!run.contains(lowest) && !run.contains(own)) continue;
        begin = run.contains(lowest) ? lowest : own;
        const iovec local{buffer_.data(), std::min<std::size_t>(run.end.value - begin.value, buffer_.size())};
        // An address of the target, never followed here.
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        const iovec remote{reinterpret_cast<void*>(begin.value), local.iov_len};
        const ssize_t read =
            ::process_vm_readv(static_cast<pid_t>(process_->pid()), &local, 1, &remote, 1, 0);
        return read <= 0 ? 0 : static_cast<std::size_t>(read);
    }
    return 0;
}

Expected<ThreadCopy> ThreadCopier::copy(pid_t tid) {
    ThreadCopy copy;
    copy.tid = tid;
    std::size_t held = 0;
    bool has_registers = false;
    {
        const Urgency urgency;
        auto frozen = FrozenThreads::freeze_one(*process_, tid, bounds_.stop, bounds_.option, own_child_);
        if (!frozen) return tl::make_unexpected(frozen.error());
        const auto stopped = std::chrono::steady_clock::now();
        if (const auto registers = frozen->registers(tid)) {
            has_registers = true;
            copy.registers = by_dwarf_number(*registers);
            held = read_stack(copy.registers[dwarf_stack_pointer], copy.begin);
        }
        frozen->release();
        copy.stood_still = std::chrono::steady_clock::now() - stopped;
    }
    if (!has_registers)
        return failure(
            "pid " + std::to_string(process_->pid()),
            "thread " + std::to_string(tid) + " has no readable registers: it ended, or is not 64-bit");
    copy.own_id = own_ids_ ? own_id(*process_, tid) : static_cast<std::uint64_t>(tid);
    copy.bytes.assign(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(held));
    return copy;
}

Expected<ThreadCopy> copy_thread(const ProcessFiles& process, pid_t tid, const ThreadCopyBounds& bounds) {
    auto copier = ThreadCopier::of(process, bounds);
    if (!copier) return tl::make_unexpected(copier.error());
    return copier->copy(tid);
}

}  // namespace nmtx
