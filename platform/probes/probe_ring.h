// The ring buffer of one thread's probes, and its records (perf_event_open(2), "MMAP layout").
#pragma once

#include <linux/perf_event.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "base/address.h"
#include "platform/probes/perf_probe.h"
#include "platform/symbols/thread_copy.h"

namespace nmtx {

// Which registers a record has: all that unwinding takes, by the kernel's numbers (asm/perf_regs.h).
extern const std::uint64_t recorded_registers;

struct ProbeRecord {
    std::uint64_t probe = 0;  // PerfProbe::id()
    pid_t tid = 0;
    std::uint64_t time_ns = 0;                               // CLOCK_MONOTONIC
    std::array<std::uint64_t, dwarf_registers> registers{};  // by their DWARF numbers
    std::span<const std::byte> stack;  // from the stack pointer on; valid during the call
};

// Of the bytes of one PERF_RECORD_SAMPLE behind its header. False where they are too few.
bool read_probe_record(std::span<const std::byte> bytes, bool with_stack, ProbeRecord& record);

// What a thread has mapped: memory of no file, and for use.
struct MappingRecord {
    pid_t tid = 0;
    Range range;
    bool anonymous = false, usable = false;
};

// Of the bytes of one PERF_RECORD_MMAP2 behind its header. False where they are too few.
bool read_mapping_record(std::span<const std::byte> bytes, MappingRecord& record);

class ProbeRing {
  public:
    static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

    ProbeRing() = default;
    ProbeRing(ProbeRing&& other) noexcept;
    ProbeRing& operator=(ProbeRing&& other) noexcept;
    ProbeRing(const ProbeRing&) = delete;
    ProbeRing& operator=(const ProbeRing&) = delete;
    ~ProbeRing();

    // Of `pages` pages, a power of two. False where the kernel gives no memory for it: errno.
    bool map(const PerfProbe& probe, std::size_t pages);
    // All records that have come, or as many of them as can be taken until then (CLOCK_MONOTONIC): the others
    // are for the next time. `has_stack` says of a probe's id whether its records have one.
    void take(const std::function<bool(std::uint64_t probe)>& has_stack,
              const std::function<void(const ProbeRecord&)>& sink, std::uint64_t until_ns = no_limit);
    // The same of an event of mappings.
    void take_mappings(const std::function<void(const MappingRecord&)>& sink);
    // So many records had no room.
    [[nodiscard]] std::uint64_t lost() const { return lost_; }
    // Records that are not as perf_event_open(2) has them.
    [[nodiscard]] std::uint64_t bad() const { return bad_; }

  private:
    void unmap();
    void copy(std::uint64_t from, std::span<std::byte> into) const;
    // Calls visit(type, body) for each record that has come but those of lost ones.
    void take_all(const std::function<void(std::uint32_t, std::span<const std::byte>)>& visit,
                  std::uint64_t until_ns = no_limit);

    perf_event_mmap_page* head_ = nullptr;
    std::size_t mapped_bytes_ = 0, data_offset_ = 0, data_bytes_ = 0;
    std::vector<std::byte> one_;
    std::uint64_t lost_ = 0, bad_ = 0;
};

}  // namespace nmtx
