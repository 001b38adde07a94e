#include "platform/triggers/watched_process.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "kernel/status.h"
#include "platform/os/clock.h"
#include "platform/os/page_size.h"

namespace nmtx {
namespace {

constexpr std::uint64_t ns_in_ms = 1'000'000;
constexpr std::uint64_t longest_pause_ns = 1000 * ns_in_ms;
// A shutdown that is over sooner is not seen.
constexpr std::uint64_t between_task_lists_ns = 250 * ns_in_ms;
// Between its start and this, a thread has the name of the one that made it.
constexpr int looks_until_named = 3;
// HotSpot's Terminator runs the shutdown hooks in a thread of this name (java.lang.Terminator,
// jdk.internal.misc. Signal), which the kernel knows by its first 15 characters, and that is all of them.
constexpr std::string_view shutdown_thread = "SIGTERM handler";

std::int64_t now_ms() {
    return static_cast<std::int64_t>(monotonic_ns() / ns_in_ms);
}

void append(std::vector<Fired>& all, std::vector<Fired> more) {
    for (Fired& one : more) all.push_back(std::move(one));
}

std::optional<Bytes> resident_of(const ProcessFiles& process) {
    const auto text = process.read("statm");
    if (!text) return std::nullopt;
    const auto statm = parse_statm(*text);
    if (!statm) return std::nullopt;
    return Bytes(statm->resident_pages * page_size());
}

}  // namespace

Expected<std::unique_ptr<WatchedProcess>> WatchedProcess::open(std::uint64_t pid, std::uint64_t start_ticks,
                                                               const std::vector<Condition>& conditions) {
    auto files = ProcessFiles::open_again(pid, start_ticks);
    if (!files) return tl::make_unexpected(files.error());
    Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0U)));
    // It was the same before and is now: so the pidfd is of no other process.
    if (process && !files->still_same()) return failure("pid " + std::to_string(pid), "the process ended");
    std::unique_ptr<WatchedProcess> watched(new WatchedProcess(std::move(*files), conditions));
    watched->process_ = std::move(process);
    // Where no condition asks for it, it still says how the process ended.
    const auto percent = watched->triggers_.least_percent();
    auto gauge = MemoryGauge::open(watched->files_, percent.value_or(100));
    if (gauge) {
        watched->gauge_ = std::move(*gauge);
        watched->kills_ = KillCount(watched->gauge_->oom_kills());
    } else if (percent) {
        watched->unwatched_ = gauge.error();
    }
    return watched;
}

void WatchedProcess::append_waits(std::vector<pollfd>& waits) {
    first_wait_ = waits.size();
    if (process_) waits.push_back({process_.get(), POLLIN, 0});
    if (waits_for_gauge()) gauge_->append_waits(waits);
    waits_ = waits.size() - first_wait_;
}

std::vector<Fired> WatchedProcess::look(const std::vector<pollfd>& waits) {
    std::vector<Fired> fired;
    const auto begin = waits.begin() + static_cast<std::ptrdiff_t>(first_wait_);
    const bool news = std::any_of(begin, begin + static_cast<std::ptrdiff_t>(waits_),
                                  [](const pollfd& one) { return one.revents != 0; });
    const std::uint64_t now = monotonic_ns();
    if (ended_ || (!news && now < next_look_ns_)) return fired;
    // Before it was waited for the first time, there can be no news.
    if (waits_for_gauge() && waits_ > 0) gauge_->take_news(waits, first_wait_ + (process_ ? 1 : 0));
    // In version 2 a kill is news, and its counter may be gone by the time that the process is.
    if (news && gauge_) kills_.look(gauge_->oom_kills());
    next_look_ns_ = now + longest_pause_ns;
    const bool gone = process_ && waits_ > 0 && begin->revents != 0;
    if (!gone) {
        look_at_usage(fired);
        look_at_rss(fired);
        look_for_shutdown(fired);
    }
    if (gone || (!process_ && !files_.still_same())) look_for_end(fired);
    return fired;
}

void WatchedProcess::look_at_usage(std::vector<Fired>& fired) {
    if (!gauge_ || !triggers_.least_percent()) return;
    // Where all have been met, it only matters when they are armed again.
    const auto next = triggers_.least_percent(Which::armed);
    const auto reading = gauge_->read(next.value_or(100));
    if (!reading) return;
    append(fired, triggers_.usage(reading->used, reading->limit, now_ms()));
    if (next && !(gauge_->is_announced() && reading->charged_below)) look_again_after(reading->headroom);
}

void WatchedProcess::look_at_rss(std::vector<Fired>& fired) {
    if (!triggers_.has(ConditionKind::rss)) return;
    const auto resident = resident_of(files_);
    if (!resident) return;
    append(fired, triggers_.rss(*resident, now_ms()));
    if (const auto next = triggers_.least_rss(Which::armed))
        look_again_after(minus_or_zero(*next, *resident));
}

void WatchedProcess::look_again_after(Bytes headroom) {
    const auto pause = static_cast<std::uint64_t>(pause_before_look_ms(headroom)) * ns_in_ms;
    next_look_ns_ = std::min(next_look_ns_, monotonic_ns() + pause);
}

void WatchedProcess::look_for_shutdown(std::vector<Fired>& fired) {
    if (!triggers_.has(ConditionKind::terminated)) return;
    next_look_ns_ = std::min(next_look_ns_, monotonic_ns() + between_task_lists_ns);
    const auto tasks = files_.list("task");
    if (!tasks) return;
    std::map<std::string, int> known;
    for (const std::string& task : *tasks) {
        const auto before = tasks_.find(task);
        const int looks = before == tasks_.end() ? 0 : before->second;
        known.emplace(task, std::min(looks + 1, looks_until_named));
        if (looks >= looks_until_named) continue;
        const auto name = files_.read("task/" + task + "/comm", 64);
        if (name && name->substr(0, name->find('\n')) == shutdown_thread)
            append(fired, triggers_.terminated(now_ms()));
    }
    tasks_ = std::move(known);
}

bool WatchedProcess::waits_for_gauge() const {
    return gauge_ && (triggers_.least_percent() || triggers_.has(ConditionKind::ended));
}

void WatchedProcess::look_for_end(std::vector<Fired>& fired) {
    ended_ = true;
    // The kernel has counted the kill by the time that the process is gone.
    if (gauge_) kills_.look(gauge_->oom_kills());
    append(fired, triggers_.ended(kills_.how_it_ended(), now_ms()));
}

void WatchedProcess::evidence_taken() {
    triggers_.evidence_taken(now_ms());
}

std::vector<Fired> WatchedProcess::sampled(const Sample& sample) {
    return triggers_.sampled([&](std::string_view owner) { return resident_below(sample, owner); },
                             sample.depth == Depth::full ? SampleDepth::full : SampleDepth::light, now_ms());
}

}  // namespace nmtx
