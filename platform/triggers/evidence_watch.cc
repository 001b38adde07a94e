#include "platform/triggers/evidence_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/printable.h"
#include "platform/os/clock.h"
#include "platform/os/system_error.h"

namespace nmtx {
namespace {

constexpr std::uint64_t watch_ms = 1'000'000;
constexpr std::uint64_t longest_wait_ns = 1000 * watch_ms;
constexpr unsigned most_at_once = 8;  // processes of which evidence is taken
constexpr std::uint64_t to_finish_ns = 6000 * watch_ms, then_to_stop_ns = 1500 * watch_ms;

}  // namespace

Expected<std::unique_ptr<EvidenceWatch>> EvidenceWatch::begin(EvidenceOptions options) {
    auto directory = EvidenceStore::checked_directory(options.directory);
    if (!directory) return tl::make_unexpected(directory.error());
    options.directory = std::move(*directory);
    if (!options.program.empty()) {
        if (auto fine = HookedPrograms::check(options.program); !fine)
            return tl::make_unexpected(fine.error());
    }
    std::unique_ptr<EvidenceWatch> watch(new EvidenceWatch(std::move(options)));
    if (!watch->wake_) return failure({}, "cannot create an eventfd: " + errno_text(errno));
    return watch;
}

Expected<void> EvidenceWatch::check(const EvidenceOptions& options, std::uint64_t pid,
                                    std::uint64_t start_ticks) {
    const auto process = WatchedProcess::open(pid, start_ticks, options.conditions);
    if (!process) return tl::make_unexpected(process.error());
    if ((*process)->unwatched()) return tl::make_unexpected(*(*process)->unwatched());
    return {};
}

EvidenceWatch::EvidenceWatch(EvidenceOptions options)
    : options_(std::move(options)),
      taker_(options_.sampler, options_.directory, options_.most),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

EvidenceWatch::~EvidenceWatch() {
    finish();
}

void EvidenceWatch::wake() const {
    const std::uint64_t one = 1;
    if (::write(wake_.get(), &one, sizeof one) < 0) return;  // it is readable already
}

void EvidenceWatch::sampled(const Sample& sample, Capture capture) {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    news_.push_back({sample, std::make_shared<const Capture>(std::move(capture)), monotonic_ns()});
    try {
        if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
        news_.clear();  // the kernel refused a thread; tried again with the next sample
        return;
    }
    wake();
}

bool EvidenceWatch::finish() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake();
    if (thread_.joinable()) thread_.join();
    return !stuck_;
}

void EvidenceWatch::run() {
    work_ = std::make_unique<BackgroundWork>(most_at_once);
    // Once more at the end: a process may have ended at the same time.
    for (bool last = false; !last;) {
        last = ending_;
        wait();
        take_news();
        look_at_all();
    }
    // What has begun is finished; what takes too long ends with what it has.
    const std::uint64_t stop_at = monotonic_ns() + to_finish_ns;
    processes_.clear();
    while (under_way_ > 0 && monotonic_ns() < stop_at + then_to_stop_ns) {
        if (monotonic_ns() >= stop_at) stop_.request_stop();
        wait();
    }
    stuck_ = !work_->end(std::chrono::milliseconds(300));
    work_.reset();
}

void EvidenceWatch::wait() {
    waits_.clear();
    waits_.push_back({wake_.get(), POLLIN, 0});
    waits_.push_back({work_->descriptor(), POLLIN, 0});
    const std::uint64_t now = monotonic_ns();
    std::uint64_t until = now + (ending_ ? 100 * watch_ms : longest_wait_ns);
    for (const auto& [pid, process] : processes_) {
        process->append_waits(waits_);
        until = std::min(until, process->next_look_ns());
    }
    const std::uint64_t left = until > now ? (until - now + watch_ms - 1) / watch_ms : 0;
    static_cast<void>(::poll(waits_.data(), waits_.size(), static_cast<int>(left)));
    std::uint64_t count = 0;
    if (::read(wake_.get(), &count, sizeof count) < 0) count = 0;
    work_->look();
    for (const std::string& line : programs_.take_ended()) options_.say(line);
}

void EvidenceWatch::take_news() {
    std::deque<News> news;
    {
        const std::lock_guard lock(mutex_);
        news.swap(news_);
    }
    for (const News& one : news) {
        WatchedProcess* const process = watched(one.capture->header);
        if (process == nullptr) continue;
        process->last = {one.capture, one.taken_ns};
        act_on(*process, process->sampled(one.sample));
    }
}

// Null for one that has ended since.
WatchedProcess* EvidenceWatch::watched(const CaptureHeader& header) {
    const auto known = processes_.find(header.pid);
    if (known != processes_.end() && known->second->start_ticks() == header.start_ticks)
        return known->second.get();
    auto process = WatchedProcess::open(header.pid, header.start_ticks, options_.conditions);
    if (!process) return nullptr;
    if (const auto& why = (*process)->unwatched())
        options_.say(fmt::format("pid {}: 'usage' is not watched: {}", header.pid, to_string(*why)));
    auto& place = processes_[header.pid];
    place = std::move(*process);
    return place.get();
}

void EvidenceWatch::look_at_all() {
    for (auto at = processes_.begin(); at != processes_.end();) {
        WatchedProcess& process = *at->second;
        act_on(process, process.look(waits_));
        at = process.ended() ? processes_.erase(at) : std::next(at);
    }
}

void EvidenceWatch::act_on(const WatchedProcess& process, const std::vector<Fired>& fired) {
    for (const Fired& one : fired) {
        if (one.joined) {
            options_.say(fmt::format("pid {}: {}: the same incident, of which there is evidence",
                                     process.pid(), printable(one.why)));
            continue;
        }
        EvidenceRequest request{process.pid(), process.start_ticks(), one.condition->kind,
                                one.why,       monotonic_ns(),        process.last};
        ++under_way_;
        work_->submit(
            [this, request = std::move(request), stop = stop_.get_token()]() -> BackgroundWork::Done {
                auto evidence = taker_.take(request, stop);
                return [this, request, evidence = std::move(evidence)] { taken(request, evidence); };
            });
    }
}

void EvidenceWatch::taken(const EvidenceRequest& request, const TakenEvidence& evidence) {
    --under_way_;
    const auto known = processes_.find(request.pid);
    if (known != processes_.end() && known->second->start_ticks() == request.start_ticks)
        known->second->evidence_taken();
    options_.say(printable(evidence.line));
    if (options_.program.empty() || evidence.files.empty()) return;
    if (auto started = programs_.start(options_.program, evidence.files); !started)
        options_.say(to_string(started.error()));
}

}  // namespace nmtx
