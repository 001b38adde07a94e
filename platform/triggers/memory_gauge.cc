#include "platform/triggers/memory_gauge.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "kernel/containers/cgroup.h"
#include "platform/proc/cgroup_directory.h"
#include "platform/proc/target_root.h"

namespace nmtx {
namespace {

constexpr std::size_t most_levels = 16;
constexpr std::size_t most_file_bytes = std::size_t{1} << 20U;

// Names of the same file in version 1 and 2.
struct GaugeFile {
    const char* v1;
    const char* v2;
    [[nodiscard]] const char* in(int version) const { return version == 1 ? v1 : v2; }
};
constexpr GaugeFile usage_file{"memory.usage_in_bytes", "memory.current"};
constexpr GaugeFile limit_file{"memory.limit_in_bytes", "memory.max"};
constexpr GaugeFile stat_file{"memory.stat", "memory.stat"};
constexpr GaugeFile kills_file{"memory.oom_control", "memory.events"};

// The files as the document that kernel/containers/cgroup.h describes. Nothing where the first is missing.
std::optional<CgroupMemory> figures_in(const Descriptor& directory, int version,
                                       std::initializer_list<GaugeFile> files) {
    std::string text;
    for (const GaugeFile& file : files) {
        const char* const name = file.in(version);
        const auto content = read_in(directory, name, name, most_file_bytes, FileSystem::cgroup);
        if (!content) return std::nullopt;
        text += fmt::format("== {}\n{}\n", name, *content);
    }
    const auto figures = parse_cgroup_memory(text);
    return figures ? std::optional(*figures) : std::nullopt;
}

Bytes share_of(Bytes limit, double percent) {
    return Bytes(static_cast<std::uint64_t>(static_cast<double>(limit.value()) * percent / 100));
}

// For writing, if it is the kernel's own file in that directory and nothing that was mounted over it.
Descriptor open_to_tell(const Descriptor& directory, const char* name, int flags) {
    const Descriptor found = find_in(directory, name);
    struct stat of_file{};
    struct stat of_directory{};
    if (!found || !on_cgroup_file_system(found) || ::fstat(found.get(), &of_file) != 0 ||
        ::fstat(directory.get(), &of_directory) != 0 || !S_ISREG(of_file.st_mode) ||
        of_file.st_dev != of_directory.st_dev)
        return {};
    return Descriptor(::open(path_of(found).c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

bool tell(const Descriptor& file, const std::string& text) {
    return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

Expected<MemoryGauge> MemoryGauge::open(const ProcessFiles& process, double percent) {
    const auto cgroup = process.read("cgroup");
    if (!cgroup) return tl::make_unexpected(cgroup.error());
    const auto path = charging_cgroup(process, *cgroup, "memory");
    if (!path) return tl::make_unexpected(path.error());
    auto directory = open_cgroup(process, *path);
    if (!directory) return tl::make_unexpected(directory.error());
    MemoryGauge gauge(path->version, percent);
    Descriptor next = std::move(*directory);
    while (next && gauge.levels_.size() < most_levels) {
        // The root of version 2 has none of the files.
        if (!figures_in(next, path->version, {usage_file, limit_file})) break;
        Descriptor above = directory_above(next);
        gauge.levels_.push_back(std::move(next));
        next = std::move(above);
    }
    if (!gauge.read(percent))
        return failure("pid " + std::to_string(process.pid()), "its container has no memory limit",
                       "use RSS instead: --when 'rss SIZE'");
    if (path->version == 1) {
        gauge.ask_for_threshold();
    } else {
        gauge.ask_for_events();
        gauge.ask_for_pressure();
    }
    return gauge;
}

// memory.stat may be slow to read, so only where it can matter.
std::optional<GaugeReading> MemoryGauge::read_level(const Descriptor& directory, double percent) const {
    const auto figures = figures_in(directory, version_, {usage_file, limit_file});
    if (!figures || !figures->current || !figures->limit || figures->limit->value() == 0) return std::nullopt;
    GaugeReading reading{*figures->current, *figures->limit, {}, true};
    if (reading.used >= share_of(reading.limit, percent_)) {
        reading.charged_below = false;
        if (const auto stat = figures_in(directory, version_, {stat_file}))
            reading.used = minus_or_zero(reading.used, stat->inactive_file.value_or(Bytes()));
    }
    reading.headroom = minus_or_zero(share_of(reading.limit, percent), reading.used);
    return reading;
}

std::optional<GaugeReading> MemoryGauge::read(double percent) const {
    std::optional<GaugeReading> all;
    const auto fullness = [](const GaugeReading& one) {
        return static_cast<double>(one.used.value()) / static_cast<double>(one.limit.value());
    };
    for (const Descriptor& level : levels_) {
        const auto one = read_level(level, percent);
        if (!one) continue;
        if (!all) all = one;
        all->headroom = std::min(all->headroom, one->headroom);
        all->charged_below = all->charged_below && one->charged_below;
        if (fullness(*one) <= fullness(*all)) continue;
        all->used = one->used;
        all->limit = one->limit;
    }
    return all;
}

std::optional<std::uint64_t> MemoryGauge::oom_kills() const {
    if (levels_.empty()) return std::nullopt;
    const auto figures = figures_in(levels_.front(), version_, {kills_file});
    return figures ? figures->oom_kills : std::nullopt;
}

// "EVENTFD USAGE_FD BYTES" to cgroup.event_control: Linux Documentation/admin-guide/cgroup-v1/memory.rst, 9.
// It takes the right to write there; closing the eventfd takes it back.
void MemoryGauge::ask_for_threshold() {
    Descriptor event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event) return;
    bool all = true;
    for (const Descriptor& level : levels_) {
        const auto figures = figures_in(level, version_, {limit_file});
        if (!figures || !figures->limit) continue;
        const std::uint64_t mark = share_of(*figures->limit, percent_).value();
        const Descriptor usage = open_regular(find_in(level, usage_file.v1), FileSystem::cgroup);
        const Descriptor control = open_to_tell(level, "cgroup.event_control", O_WRONLY);
        all = usage && tell(control, fmt::format("{} {} {}", event.get(), usage.get(), mark)) && all;
    }
    if (all) threshold_ = std::move(event);
}

// The counters in memory.events rise when a limit is met and when a process is killed.
void MemoryGauge::ask_for_events() {
    Descriptor events(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!events) return;
    bool any = false;
    for (const Descriptor& level : levels_) {
        const Descriptor found = find_in(level, kills_file.v2);
        any = (found && ::inotify_add_watch(events.get(), path_of(found).c_str(), IN_MODIFY) >= 0) || any;
    }
    if (any) events_ = std::move(events);
}

// The kernel reports when tasks of the cgroup have waited for memory for 200 ms of two seconds. Other windows
// than multiples of two seconds need CAP_SYS_RESOURCE: Linux Documentation/accounting/psi.rst.
void MemoryGauge::ask_for_pressure() {
    if (levels_.empty()) return;
    Descriptor pressure = open_to_tell(levels_.front(), "memory.pressure", O_RDWR);
    if (tell(pressure, std::string("some 200000 2000000") + '\0')) pressure_ = std::move(pressure);
}

void MemoryGauge::append_waits(std::vector<pollfd>& waits) const {
    if (threshold_) waits.push_back({threshold_.get(), POLLIN, 0});
    if (events_) waits.push_back({events_.get(), POLLIN, 0});
    if (pressure_) waits.push_back({pressure_.get(), POLLPRI, 0});
}

void MemoryGauge::take_news(const std::vector<pollfd>& waits, std::size_t first) {
    std::array<char, 4096> room{};
    for (Descriptor* one : {&threshold_, &events_, &pressure_}) {
        if (!*one) continue;
        const short came = first < waits.size() ? waits[first++].revents : short{0};
        if ((came & (POLLERR | POLLNVAL | POLLHUP)) != 0 && one == &pressure_) {
            one->close();
        } else if (came != 0 && one != &pressure_) {
            while (::read(one->get(), room.data(), room.size()) > 0) {
            }
        }
    }
}

}  // namespace nmtx
