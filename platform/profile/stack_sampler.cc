#include "platform/profile/stack_sampler.h"

#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <random>

#include "platform/os/clock.h"
#include "platform/os/signal_queue.h"
#include "platform/os/urgency.h"
#include "platform/profile/sampled_threads.h"
#include "platform/profile/stack_batches.h"
#include "platform/profile/thread_stops.h"
#include "platform/profile/tick_plan.h"

namespace nmtx {
namespace {

constexpr std::uint64_t ns_a_second = 1'000'000'000;
constexpr std::uint64_t room_to_sum_up_ns = 10'000'000;     // to the next tick
constexpr std::uint64_t longest_unsummed_ns = 500'000'000;  // else it is done whatever comes
// A tick that began so soon after its time did so because the kernel woke us for it.
constexpr std::uint64_t prompt_ns = 1'000'000;
constexpr std::uint64_t wake_up_margin_ns = 20'000;
constexpr std::uint64_t time_for_last_stops_ns = ns_a_second;

double ms_of(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

double cpu_ms_with_children() {
    return own_cpu_ms() + children_cpu_ms();
}

std::uint64_t largest_rss() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

class StackSampler {
  public:
    StackSampler(const ProcessFiles& process, const SamplingOptions& options, ProfileBuilder& builder,
                 StackBatches& batches)
        : process_(process),
          options_(options),
          builder_(builder),
          batches_(batches),
          threads_(process, batches, builder, options.mode, options.match),
          stops_(process, "this command"),
          period_(static_cast<std::uint64_t>(std::llround(1e9 / options.hz))),
          cpu_before_ms_(cpu_ms_with_children()) {}

    Expected<Profile> run() {
        // The kernel sends no SIGCHLD to one who ignores it, as our parent may have made us.
        ::signal(SIGCHLD, SIG_DFL);
        const SignalQueue signals({SIGCHLD, SIGINT, SIGTERM, SIGHUP});
        begin_ = shown_ = monotonic_ns();
        if (auto listed = threads_.update(begin_); !listed) return tl::make_unexpected(listed.error());
        run_.started_at = utc_now();
        run_.started_unix_ms = wall_ms();
        const double seconds = static_cast<double>(options_.length.count()) / 1000;
        const auto ticks = static_cast<std::uint64_t>(std::max(1.0, std::round(seconds * options_.hz)));
        TickPlan plan(begin_, period_, ticks, std::random_device{}());
        while (!over_) {
            wait(signals, plan);
            take_stopped();
            if (monotonic_ns() >= plan.next() && !plan.over()) {
                if (auto ticked = tick(plan); !ticked) return tl::make_unexpected(ticked.error());
            }
            unwind(plan);
            show_progress();
            over_ = over_ || (plan.over() && monotonic_ns() >= plan.end());
        }
        finish(signals);
        return profile();
    }

  private:
    // Until the next tick, a stop, a signal, or news of the child.
    void wait(const SignalQueue& signals, const TickPlan& plan) {
        if (!urgency_) urgency_.emplace();
        const std::uint64_t now = slept_ = monotonic_ns();
        const std::uint64_t until = plan.over() ? plan.end() : plan.next();
        const std::uint64_t left = until > now ? until - now : 0;
        const timespec time{static_cast<time_t>(left / ns_a_second), static_cast<long>(left % ns_a_second)};
        std::array<pollfd, 2> wanted{
            {{signals.descriptor(), POLLIN, 0}, {child_is_done_ ? -1 : batches_.descriptor(), POLLIN, 0}}};
        ::ppoll(wanted.data(), wanted.size(), &time, nullptr);
        for (int signal = signals.next(); signal != 0; signal = signals.next()) {
            if (signal == SIGCHLD) continue;
            run_.interrupted = over_ = true;
        }
    }

    void take_stopped() {
        if (stops_.waiting() == 0) return;
        stops_.take([this](pid_t tid, const user_regs_struct& registers) { return look(tid, registers); },
                    [this](pid_t tid) { keep(tid); });
    }

    // A thread that waits for a processor stands where it lost one, which is not where it spends CPU time.
    bool look(pid_t tid, const user_regs_struct& registers) {
        const SampledThread* const thread = threads_.find(tid);
        if (thread == nullptr) return false;
        if (options_.mode == ProfileMode::cpu && !threads_.had_processor(*thread, woken_, slept_)) {
            ++run_.waiting;
            return false;
        }
        batches_.copy(tid, registers);
        return true;
    }

    void keep(pid_t tid) {
        SampledThread* const thread = threads_.find(tid);
        if (thread == nullptr) return;
        const std::uint32_t index = builder_.thread(static_cast<std::uint64_t>(tid), thread->thread.name());
        auto sample = batches_.keep(thread->thread.own_id(), index, thread->weight_ns);
        ++samples_;
        if (options_.mode == ProfileMode::cpu) return;
        thread->last = std::move(sample);
        thread->last_at = {batches_.last_sp(), batches_.last_pc()};
        thread->last_bytes = batches_.last_stack_bytes();
        thread->last_hash = batches_.last_hash();
    }

    Expected<void> tick(TickPlan& plan) {
        const std::uint64_t now = monotonic_ns();
        const std::uint64_t plan_time = plan.next(), delay = now - plan_time;
        run_.missed += plan.advance(now);
        if (batches_.full()) {
            ++run_.missed;
            return {};
        }
        if (!threads_.update(now)) {
            run_.process_ended = over_ = true;
            return {};
        }
        ++run_.ticks;
        woken_ = delay < prompt_ns ? plan_time - wake_up_margin_ns : 0;
        if (delay > period_ / 10) ++run_.late;
        run_.latest_ms = std::max(run_.latest_ms, static_cast<double>(delay) / 1e6);
        for (SampledThread* const thread : threads_.tick(period_)) {
            const auto asked = stops_.ask(thread->thread.tid());
            if (!asked && stops_.stops() == 0 && stops_.waiting() == 0) return refused(asked.error());
            if (!asked || !*asked) ++run_.no_stop;
        }
        take_stopped();
        return {};
    }

    static Expected<void> refused(Error error) {
        const std::size_t at = error.hint.find("run it without");
        if (at == 0) error.hint = "see what is allowed here: nmtx doctor";
        if (at != std::string::npos && at > 0) {
            const std::size_t comma = error.hint.rfind(',', at);
            error.hint.resize(comma == std::string::npos ? at : comma);
        }
        return tl::make_unexpected(std::move(error));
    }

    // As an ordinary process: threads of the target do not wait for this, and it must not keep them waiting.
    void unwind(const TickPlan& plan) {
        const std::uint64_t now = monotonic_ns();
        if (!child_is_done_ && batches_.descriptor() >= 0 && batches_.take_some()) {
            child_is_done_ = true;
            done_since_ = now;
        }
        if (stops_.waiting() > 0) return;
        const bool room = plan.over() || plan.next() > now + room_to_sum_up_ns;
        if (child_is_done_ && (room || now - done_since_ > longest_unsummed_ns)) {
            urgency_.reset();
            batches_.finish_batch();
            child_is_done_ = false;
        } else if (batches_.due(now) && room) {
            urgency_.reset();
            batches_.begin_unwinding();
        }
    }

    void show_progress() {
        const std::uint64_t now = monotonic_ns();
        if (!options_.progress || now - shown_ < ns_a_second) return;
        shown_ = now;
        options_.progress(static_cast<double>(now - begin_) / 1e9, samples_ + threads_.unchanged());
    }

    void finish(const SignalQueue& signals) {
        run_.seconds = static_cast<double>(monotonic_ns() - begin_) / 1e9;
        threads_.finish();
        const std::uint64_t deadline = monotonic_ns() + time_for_last_stops_ns;
        while (stops_.waiting() > 0 && monotonic_ns() < deadline) {
            pollfd wanted{signals.descriptor(), POLLIN, 0};
            ::poll(&wanted, 1, 10);
            while (signals.next() != 0) {
            }
            take_stopped();
        }
        run_.no_stop += stops_.waiting();
        urgency_.reset();
        batches_.finish_all();
    }

    Profile profile() {
        run_.pid = process_.pid();
        run_.process = process_.comm();
        run_.mode = options_.mode;
        run_.match = options_.match;
        run_.hz = options_.hz;
        run_.asked_s = static_cast<double>(options_.length.count()) / 1000;
        run_.period_ns = period_;
        run_.unwound = batches_.unwound();
        run_.stops = stops_.stops();
        run_.stopped_ms = ms_of(stops_.stopped_in_all());
        run_.longest_stop_ms = ms_of(stops_.longest_stop());
        run_.unchanged = threads_.unchanged();
        run_.left_out = threads_.left_out();
        run_.knows_waits = threads_.knows_waits();
        run_.lost = batches_.lost();
        run_.lost_why = batches_.lost_why();
        run_.java_missing = batches_.java_missing();
        run_.threads_cpu_s = threads_.cpu_s();
        run_.nmtx_cpu_ms = cpu_ms_with_children() - cpu_before_ms_;
        run_.nmtx_rss = largest_rss();
        // What the missed ticks would have counted, the others count for.
        const double taken = static_cast<double>(run_.ticks) * static_cast<double>(period_) / 1e9;
        const bool scaled = options_.mode == ProfileMode::wall && taken > 0;
        const double factor = scaled ? run_.seconds / taken : 1;
        if (options_.mode == ProfileMode::cpu) run_.unsampled_ns = threads_.weigh();
        return builder_.take(std::move(run_), factor);
    }

    const ProcessFiles& process_;
    const SamplingOptions& options_;
    ProfileBuilder& builder_;
    StackBatches& batches_;
    SampledThreads threads_;
    ThreadStops stops_;
    std::optional<Urgency> urgency_;
    std::uint64_t period_;
    double cpu_before_ms_;
    SamplingRun run_;
    std::uint64_t begin_ = 0, shown_ = 0, samples_ = 0;
    std::uint64_t slept_ = 0;  // when we last began to wait
    std::uint64_t woken_ = 0;  // when the kernel woke us for the present tick; 0: we were awake
    bool child_is_done_ = false;
    std::uint64_t done_since_ = 0;
    bool over_ = false;
};

}  // namespace

Expected<Profile> sample_stacks(const ProcessFiles& process, const SamplingOptions& options) {
    ProfileBuilder builder;
    auto batches = StackBatches::of(process, builder);
    if (!batches) return tl::make_unexpected(batches.error());
    return StackSampler(process, options, builder, **batches).run();
}

}  // namespace nmtx
