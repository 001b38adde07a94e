// A consistent copy of a target's memory: all threads are stopped while it is made, and run on while it is
// read.
//
//   size, fault in the buffer │ stop ─ residency again ─ copy ─ let go │ read
//   target runs               │ target is stopped                    │ target runs
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/error.h"
#include "platform/memory/frozen_threads.h"
#include "platform/memory/memory_copy.h"
#include "platform/proc/process_files.h"
#include "platform/proc/residency.h"
#include "platform/terminal/progress.h"

namespace nmtx {

struct FreezeBounds {
    std::chrono::milliseconds stop{1000};   // until the last thread is stopped
    std::chrono::milliseconds hold{10000};  // until everything is copied, from the stop on
};

// Memory of our own that is faulted in before it is needed.
class CopyBuffer {
  public:
    // `ready` bytes are faulted in; the rest is faulted in when it is written.
    static Expected<CopyBuffer> make(Bytes ready, Bytes capacity);
    CopyBuffer() = default;
    CopyBuffer(CopyBuffer&& other) noexcept;
    CopyBuffer& operator=(CopyBuffer&& other) noexcept;
    CopyBuffer(const CopyBuffer&) = delete;
    CopyBuffer& operator=(const CopyBuffer&) = delete;
    ~CopyBuffer();

    [[nodiscard]] std::byte* begin() const { return begin_; }
    [[nodiscard]] Bytes capacity() const { return capacity_; }

  private:
    std::byte* mapped_ = nullptr;
    std::size_t mapped_bytes_ = 0;
    std::byte* begin_ = nullptr;
    Bytes capacity_;
};

class FrozenMemory : public WatchedMemory {
  public:
    // Copies the resident parts of the ranges. Fails before anything is stopped if there is not enough
    // memory for the copy (`left`) or the target may not be traced; later, with the target running on, if a
    // bound was reached or it ended.
    static Expected<std::unique_ptr<FrozenMemory>> take(const ProcessFiles& process, PageResidency& residency,
                                                        const std::vector<Range>& ranges, Bytes left,
                                                        const FreezeBounds& bounds = {});

    // Reads from the copy. Nothing where the address was outside the ranges, or not resident.
    std::size_t read(Address at, std::span<std::byte> into) override;
    std::span<const std::byte> look(Address at, std::size_t most) override;
    std::vector<Range> resident_runs(Range range) override;

    [[nodiscard]] Bytes copied() const { return copied_; }
    // From the first interrupt to the last detach.
    [[nodiscard]] double stood_still_ms() const { return stood_still_ms_; }

  private:
    FrozenMemory() = default;
    [[nodiscard]] std::size_t first_run_behind(Address at) const;

    CopyBuffer buffer_;
    std::vector<CopiedRun> runs_;  // ascending, disjoint
    Bytes copied_;
    double stood_still_ms_ = 0;
};

}  // namespace nmtx
