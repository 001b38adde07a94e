// Are two snapshots of one process? Pids are reused, a start time counts from a boot, and exec keeps both.
#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "base/cursor.h"
#include "base/paths.h"
#include "base/printable.h"
#include "change/diff_parts.h"

namespace nmtx {
namespace {

constexpr double clock_slack_s = 60;  // the clock may be set between two snapshots

// As the process itself sees it: the innermost of its pid namespaces.
std::uint64_t own_pid(const ProcessView& view) {
    return view.status && !view.status->nspid.empty() ? view.status->nspid.back() : view.header.pid;
}

// The file may have been replaced on disk meanwhile.
std::string_view program_of(std::string_view exe) {
    return without_deleted_mark(exe);
}

std::optional<double> started_at(const ProcessView& view) {
    const auto taken = seconds_of_utc(view.header.taken_at);
    if (!taken) return std::nullopt;
    return static_cast<double>(*taken) - view.header.target_uptime_s;
}

bool of_one_boot(const ProcessView& a, const ProcessView& b) {
    if (!a.header.boot_id.empty() && !b.header.boot_id.empty()) return a.header.boot_id == b.header.boot_id;
    const auto first = started_at(a), second = started_at(b);
    return !first || !second || std::abs(*first - *second) < clock_slack_s;
}

}  // namespace

std::optional<std::int64_t> seconds_of_utc(std::string_view text) {
    Cursor cursor(text);
    const auto part = [&](std::string_view stop, std::uint64_t most) -> std::optional<std::uint64_t> {
        const auto number = cursor.decimal();
        return number && *number <= most && cursor.take(stop) ? number : std::nullopt;
    };
    const auto year = part("-", 9999), month = part("-", 12), day = part("T", 31);
    const auto hour = part(":", 23), minute = part(":", 59), second = part("Z", 60);
    if (!year || !month || !day || !hour || !minute || !second || !cursor.at_end()) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    return ((days * 24 + static_cast<std::int64_t>(*hour)) * 60 + static_cast<std::int64_t>(*minute)) * 60 +
           static_cast<std::int64_t>(*second);
}

std::optional<double> seconds_between(const ProcessView& before, const ProcessView& after,
                                      bool same_process) {
    if (same_process) return after.header.target_uptime_s - before.header.target_uptime_s;
    const auto first = seconds_of_utc(before.header.taken_at), second = seconds_of_utc(after.header.taken_at);
    if (!first || !second) return std::nullopt;
    return static_cast<double>(*second - *first);
}

std::vector<std::string> differences_of_processes(const ProcessView& before, const ProcessView& after) {
    std::vector<std::string> differences;
    if (own_pid(before) != own_pid(after))
        differences.push_back(fmt::format("pid {} and pid {}", own_pid(before), own_pid(after)));
    if (!of_one_boot(before, after)) {
        differences.emplace_back("from different boots");
    } else if (before.header.start_ticks != after.header.start_ticks) {
        differences.emplace_back("started at different times");
    }
    if (program_of(before.exe) != program_of(after.exe) && !before.exe.empty() && !after.exe.empty())
        differences.push_back(fmt::format("running {} and {}", printable(before.exe), printable(after.exe)));
    return differences;
}

}  // namespace nmtx
