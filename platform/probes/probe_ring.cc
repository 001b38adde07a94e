#include "platform/probes/probe_ring.h"

#include <asm/perf_regs.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string_view>
#include <utility>

#include "platform/os/clock.h"
#include "platform/os/page_size.h"

namespace nmtx {
namespace {

#ifdef __x86_64__
// By the kernel's numbers, ascending, as a record has them; and the DWARF number of each.
struct Recorded {
    unsigned kernel;
    std::size_t dwarf;
};
constexpr std::array<Recorded, dwarf_registers> recorded{{{PERF_REG_X86_AX, 0},
                                                          {PERF_REG_X86_BX, 3},
                                                          {PERF_REG_X86_CX, 2},
                                                          {PERF_REG_X86_DX, 1},
                                                          {PERF_REG_X86_SI, 4},
                                                          {PERF_REG_X86_DI, 5},
                                                          {PERF_REG_X86_BP, 6},
                                                          {PERF_REG_X86_SP, 7},
                                                          {PERF_REG_X86_IP, 16},
                                                          {PERF_REG_X86_R8, 8},
                                                          {PERF_REG_X86_R9, 9},
                                                          {PERF_REG_X86_R10, 10},
                                                          {PERF_REG_X86_R11, 11},
                                                          {PERF_REG_X86_R12, 12},
                                                          {PERF_REG_X86_R13, 13},
                                                          {PERF_REG_X86_R14, 14},
                                                          {PERF_REG_X86_R15, 15}}};
#else
#error "registers have other numbers on other processors"
#endif

constexpr std::uint64_t mask_of_recorded() {
    std::uint64_t mask = 0;
    for (const Recorded& one : recorded) mask |= std::uint64_t{1} << one.kernel;
    return mask;
}

class Fields {
  public:
    explicit Fields(std::span<const std::byte> bytes) : rest_(bytes) {}
    template <typename T>
    T next() {
        T value{};
        const auto bytes = take(sizeof value);
        if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    std::span<const std::byte> take(std::size_t count) {
        if (count > rest_.size()) {
            short_ = true;
            return {};
        }
        const auto bytes = rest_.first(count);
        rest_ = rest_.subspan(count);
        return bytes;
    }
    [[nodiscard]] bool was_short() const { return short_; }

  private:
    std::span<const std::byte> rest_;
    bool short_ = false;
};

}  // namespace

const std::uint64_t recorded_registers = mask_of_recorded();

// { id, pid, tid, time, abi, registers, size, stack of that size, how much of it was copied }: where there is
// no stack, the size is 0, and nothing follows.
bool read_probe_record(std::span<const std::byte> bytes, bool with_stack, ProbeRecord& record) {
    Fields fields(bytes);
    record.probe = fields.next<std::uint64_t>();
    fields.next<std::uint32_t>();
    record.tid = static_cast<pid_t>(fields.next<std::uint32_t>());
    record.time_ns = fields.next<std::uint64_t>();
    if (fields.next<std::uint64_t>() != PERF_SAMPLE_REGS_ABI_64) return false;
    for (const Recorded& one : recorded) record.registers[one.dwarf] = fields.next<std::uint64_t>();
    record.stack = {};
    if (with_stack) {
        const auto size = fields.next<std::uint64_t>();
        const auto stack = fields.take(static_cast<std::size_t>(size));
        const auto copied = size == 0 ? 0 : fields.next<std::uint64_t>();
        record.stack = stack.first(std::min<std::size_t>(stack.size(), static_cast<std::size_t>(copied)));
    }
    return !fields.was_short();
}

// { pid, tid, address, length, offset, identity of the file, protection, flags, name }
bool read_mapping_record(std::span<const std::byte> bytes, MappingRecord& record) {
    constexpr std::size_t identity_bytes = 24;
    constexpr std::string_view no_file = "//anon";
    Fields fields(bytes);
    fields.next<std::uint32_t>();
    record.tid = static_cast<pid_t>(fields.next<std::uint32_t>());
    const auto begin = fields.next<std::uint64_t>(), length = fields.next<std::uint64_t>();
    record.range = range_of(begin, begin + length);
    fields.next<std::uint64_t>();
    fields.take(identity_bytes);
    record.usable = fields.next<std::uint32_t>() != PROT_NONE;
    fields.next<std::uint32_t>();
    const auto name = fields.take(no_file.size() + 1);  // with its end
    record.anonymous =
        name.size() > no_file.size() && std::memcmp(name.data(), no_file.data(), name.size()) == 0;
    return !fields.was_short();
}

ProbeRing::ProbeRing(ProbeRing&& other) noexcept {
    *this = std::move(other);
}

ProbeRing& ProbeRing::operator=(ProbeRing&& other) noexcept {
    if (this == &other) return *this;
    unmap();
    head_ = std::exchange(other.head_, nullptr);
    mapped_bytes_ = std::exchange(other.mapped_bytes_, 0);
    data_offset_ = other.data_offset_;
    data_bytes_ = other.data_bytes_;
    one_ = std::move(other.one_);
    lost_ = other.lost_;
    bad_ = other.bad_;
    return *this;
}

ProbeRing::~ProbeRing() {
    unmap();
}

void ProbeRing::unmap() {
    if (head_ != nullptr) ::munmap(head_, mapped_bytes_);
    head_ = nullptr;
}

bool ProbeRing::map(const PerfProbe& probe, std::size_t pages) {
    unmap();
    mapped_bytes_ = (pages + 1) * page_size();
    void* const mapped =
        ::mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, probe.descriptor(), 0);
    if (mapped == MAP_FAILED) return false;
    head_ = static_cast<perf_event_mmap_page*>(mapped);
    data_offset_ = page_size();
    data_bytes_ = pages * page_size();
    return true;
}

void ProbeRing::copy(std::uint64_t from, std::span<std::byte> into) const {
    const std::byte* const data = reinterpret_cast<const std::byte*>(head_) + data_offset_;
    const auto begin = static_cast<std::size_t>(from % data_bytes_);
    const std::size_t first = std::min(into.size(), data_bytes_ - begin);
    std::memcpy(into.data(), data + begin, first);
    if (first < into.size()) std::memcpy(into.data() + first, data, into.size() - first);
}

void ProbeRing::take_all(const std::function<void(std::uint32_t, std::span<const std::byte>)>& visit,
                         std::uint64_t until_ns) {
    if (head_ == nullptr) return;
    // The kernel publishes a record by moving the head; it may overwrite what lies before the tail.
    const std::uint64_t head = std::atomic_ref(head_->data_head).load(std::memory_order_acquire);
    std::uint64_t tail = head_->data_tail;
    while (head - tail >= sizeof(perf_event_header) && monotonic_ns() < until_ns) {
        perf_event_header header{};
        copy(tail, std::as_writable_bytes(std::span(&header, 1)));
        if (header.size < sizeof header || header.size > head - tail) {
            ++bad_;
            tail = head;
            break;
        }
        one_.resize(header.size - sizeof header);
        copy(tail + sizeof header, one_);
        if (header.type == PERF_RECORD_LOST) {
            Fields fields(one_);
            fields.next<std::uint64_t>();  // the event's id
            lost_ += fields.next<std::uint64_t>();
        } else {
            visit(header.type, one_);
        }
        tail += header.size;
    }
    std::atomic_ref(head_->data_tail).store(tail, std::memory_order_release);
}

void ProbeRing::take(const std::function<bool(std::uint64_t)>& has_stack,
                     const std::function<void(const ProbeRecord&)>& sink, std::uint64_t until_ns) {
    take_all(
        [&](std::uint32_t type, std::span<const std::byte> body) {
            if (type != PERF_RECORD_SAMPLE) return;
            ProbeRecord record;
            if (read_probe_record(body, has_stack(Fields(body).next<std::uint64_t>()), record)) {
                sink(record);
            } else {
                ++bad_;
            }
        },
        until_ns);
}

void ProbeRing::take_mappings(const std::function<void(const MappingRecord&)>& sink) {
    take_all([&](std::uint32_t type, std::span<const std::byte> body) {
        if (type != PERF_RECORD_MMAP2) return;
        MappingRecord record;
        if (read_mapping_record(body, record)) {
            sink(record);
        } else {
            ++bad_;
        }
    });
}

}  // namespace nmtx
