#include "platform/probes/perf_probe.h"

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <ctime>
#include <optional>
#include <string_view>
#include <system_error>

#include "platform/os/system_error.h"
#include "platform/probes/probe_ring.h"
#include "platform/proc/kernel_documents.h"

namespace nmtx {
namespace {

std::optional<std::uint64_t> number_at_begin(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} ? std::optional(number) : std::nullopt;
}

}  // namespace

Expected<UprobeType> uprobe_type() {
    const auto type = read_system_file("/sys/bus/event_source/devices/uprobe/type");
    const auto number = type ? number_at_begin(*type) : std::nullopt;
    if (!number)
        return failure("uprobes",
                       "not available: this kernel has no CONFIG_UPROBE_EVENTS, or /sys is not mounted",
                       "what has grown is shown by: nmtx malloc PID --owners");
    UprobeType found{static_cast<std::uint32_t>(*number), 1};
    // "config:0"
    constexpr std::string_view config = "config:";
    const auto format = read_system_file("/sys/bus/event_source/devices/uprobe/format/retprobe");
    if (format && format->starts_with(config)) {
        const auto bit = number_at_begin(std::string_view(*format).substr(config.size()));
        if (bit && *bit < 64) found.return_bit = std::uint64_t{1} << *bit;
    }
    return found;
}

PerfProbe PerfProbe::create(perf_event_attr& attributes, pid_t tid, const ProbeRecords& records, int& why) {
    attributes.size = sizeof attributes;
    attributes.disabled = 1;
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    if (records.every > 0) {
        attributes.sample_period = records.every;
        attributes.sample_type =
            PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_REGS_USER;
        attributes.sample_regs_user = recorded_registers;
        if (records.stack_bytes > 0) {
            attributes.sample_type |= PERF_SAMPLE_STACK_USER;
            attributes.sample_stack_user = records.stack_bytes;
        }
        attributes.use_clockid = 1;
        attributes.clockid = CLOCK_MONOTONIC;
    }
    PerfProbe probe;
    const long event =
        ::syscall(SYS_perf_event_open, &attributes, tid, -1, -1, static_cast<long>(PERF_FLAG_FD_CLOEXEC));
    why = event < 0 ? errno : 0;
    if (event < 0) return probe;
    probe.event_ = Descriptor(static_cast<int>(event));
    if (::ioctl(probe.descriptor(), PERF_EVENT_IOC_ID, &probe.id_) != 0) {
        why = errno;
        probe.event_.close();
    }
    return probe;
}

PerfProbe PerfProbe::insert(const UprobeType& type, const ProbePlace& place, pid_t tid,
                            const ProbeRecords& records, int& why) {
    // The kernel follows the link to the very file that is open.
    const std::string path = "/proc/self/fd/" + std::to_string(place.file);
    perf_event_attr attributes{};
    attributes.type = type.type;
    attributes.config = place.returns ? type.return_bit : 0;
    attributes.config1 = reinterpret_cast<std::uintptr_t>(path.c_str());
    attributes.config2 = place.offset;
    return create(attributes, tid, records, why);
}

PerfProbe PerfProbe::at_register(Address code, pid_t tid, const ProbeRecords& records, int& why) {
    perf_event_attr attributes{};
    attributes.type = PERF_TYPE_BREAKPOINT;
    attributes.bp_type = HW_BREAKPOINT_X;
    attributes.bp_addr = code.value;
    attributes.bp_len = sizeof(long);
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    return create(attributes, tid, records, why);
}

PerfProbe PerfProbe::of_mappings(pid_t tid, int& why) {
    perf_event_attr attributes{};
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_DUMMY;
    attributes.mmap_data = 1;
    attributes.mmap2 = 1;  // with protection
    return create(attributes, tid, {}, why);
}

bool PerfProbe::send_to(const PerfProbe& other) {
    return ::ioctl(descriptor(), PERF_EVENT_IOC_SET_OUTPUT, other.descriptor()) == 0;
}

bool PerfProbe::enable() {
    return ::ioctl(descriptor(), PERF_EVENT_IOC_ENABLE, 0) == 0;
}

bool PerfProbe::enable_for(std::uint32_t hits) {
    return ::ioctl(descriptor(), PERF_EVENT_IOC_REFRESH, hits) == 0;
}

void PerfProbe::disable() {
    ::ioctl(descriptor(), PERF_EVENT_IOC_DISABLE, 0);
}

std::array<std::uint64_t, 3> PerfProbe::counts() const {
    std::array<std::uint64_t, 3> counts{};
    const bool whole =
        ::read(descriptor(), counts.data(), sizeof counts) == static_cast<ssize_t>(sizeof counts);
    return whole ? counts : std::array<std::uint64_t, 3>{};
}

std::uint64_t PerfProbe::hits() const {
    return counts()[0];
}

std::uint64_t PerfProbe::running_ns() const {
    return counts()[2];
}

Error probe_refusal(int error) {
    Error refusal = file_error("uprobes", error);
    switch (error) {
        case EACCES:
        case EPERM:
            refusal.what =
                "not allowed: they need CAP_SYS_ADMIN (on some kernels from 5.8 on CAP_PERFMON is enough), at any "
                "kernel.perf_event_paranoid, and CAP_IPC_LOCK for their buffers";
            refusal.hint =
                "run it as root, in a container with --cap-add SYS_ADMIN; without: nmtx malloc PID --owners";
            break;
        case ENOSYS:
            refusal.what = "not available: this kernel has no perf events, or a seccomp filter forbids them";
            refusal.hint = "run it on the host, or without the container's seccomp profile";
            break;
        case ENOENT:
        case EOPNOTSUPP:
            refusal.what = "not available: this kernel has no CONFIG_UPROBE_EVENTS";
            refusal.hint = "what has grown is shown by: nmtx malloc PID --owners";
            break;
        case EMFILE:
        case ENFILE:
            refusal.hint = "raise the limit of open files: ulimit -n 4096";
            break;
        default:
            break;
    }
    return refusal;
}

}  // namespace nmtx
