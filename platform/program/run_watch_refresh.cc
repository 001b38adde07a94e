#include "platform/program/run_watch_refresh.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <exception>
#include <utility>

#include "account/account.h"
#include "base/lines.h"
#include "findings/judgement/judgement.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/os/clock.h"
#include "platform/proc/memory_left.h"
#include "platform/program/run.h"
#include "report/threads/threads_report.h"
#include "threads/thread_table.h"

namespace nmtx {
namespace {

// Why the JVM did not answer.
std::string silence_of(const ProcessView& view) {
    for (const MissingDocument& missing : view.missing) {
        if (missing.what != document::attach) continue;
        const std::string pid = fmt::format("pid {}: ", view.header.pid);
        const std::string why = missing.why.starts_with(pid) ? missing.why.substr(pid.size()) : missing.why;
        return why.starts_with("the ") ? why : "the JVM " + why;
    }
    return "the JVM did not say which version it is";
}

}  // namespace

WatchFigures with_changes(const Watched& watched) {
    WatchFigures figures = watched.figures;
    if (!watched.all.empty()) figures.all = watched.all.change();
    if (!watched.walked.empty()) figures.walked = watched.walked.change();
    return figures;
}

WatchRefresher::WatchRefresher(const Command& command)
    : command_(command), ready_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    watched_.figures.pid = command.target.pid;
    watched_.figures.every = command.every;
    watched_.figures.walks = command.malloc.malloc_walk;
    if (command.walk_always) watched_.all = WatchedMoments(true);
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

WatchRefresher::~WatchRefresher() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void WatchRefresher::ask(const WatchJob& job) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(job);
    }
    wake_.notify_one();
}

std::optional<WatchAnswer> WatchRefresher::next_answer() {
    std::uint64_t count = 0;
    // Whatever is read, the queue below is what counts.
    if (::read(ready_.get(), &count, sizeof count) < 0) count = 0;
    const std::lock_guard lock(mutex_);
    if (answers_.empty()) return std::nullopt;
    WatchAnswer answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
}

void WatchRefresher::work(const std::stop_token& stop) {
    while (true) {
        WatchJob job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, stop, [&] { return !jobs_.empty(); });
            // What waits in the queue is given up as well.
            if (stop.stop_requested()) return;
            job = jobs_.front();
            jobs_.pop_front();
        }
        WatchAnswer answered = answer(job, stop);
        {
            const std::lock_guard lock(mutex_);
            answers_.push_back(std::move(answered));
        }
        const std::uint64_t one = 1;
        if (::write(ready_.get(), &one, sizeof one) < 0) return;
    }
}

// Nothing may leave this thread but by its answer.
WatchAnswer WatchRefresher::answer(const WatchJob& job, const std::stop_token& stop) {
    WatchAnswer answer;
    answer.action = job.action;
    try {
        const auto done = job.action == WatchAction::capture   ? capture(stop, answer)
                          : job.action == WatchAction::threads ? threads(job, stop, answer)
                                                               : refresh(job, stop, answer);
        if (!done) answer.error = done.error();
    } catch (const std::exception& exception) {
        answer.error = Error{"", exception.what(), ""};
    }
    return answer;
}

Expected<Capture> WatchRefresher::collect_now(CapturePlan& plan, const std::stop_token& stop,
                                              bool threads) const {
    auto options = collect_options(command_, command_.target.pid);
    if (!options) return tl::make_unexpected(options.error());
    options->show_progress = false;
    options->stop = stop;
    if (threads) options->thread_interval = command_.threads.interval;
    const double before = own_cpu_ms();
    auto capture = collect(*options, plan);
    if (capture) capture->header.cost.cpu_ms -= before;
    return capture;
}

Expected<void> WatchRefresher::refresh(const WatchJob& job, const std::stop_token& stop,
                                       WatchAnswer& answer) {
    MallocOptions malloc = command_.malloc;
    malloc.malloc_walk = job.walk;
    ReconciliationPlan plan({command_.effort, command_.nmt}, malloc);
    auto capture = collect_now(plan, stop, false);
    if (!capture) return tl::make_unexpected(capture.error());
    auto kept = std::make_shared<KeptMoment>();
    kept->capture = std::move(*capture);
    if (auto finished = plan.finish(kept->capture); !finished) return finished;
    kept->view = plan.view();
    if (auto reconciled = reconcile_moment(*kept, !command_.walk_always); !reconciled) return reconciled;
    if (auto taken = take_over(kept, job.anew); !taken) return taken;
    WatchFigures& figures = watched_.figures;
    figures.jvm_ms = kept->view.header.cost.attach_ms;
    ++figures.refreshes;
    const double cpu_ms = own_cpu_ms();
    figures.nmtx_ms = cpu_ms - std::exchange(cpu_ms_, cpu_ms);
    answer.watched = watched_;
    return {};
}

// A JVM that is too busy to answer, or stopped, leaves rows that nothing can be compared with.
Expected<void> WatchRefresher::take_over(const std::shared_ptr<const KeptMoment>& kept, bool anew) {
    watched_.figures.alert.clear();
    if (anew) {
        watched_.all.begin_anew();
        watched_.walked.begin_anew();
        watched_.figures.rss.clear();
    }
    take_course(*kept);
    const bool answered = jvm_answered(kept->view);
    if (!watched_.all.empty()) {
        const bool did_before = jvm_answered(watched_.all.start()->view);
        if (did_before && !answered) {
            watched_.figures.alert = fmt::format("RSS is {} MiB now, the rows are older: {}",
                                                 in_mib(kept->ledger.rss), silence_of(kept->view));
            return {};
        }
        if (!did_before && answered) {
            watched_.all.begin_anew();
            watched_.walked.begin_anew();
        }
    }
    if (auto added = watched_.all.add(kept); !added) return added;
    const Judgement judged = account_of(kept->moment()).judged;
    watched_.figures.verdict =
        WatchVerdict{judged.assessment.verdict, judged.findings.empty() ? "" : judged.findings.front().title};
    const auto host_left = memory_left();
    watched_.figures.limit = limit_of(watched_.all.start()->moment(), kept->moment(),
                                      host_left ? std::optional(*host_left) : std::nullopt);
    if (kept->view.walk() == nullptr) return {};
    return watched_.walked.add(kept);
}

// The kernel says what RSS is, whether the JVM answers or not.
void WatchRefresher::take_course(const KeptMoment& kept) {
    std::vector<Point>& course = watched_.figures.rss;
    const double at = kept.view.header.target_uptime_s;
    if (course.empty() || at > course.back().at) add_to_course(course, at, kept.ledger.rss);
}

Expected<void> WatchRefresher::capture(const std::stop_token& stop, WatchAnswer& answer) {
    ReconciliationPlan plan({Effort::standard, command_.nmt}, command_.malloc);
    auto capture = collect_now(plan, stop, false);
    if (!capture) return tl::make_unexpected(capture.error());
    capture->header.effort = Effort::standard;
    answer.captured = std::make_shared<const Capture>(std::move(*capture));
    return {};
}

Expected<void> WatchRefresher::threads(const WatchJob& job, const std::stop_token& stop,
                                       WatchAnswer& answer) {
    MallocOptions no_walk;
    no_walk.malloc_walk = false;
    ReconciliationPlan plan({command_.effort, command_.nmt}, no_walk, true, thread_questions(command_));
    const auto capture = collect_now(plan, stop, true);
    if (!capture) return tl::make_unexpected(capture.error());
    if (auto finished = plan.finish(*capture); !finished) return finished;
    const auto account = account_of(plan.view(), {nullptr, {}, false});
    if (!account) return tl::make_unexpected(account.error());
    if (!account->threads) return failure("", "the threads could not be read");
    const std::string text = threads_report(plan.view(), *account->threads, command_.threads, {}, job.style);
    answer.text.title = "nmtx threads: " + plan.view().header.taken_at;
    for (Lines lines(text); lines.next();) answer.text.lines.emplace_back(lines.line());
    return {};
}

}  // namespace nmtx
