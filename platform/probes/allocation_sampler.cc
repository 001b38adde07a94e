#include "platform/probes/allocation_sampler.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <bit>
#include <csignal>
#include <ctime>
#include <random>
#include <utility>

#include "platform/os/clock.h"
#include "platform/os/signal_queue.h"
#include "platform/probes/allocation_records.h"
#include "platform/probes/described_run.h"
#include "platform/probes/probe_cleaner.h"
#include "platform/probes/probe_price.h"
#include "platform/probes/seldom_calls.h"
#include "platform/probes/serving_calls.h"
#include "platform/probes/stretch_plan.h"

namespace nmtx {
namespace {

constexpr std::uint64_t ms_in_ns = 1'000'000;
constexpr std::uint64_t second_in_ns = 1000 * ms_in_ns;
constexpr std::uint32_t stack_bytes = std::uint32_t{16} << 10U;
constexpr std::size_t most_ring_pages = 4096;  // of all threads
constexpr std::uint64_t shortest_window_ns = 10 * ms_in_ns, cycle_ns = second_in_ns;
// Lives are seen as far as windows reach: fewer windows, which are longer.
constexpr std::uint64_t lives_cycle_ns = 6 * second_in_ns, least_cycles = 4;
constexpr std::uint64_t drain_every_ns = 2 * ms_in_ns, ask_every_ns = 5 * ms_in_ns;
// Of the budget, for the switches of threads that are watched; what one costs.
constexpr double share_for_switches = 0.25, switch_s = 3e-6;
constexpr double least_watched_calls = 40;  // a stretch
constexpr std::uint64_t watch_every_ns = 10 * ms_in_ns;

class AllocationSampler {
  public:
    AllocationSampler(const ProcessFiles& process, const AllocationOptions& options,
                      std::vector<ProbedAllocator> allocators, StackBatches& batches, ProfileBuilder& builder,
                      UprobeType type)
        : process_(process),
          options_(options),
          allocators_(std::move(allocators)),
          batches_(batches),
          builder_(builder),
          type_(type),
          random_(std::random_device{}()),
          cpu_before_ms_(own_cpu_ms() + children_cpu_ms()) {}

    Expected<AllocationProfile> run(HitPrice price) {
        const SignalQueue signals({SIGINT, SIGTERM, SIGHUP});
        signals_ = &signals;
        run_.price = measured_ = price;
        note_start(run_);
        begin_ns_ = monotonic_ns();
        end_ns_ = begin_ns_ + static_cast<std::uint64_t>(options_.length.count()) * ms_in_ns;
        if (auto counted = count_first(); !counted) return tl::make_unexpected(counted.error());
        run_.with_jvm = options_.with_jvm;
        const auto jvm = options_.with_jvm ? Expected<Range>(Range{}) : code_of_jvm(process_);
        if (!jvm) return tl::make_unexpected(jvm.error());
        planner_.leave_out_jvm(*jvm);
        AllocationRecords records(process_, builder_, batches_, run_, *jvm, allocator(), options_.addresses);
        SeldomCalls seldom(process_, records, run_, random_, options_.addresses);
        seldom_ = &seldom;
        for (std::uint64_t from = monotonic_ns(); !over();) {
            const std::vector<pid_t> all = threads();
            if (run_.process_ended) break;
            const ProbeBudget budget(options_.budget, run_.price, options_.addresses, shortest_window_ns,
                                     cycle());
            const StretchPlan next = planner_.next(all, allocator(), budget);
            const std::uint64_t length = next_stretch(next.plan, budget, from);
            if (length == 0) break;
            const std::size_t entries = run_.windows.size();
            const auto ran = run_stretch(next, budget, records, {from, length});
            if (!ran && run_.windows.empty()) return tl::make_unexpected(ran.error());
            if (!ran) break;
            from = end_stretch(from, entries);
        }
        if (!run_.process_ended) watch_the_rest();
        run_.seconds = seconds_so_far();
        batches_.finish_all();
        return profile(records);
    }

  private:
    [[nodiscard]] double seconds_so_far() const {
        return static_cast<double>(monotonic_ns() - begin_ns_) / 1e9;
    }
    [[nodiscard]] std::uint64_t cycle() const {
        const auto length = static_cast<std::uint64_t>(options_.length.count()) * ms_in_ns;
        return options_.frees ? std::clamp(length / least_cycles, cycle_ns, lives_cycle_ns) : cycle_ns;
    }
    [[nodiscard]] bool over() const {
        return run_.interrupted || run_.process_ended || monotonic_ns() >= end_ns_;
    }
    [[nodiscard]] const ProbedAllocator& allocator() const { return allocators_[serving_]; }

    // What it saw since `entries` stands for the time since it was seen before. Its end.
    std::uint64_t end_stretch(std::uint64_t from, std::size_t entries) {
        const std::uint64_t end = monotonic_ns();
        for (double& seconds : since_seen_) seconds += static_cast<double>(end - from) / 1e9;
        for (std::size_t i = entries; i < run_.windows.size(); ++i)
            run_.windows[i].stands_for = std::exchange(since_seen_[run_.windows[i].stratum], 0);
        return end;
    }

    // Until then, or until a signal comes.
    void wait_until(std::uint64_t until) {
        for (std::uint64_t now = monotonic_ns(); now < until && !run_.interrupted; now = monotonic_ns()) {
            const std::uint64_t left = until - now;
            const timespec time{static_cast<time_t>(left / second_in_ns),
                                static_cast<long>(left % second_in_ns)};
            pollfd wanted{signals_->descriptor(), POLLIN, 0};
            ::ppoll(&wanted, 1, &time, nullptr);
            while (signals_->next() != 0) run_.interrupted = true;
        }
    }

    std::vector<pid_t> threads() {
        auto all = thread_ids(process_);
        if (!all || all->empty()) {
            run_.process_ended = true;
            return {};
        }
        threads_now_ = all->size();
        return std::move(*all);
    }

    // The file whose malloc is called serves.
    Expected<void> count_first() {
        const std::vector<pid_t> all = threads();
        if (run_.process_ended) return failure(process_.path("task"), "the process has ended");
        const ServingFile found = find_serving(
            type_, allocators_, run_.price, [&] { return planner_.times_until_now(all); },
            [&](const ProbedAllocator& one) { return planner_.look(all, one); });
        serving_ = found.number;
        run_.hits += found.paid;
        run_.first_rate = found.calls_a_second;
        planner_.expect_rate(found.calls_a_second * (options_.frees ? 2 : 1));  // it frees as often
        run_.with_frees = allocator().has_free();
        if (options_.frees && !run_.with_frees) run_.frees_missing = "free cannot be probed";
        return {};
    }

    struct Stretch {
        std::uint64_t from_ns = 0, length_ns = 0;
    };

    // The first window is always allowed: without one there would be nothing to report.
    std::uint64_t next_stretch(const WindowPlan& plan, const ProbeBudget& budget, std::uint64_t from) const {
        const std::uint64_t left = end_ns_ > from ? end_ns_ - from : 0;
        const std::uint64_t length =
            budget.stretch_ns(plan, run_.paid_ns(), last_cost_ns_, from - begin_ns_, left);
        return length == 0 && run_.windows.empty() ? left : length;
    }

    // A window at a random place of the stretch, so that nothing that the target does regularly is met always
    // or never, and each instant is as likely as any other.
    Expected<void> run_stretch(StretchPlan next, const ProbeBudget& budget, AllocationRecords& records,
                               Stretch stretch) {
        WindowPlan& plan = next.plan;
        const std::uint64_t end = stretch.from_ns + stretch.length_ns;
        if (stretch.length_ns < plan.cycle_ns) {
            const double part = static_cast<double>(stretch.length_ns) / static_cast<double>(plan.cycle_ns);
            plan.window_ns = static_cast<std::uint64_t>(part * static_cast<double>(plan.window_ns));
        }
        const std::uint64_t used = plan.window_ns + plan.closing_ns;
        const std::uint64_t room = used < stretch.length_ns ? stretch.length_ns - used : 0;
        const std::uint64_t before = std::uniform_int_distribution<std::uint64_t>(0, room)(random_);
        records.expect(next.choice.threads);
        watch(next.watched, stretch.length_ns);
        if (!plan.always()) wait_watching(stretch.from_ns + before);
        const auto ran = run_window(next, budget, records);
        if (ran) {
            seldom_->drain();
            batches_.unwind_now();
            if (options_.progress) options_.progress(seconds_so_far(), records.size());
            if (!run_.process_ended) wait_watching(end);
        }
        end_watch();
        if (options_.freed_now && !run_.process_ended) records.look_for_freed(options_.freed_now);
        return ran;
    }

    // No window can be paid for any more; those that call seldom can still be watched.
    void watch_the_rest() {
        const std::uint64_t from = monotonic_ns();
        const std::size_t entries = run_.windows.size();
        if (from < end_ns_) watch(planner_.watched_without_window(threads()), end_ns_ - from);
        wait_watching(end_ns_);
        end_watch();
        if (run_.windows.size() > entries) end_stretch(from, entries);
    }

    void watch(const std::vector<ChosenThread>& threads, std::uint64_t length_ns) {
        batches_.begin_child();
        const double calls = 2 * planner_.most_watched_calls() * static_cast<double>(length_ns) / 1e9;
        const double switches = share_for_switches * options_.budget / switch_s;
        const bool allowed = seldom_->begin(
            threads, allocator(),
            {static_cast<std::uint32_t>(std::max(calls, least_watched_calls)), stack_bytes, switches});
        if (!allowed) planner_.give_up_registers();
    }

    void wait_watching(std::uint64_t until) {
        while (seldom_->running() && !run_.interrupted && monotonic_ns() < until) {
            wait_until(std::min(until, monotonic_ns() + watch_every_ns));
            seldom_->drain();
        }
        wait_until(until);
    }

    void end_watch() {
        const auto entry = seldom_->end(static_cast<std::uint32_t>(run_.windows.size()));
        if (!entry) return;
        run_.windows.push_back(*entry);
        planner_.remember_watched(seldom_->seen(), seldom_->restless());
        watched_threads_ += seldom_->seen().size();
    }

    Expected<void> run_window(const StretchPlan& next, const ProbeBudget& budget,
                              AllocationRecords& records) {
        ProbeWindow window(
            type_, allocator(),
            {stack_bytes, options_.addresses, std::bit_floor(most_ring_pages / next.choice.threads.size()),
             allocator().functions.size()});
        if (auto begun = window.begin(next.choice.threads); !begun) return begun;
        // The stratum of a sample's thread is that of its entry.
        std::array<std::uint32_t, most_strata> entries{};
        auto entry = static_cast<std::uint32_t>(run_.windows.size());
        for (std::uint32_t stratum = 0; stratum < most_strata; ++stratum)
            entries[stratum] = next.choice.covers[stratum] ? entry++ : 0;
        records.begin(window, entries, random_());
        while_it_lasts(window, next, records,
                       budget.limit_ns(next.plan, run_.paid_ns(), end_ns_ - begin_ns_));
        window.stop();
        records.drain(window);
        records.end(window, measured_);
        run_.price = dearer(measured_, records.times_as_dear());
        planner_.remember(window, next.choice, records.bytes_of_threads());
        account_for(window, next.choice);
        return {};
    }

    // Until it has lasted as long as planned, or cost `most_ns`.
    void while_it_lasts(ProbeWindow& window, const StretchPlan& next, AllocationRecords& records,
                        double most_ns) {
        const std::uint64_t until = window.began_ns() + next.plan.window_ns;
        const double unseen_ns =
            planner_.unseen_rate(next.choice) * run_.price.call_ns / 1e9;  // a nanosecond
        std::uint64_t ask_at = window.began_ns() + ask_every_ns;
        while (monotonic_ns() < until && !run_.interrupted) {
            wait_until(std::min(until, monotonic_ns() + drain_every_ns));
            records.drain(window, std::min(until, monotonic_ns() + ask_every_ns));
            seldom_->drain();
            const std::uint64_t now = monotonic_ns();
            // Records that had no room are not seen, but the kernel counts them; asking interrupts the
            // thread.
            const bool asks = window.threads() == 1 && now >= ask_at;
            if (asks) ask_at = now + ask_every_ns;
            const ProbeHits hits = asks ? window.hits() : window.seen();
            const double lasted = static_cast<double>(now - window.began_ns());
            if (cost_ns(run_.price, hits) + unseen_ns * lasted > most_ns) break;
        }
    }

    void account_for(ProbeWindow& window, const ThreadChoice& choice) {
        const double seconds = static_cast<double>(window.counted_ns()) / 1e9;
        run_.overflow += window.lost();
        run_.refused += window.bad();
        window_threads_ += window.threads();
        process_threads_ += threads_now_;
        if (window.threads() < threads_now_) run_.frees_partly = true;
        ++run_.window_count;
        run_.windows_s += seconds;
        for (std::uint32_t stratum = 0; stratum < most_strata; ++stratum) {
            if (!choice.covers[stratum]) continue;
            run_.windows.push_back({seconds, seconds, stratum});
        }
        window.close();
        ProbeHits paid = window.paid(run_.price);
        paid.calls += static_cast<std::uint64_t>(planner_.unseen_rate(choice) * window.present_s());
        last_cost_ns_ = cost_ns(run_.price, paid);
        run_.hits += paid;
    }
    AllocationProfile profile(AllocationRecords& records) {
        AllocationProfile profile;
        run_.asked_s = static_cast<double>(options_.length.count()) / 1000;
        run_.budget = options_.budget;
        describe(run_, process_, allocator());
        if (!run_.windows.empty()) {
            const auto windows = static_cast<double>(run_.window_count);
            run_.threads_probed = static_cast<double>(window_threads_) / windows;
            run_.threads_watched = static_cast<double>(watched_threads_) / windows;
            run_.threads_mean = static_cast<double>(process_threads_) / windows;
        }
        describe(run_, planner_.times());
        describe(run_, batches_, builder_);
        run_.nmtx_cpu_ms = own_cpu_ms() + children_cpu_ms() - cpu_before_ms_;
        profile.samples = records.take();
        profile.calls = builder_.take(run_of_stacks(run_), 1);
        profile.run = std::move(run_);
        return profile;
    }

    const ProcessFiles& process_;
    const AllocationOptions& options_;
    std::vector<ProbedAllocator> allocators_;
    StackBatches& batches_;
    ProfileBuilder& builder_;
    UprobeType type_;
    std::mt19937_64 random_;
    double cpu_before_ms_;
    AllocationRun run_;
    HitPrice measured_;        // on our own code; the run's is what the target's threads show
    double last_cost_ns_ = 0;  // of the last window
    const SignalQueue* signals_ = nullptr;
    std::size_t serving_ = 0;  // of allocators_
    StretchPlanner planner_{process_, run_, random_, options_.budget, options_.addresses};
    std::array<double, most_strata> since_seen_{};  // seconds of stretches without a window of it
    SeldomCalls* seldom_ = nullptr;
    std::size_t threads_now_ = 0, window_threads_ = 0, process_threads_ = 0, watched_threads_ = 0;
    std::uint64_t begin_ns_ = 0, end_ns_ = 0;
};

}  // namespace

Expected<AllocationProfile> sample_allocations(const ProcessFiles& process,
                                               const AllocationOptions& options) {
    auto allocators = find_probed_allocators(process, options.frees);
    if (!allocators) return tl::make_unexpected(allocators.error());
    const auto type = uprobe_type();
    if (!type) return tl::make_unexpected(type.error());
    const auto price = measure_hit_price(*type, stack_bytes, options.addresses, trap_twice(*allocators));
    if (!price) return tl::make_unexpected(price.error());
    const ProbeCleaner cleaner(process, *allocators, *type);
    ProfileBuilder builder;
    auto batches = StackBatches::of(process, builder);
    if (!batches) return tl::make_unexpected(batches.error());
    return AllocationSampler(process, options, std::move(*allocators), **batches, builder, *type).run(*price);
}

}  // namespace nmtx
