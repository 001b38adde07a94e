#include "platform/memory/frozen_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/pages.h"
#include "platform/os/core_dumps.h"
#include "platform/os/page_size.h"
#include "platform/os/system_error.h"
#include "platform/proc/memory_left.h"

namespace nmtx {
namespace {

std::size_t rounded(Bytes bytes, std::size_t unit) {
    return (static_cast<std::size_t>(bytes.value()) + unit - 1) / unit * unit;
}

// In one call of the kernel; before Linux 5.14 page by page.
void fault_in(std::byte* begin, std::size_t bytes) {
#ifdef MADV_POPULATE_WRITE
    if (::madvise(begin, bytes, MADV_POPULATE_WRITE) == 0) return;
#endif
    for (std::size_t at = 0; at < bytes; at += page_size()) begin[at] = std::byte{};
}

Bytes sum_of(const std::vector<Range>& ranges) {
    Bytes sum;
    for (const Range range : ranges) sum += range.size();
    return sum;
}

}  // namespace

Expected<CopyBuffer> CopyBuffer::make(Bytes ready, Bytes capacity) {
    forbid_core_dumps();
    CopyBuffer buffer;
    buffer.mapped_bytes_ = rounded(capacity, huge_page) + huge_page;
    void* const mapped = ::mmap(nullptr, buffer.mapped_bytes_, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) return tl::make_unexpected(file_error("memory for the copy", errno));
    buffer.mapped_ = static_cast<std::byte*>(mapped);
    const std::uintptr_t skip = huge_page - reinterpret_cast<std::uintptr_t>(mapped) % huge_page;
    buffer.begin_ = buffer.mapped_ + skip % huge_page;
    buffer.capacity_ = capacity;
    ::madvise(buffer.mapped_, buffer.mapped_bytes_, MADV_DONTDUMP);
    ::madvise(buffer.begin_, rounded(capacity, huge_page), MADV_HUGEPAGE);
    fault_in(buffer.begin_, rounded(std::min(ready, capacity), page_size()));
    return buffer;
}

CopyBuffer::CopyBuffer(CopyBuffer&& other) noexcept {
    *this = std::move(other);
}

CopyBuffer& CopyBuffer::operator=(CopyBuffer&& other) noexcept {
    std::swap(mapped_, other.mapped_);
    std::swap(mapped_bytes_, other.mapped_bytes_);
    std::swap(begin_, other.begin_);
    std::swap(capacity_, other.capacity_);
    return *this;
}

CopyBuffer::~CopyBuffer() {
    if (mapped_ != nullptr) ::munmap(mapped_, mapped_bytes_);
}

Expected<std::unique_ptr<FrozenMemory>> FrozenMemory::take(const ProcessFiles& process,
                                                           PageResidency& residency,
                                                           const std::vector<Range>& ranges, Bytes left,
                                                           const FreezeBounds& bounds) {
    // It runs on until it is stopped, and may grow: a sixteenth more is faulted in, and there is room for as
    // much again.
    const Bytes now = sum_of(residency.of(ranges).present);
    const Bytes slack(now.value() / 16 + mib(4).value());
    const Bytes capacity = now + slack + slack;
    if (auto room = check_room(capacity, left); !room) return tl::make_unexpected(room.error());
    auto buffer = CopyBuffer::make(now + slack, capacity);
    if (!buffer) return tl::make_unexpected(buffer.error());
    std::unique_ptr<FrozenMemory> memory(new FrozenMemory);
    memory->buffer_ = std::move(*buffer);

    auto threads = FrozenThreads::freeze(process, bounds.stop);
    if (!threads) return tl::make_unexpected(threads.error());
    const auto deadline = std::chrono::steady_clock::now() + bounds.hold;
    const std::vector<Range> resident = residency.of(ranges).present;
    Expected<std::vector<CopiedRun>> copied;
    if (sum_of(resident) > memory->buffer_.capacity()) {
        copied = failure("pid " + std::to_string(process.pid()),
                         "its memory grew faster than a copy could be prepared", "try again");
    } else {
        copied = copy_memory(process, resident, memory->buffer_.begin(), deadline);
    }
    threads->release();
    if (!copied) return tl::make_unexpected(copied.error());
    memory->runs_ = std::move(*copied);
    for (const CopiedRun& run : memory->runs_) memory->copied_ += run.range.size();
    memory->stood_still_ms_ = std::chrono::duration<double, std::milli>(threads->stood_still()).count();
    return memory;
}

// The index of the first run that begins behind the address.
std::size_t FrozenMemory::first_run_behind(Address at) const {
    const auto behind =
        std::upper_bound(runs_.begin(), runs_.end(), at,
                         [](Address address, const CopiedRun& run) { return address < run.range.begin; });
    return static_cast<std::size_t>(behind - runs_.begin());
}

std::span<const std::byte> FrozenMemory::look(Address at, std::size_t most) {
    const std::size_t behind = first_run_behind(at);
    if (behind == 0) return {};
    const CopiedRun& run = runs_[behind - 1];
    if (!run.range.contains(at)) return {};
    const std::uint64_t skipped = at.value - run.range.begin.value;
    const std::size_t count = std::min<std::size_t>(most, run.range.end.value - at.value);
    return {buffer_.begin() + run.offset + skipped, count};
}

std::size_t FrozenMemory::read(Address at, std::span<std::byte> into) {
    const std::span<const std::byte> held = look(at, into.size());
    std::copy(held.begin(), held.end(), into.begin());
    return held.size();
}

std::vector<Range> FrozenMemory::resident_runs(Range range) {
    std::vector<Range> found;
    if (range.empty()) return found;
    std::size_t i = first_run_behind(range.begin);
    if (i > 0) --i;
    for (; i < runs_.size() && runs_[i].range.begin < range.end; ++i) {
        const Range run = intersect(runs_[i].range, range);
        if (!run.empty()) found.push_back(run);
    }
    return found;
}

}  // namespace nmtx
