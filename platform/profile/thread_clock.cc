#include "platform/profile/thread_clock.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "base/cursor.h"
#include "kernel/status.h"
#include "kernel/tasks.h"

namespace nmtx {
namespace {

constexpr std::uint64_t tick_ns = 10'000'000;  // USER_HZ is 100 on every architecture that HotSpot runs on

std::optional<ThreadClock> clock_of_schedstat(std::string_view text) {
    Cursor cursor(text);
    const auto run = cursor.decimal();
    cursor.skip_blanks();
    const auto wait = run ? cursor.decimal() : std::nullopt;
    cursor.skip_blanks();
    const auto slices = wait ? cursor.decimal() : std::nullopt;
    if (!slices) return std::nullopt;
    return ThreadClock{*run, *wait, slices};
}

std::uint64_t id_in_own_namespace(const ProcessFiles& process, const std::string& status_file, pid_t tid) {
    const auto text = process.read(status_file);
    const auto status = text ? parse_status(*text) : tl::make_unexpected(text.error());
    return status && !status->nspid.empty() ? status->nspid.back() : static_cast<std::uint64_t>(tid);
}

}  // namespace

KnownThread::KnownThread(const ProcessFiles& process, pid_t tid, bool hold_open)
    : process_(&process), tid_(tid), own_id_(id_in_own_namespace(process, file("status"), tid)) {
    if (hold_open) {
        if (auto opened = process.open_file(file("schedstat"), O_RDONLY)) schedstat_ = std::move(*opened);
    }
    read_state();
}

std::string KnownThread::file(const char* name) const {
    return "task/" + std::to_string(tid_) + "/" + name;
}

std::optional<ThreadClock> KnownThread::clock() const {
    std::array<char, 128> buffer{};
    if (schedstat_) {
        const ssize_t got = ::pread(schedstat_.get(), buffer.data(), buffer.size(), 0);
        if (got < 0) return std::nullopt;
        const auto clock = clock_of_schedstat(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
        if (clock && (*clock->slices > 0 || clock->run_ns > 0)) return clock;
    } else if (const auto text = process_->read(file("schedstat"))) {
        if (const auto clock = clock_of_schedstat(*text)) return clock;
    }
    const auto text = process_->read(file("stat"));
    const auto task = text ? parse_task_stat(*text) : tl::make_unexpected(text.error());
    if (!task) return std::nullopt;
    return ThreadClock{(task->user_ticks + task->system_ticks) * tick_ns, 0, std::nullopt};
}

std::optional<std::string> KnownThread::read_file(const Descriptor& held, const char* name) const {
    if (!held) {
        auto text = process_->read(file(name));
        return text ? std::optional(std::move(*text)) : std::nullopt;
    }
    std::array<char, 4096> buffer;
    const ssize_t got = ::pread(held.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return std::nullopt;
    return std::string(buffer.data(), static_cast<std::size_t>(got));
}

void KnownThread::hold_more() {
    for (const auto& [held, name] : {std::pair{&stat_, "stat"}, {&sched_, "sched"}}) {
        if (auto opened = process_->open_file(file(name), O_RDONLY)) *held = std::move(*opened);
    }
}

ThreadState KnownThread::read_state() {
    const auto text = read_file(stat_, "stat");
    const auto task = text ? parse_task_stat(*text) : tl::make_unexpected(Error{});
    if (!task) return {};
    name_ = task->comm;
    return {task->state, processor_in_stat(*text)};
}

std::optional<TaskSwitches> KnownThread::switches() const {
    const auto text = read_file(sched_, "sched");
    return text ? parse_task_switches(*text) : std::nullopt;
}

// "202 0x7f81 … 0x7f8141bff8d0 0x7f81420c5f3b", "-1 SP PC" outside of a call, "running".
std::optional<BlockedAt> KnownThread::blocked_at() const {
    const auto text = process_->read(file("syscall"));
    if (!text || text->starts_with("running")) return std::nullopt;
    std::string_view line(*text);
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.remove_suffix(1);
    std::array<std::uint64_t, 2> last{};
    for (std::uint64_t& number : last) {
        const std::size_t at = line.rfind(' ');
        if (at == std::string_view::npos || line.substr(at + 1, 2) != "0x") return std::nullopt;
        const std::string_view digits = line.substr(at + 3);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
        if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
        line = line.substr(0, at);
    }
    return BlockedAt{last[1], last[0]};
}

Expected<std::vector<pid_t>> thread_ids(const ProcessFiles& process) {
    const auto names = process.list("task");
    if (!names) return tl::make_unexpected(names.error());
    std::vector<pid_t> ids;
    ids.reserve(names->size());
    for (const std::string& name : *names) {
        pid_t tid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), tid);
        if (error == std::errc{} && end == name.data() + name.size()) ids.push_back(tid);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

}  // namespace nmtx
