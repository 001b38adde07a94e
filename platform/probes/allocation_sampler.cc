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
#include "platform/probes/chosen_threads.h"
#include "platform/probes/described_run.h"
#include "platform/probes/known_callers.h"
#include "platform/probes/probe_cleaner.h"
#include "platform/probes/probe_price.h"

namespace nmtx {
namespace {

constexpr std::uint64_t ms_in_ns = 1'000'000;
constexpr std::uint64_t second_in_ns = 1000 * ms_in_ns;
constexpr std::uint32_t stack_bytes = std::uint32_t{16} << 10U;
constexpr std::size_t most_ring_pages = 4096;  // of all threads
constexpr std::uint64_t shortest_window_ns = 10 * ms_in_ns, cycle_ns = second_in_ns;
// Lives are seen as far as windows reach: fewer windows, which are longer.
constexpr std::uint64_t lives_cycle_ns = 6 * second_in_ns, least_cycles = 4;
constexpr std::uint64_t drain_every_ns = 2 * ms_in_ns;
constexpr double many_records = 20, too_much = 1.5;  // times what a window may cost: then it ends early
// Each so many windows of one thread is of the others, of which less is expected.
constexpr std::size_t others_each = 4;
// A look that sees few calls costs next to nothing.
constexpr std::uint64_t first_look_ns = 300 * ms_in_ns, look_ns = 60 * ms_in_ns;

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
        run_.price = price;
        run_.started_at = utc_now();
        run_.started_unix_ms = wall_ms();
        begin_ns_ = monotonic_ns();
        end_ns_ = begin_ns_ + static_cast<std::uint64_t>(options_.length.count()) * ms_in_ns;
        if (auto counted = count_first(); !counted) return tl::make_unexpected(counted.error());
        run_.with_jvm = options_.with_jvm;
        const auto jvm = options_.with_jvm ? Expected<Range>(Range{}) : code_of_jvm(process_);
        if (!jvm) return tl::make_unexpected(jvm.error());
        AllocationRecords records(process_, builder_, batches_, run_, *jvm);
        const ProbeBudget budget(options_.budget, price, options_.addresses, shortest_window_ns, cycle());
        for (std::uint64_t from = monotonic_ns(); !over();) {
            const Next next = plan_next(budget);
            if (run_.process_ended) break;
            const std::uint64_t length = next_stretch(next.plan, budget, from);
            if (length == 0) break;
            const std::size_t entries = run_.windows.size();
            const auto ran = run_stretch(next, budget, records, {from, length});
            if (!ran && run_.windows.empty()) return tl::make_unexpected(ran.error());
            if (!ran) break;
            const std::uint64_t end = monotonic_ns();
            for (double& seconds : since_seen_) seconds += static_cast<double>(end - from) / 1e9;
            for (std::size_t i = entries; i < run_.windows.size(); ++i)
                run_.windows[i].stands_for = std::exchange(since_seen_[run_.windows[i].stratum], 0);
            from = end;
        }
        if (!run_.process_ended) wait_until(end_ns_);
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

    // A look costs the target, too.
    std::optional<Scouted> look(std::span<const pid_t> all, const ProbedAllocator& of) {
        auto seen = callers_.look(all, of, run_.windows.empty() ? first_look_ns : look_ns);
        if (!seen) {
            callers_.guess(process_, all);
            return seen;
        }
        run_.hits.looks += seen->calls;
        // Threads that were not looked at may call as often.
        if (!seen->threads.empty()) seen->calls = seen->calls * all.size() / seen->threads.size();
        return seen;
    }

    // Looks at the calls of each file's malloc: the one that is called serves.
    Expected<void> count_first() {
        double most = 0;
        for (std::size_t i = 0; i < allocators_.size(); ++i) {
            const std::vector<pid_t> all = threads();
            if (run_.process_ended) return failure(process_.path("task"), "the process has ended");
            const auto seen = look(all, allocators_[i]);
            // Those that replace the C library's come first.
            if (!seen) break;
            if (i > 0 && seen->calls_a_second() <= most) continue;
            most = seen->calls_a_second();
            serving_ = i;
        }
        run_.first_rate = most;
        stratum_rates_[of_busy_threads] = most * (options_.frees ? 2 : 1);  // it frees as often
        run_.with_frees = allocator().has_free();
        if (options_.frees && !run_.with_frees) run_.frees_missing = "free has no place for a cheap probe";
        return {};
    }

    struct Next {
        WindowPlan plan;
        ThreadChoice choice;
    };

    Next plan_next(const ProbeBudget& budget) {
        const std::vector<pid_t> all = threads();
        if (run_.process_ended) return {};
        const auto seen = run_.windows.empty() ? std::nullopt : look(all, allocator());
        const double seen_rate = seen ? seen->calls_a_second() : 0;
        const double rate =
            std::max(seen_rate, stratum_rates_[of_busy_threads] + stratum_rates_[of_other_threads]);
        const std::vector<ScoutedThread> busy = callers_.busy();
        const std::size_t busy_and_some = busy.size() + std::max<std::size_t>(1, busy.size() / 3);
        const std::size_t good =
            std::min({std::max<std::size_t>(2, busy_and_some), all.size(), most_probed_threads});
        const std::size_t most = budget.threads(rate, good);
        const bool wants_others = most == 1 && single_windows_++ % others_each == 1;
        Next next;
        next.choice = choose_threads(all, busy, most, wants_others, random_);
        const std::size_t of_each = allocator().functions.size() * (options_.addresses ? 2 : 1);
        next.plan = budget.plan(rate, of_each * next.choice.threads.size());
        for (ChosenThread& thread : next.choice.threads) choose_calls(thread, next.plan);
        return next;
    }

    // Only a thread that will make many times as many calls of a function may have some of them recorded
    // only: of the others none might be. It is judged by what it did before, so by nothing of this window.
    void choose_calls(ChosenThread& thread, const WindowPlan& plan) {
        const auto* const rates = callers_.rates(thread.tid);
        if (rates == nullptr) return;
        for (std::size_t i = 0; i < most_functions; ++i) {
            if (i < allocator().functions.size() && allocator().functions[i].frees) continue;
            const double calls = (*rates)[i] * static_cast<double>(plan.window_ns) / 1e9;
            const bool many = calls >= many_records * static_cast<double>(plan.every);
            thread.every[i] = many ? random_interval(plan.every, random_()) : 1;
        }
    }

    struct Stretch {
        std::uint64_t from_ns = 0, length_ns = 0;
    };

    // The first window is always allowed: without one there would be nothing to report.
    std::uint64_t next_stretch(const WindowPlan& plan, const ProbeBudget& budget, std::uint64_t from) const {
        const std::uint64_t left = end_ns_ > from ? end_ns_ - from : 0;
        const std::uint64_t length = budget.stretch_ns(plan, run_.paid_ns(), from - begin_ns_, left);
        return length == 0 && run_.windows.empty() ? left : length;
    }

    // A window at a random place of the stretch, so that nothing that the target does regularly is met always
    // or never, and each instant is as likely as any other.
    Expected<void> run_stretch(Next next, const ProbeBudget& budget, AllocationRecords& records,
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
        if (!plan.always()) wait_until(stretch.from_ns + before);
        if (auto ran = run_window(next, budget, records); !ran) return ran;
        batches_.unwind_now();
        if (options_.progress) options_.progress(seconds_so_far(), records.size());
        if (!run_.process_ended) wait_until(end);
        return {};
    }

    // Calls a second of the threads of which the window does not tell.
    [[nodiscard]] double unseen_rate(const ThreadChoice& choice) const {
        double rate = 0;
        for (std::uint32_t stratum = 0; stratum < most_strata; ++stratum)
            rate += choice.covers[stratum] ? 0 : stratum_rates_[stratum];
        return rate;
    }

    Expected<void> run_window(const Next& next, const ProbeBudget& budget, AllocationRecords& records) {
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
        const std::uint64_t until = window.began_ns() + next.plan.window_ns;
        const double most = too_much * budget.most_ns(next.plan);
        const double unseen_ns = unseen_rate(next.choice) * run_.price.call_ns / 1e9;  // a nanosecond
        while (monotonic_ns() < until && !run_.interrupted) {
            wait_until(std::min(until, monotonic_ns() + drain_every_ns));
            records.drain(window);
            const auto lasted = static_cast<double>(monotonic_ns() - window.began_ns());
            if (cost_ns(run_.price, window.seen()) + unseen_ns * lasted > most) break;
        }
        window.stop();
        records.drain(window);
        records.end(window, run_.price);
        account_for(window, next.choice);
        return {};
    }

    void account_for(ProbeWindow& window, const ThreadChoice& choice) {
        callers_.remember(window);
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
            stratum_rates_[stratum] = 0;
        }
        for (std::size_t i = 0; i < window.threads() && seconds > 0; ++i) {
            const ChosenThread& thread = window.thread(i);
            constexpr double mostly_itself = 1.25;
            if (thread.stratum == of_busy_threads && thread.factor > mostly_itself)
                run_.one_for_several = true;
            stratum_rates_[thread.stratum] +=
                static_cast<double>(window.hits(i).calls) * thread.factor / seconds;
        }
        window.close();
        ProbeHits paid = window.paid();
        paid.calls += static_cast<std::uint64_t>(unseen_rate(choice) * window.present_s());
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
            run_.threads_mean = static_cast<double>(process_threads_) / windows;
        }
        run_.unwound = batches_.unwound();
        run_.lost = batches_.lost();
        run_.lost_why = batches_.lost_why();
        run_.java_missing = batches_.java_missing();
        run_.beyond = builder_.beyond();
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
    const SignalQueue* signals_ = nullptr;
    std::size_t serving_ = 0;  // of allocators_
    KnownCallers callers_{random_};
    std::array<double, most_strata> stratum_rates_{};  // calls a second, as last seen
    std::array<double, most_strata> since_seen_{};     // seconds of stretches without a window of it
    std::size_t single_windows_ = 0;
    std::size_t threads_now_ = 0, window_threads_ = 0, process_threads_ = 0;
    std::uint64_t begin_ns_ = 0, end_ns_ = 0;
};

}  // namespace

Expected<AllocationProfile> sample_allocations(const ProcessFiles& process,
                                               const AllocationOptions& options) {
    auto allocators = find_probed_allocators(process, options.frees);
    if (!allocators) return tl::make_unexpected(allocators.error());
    const auto type = uprobe_type();
    if (!type) return tl::make_unexpected(type.error());
    const auto price = measure_hit_price(*type, stack_bytes, options.addresses);
    if (!price) return tl::make_unexpected(price.error());
    const ProbeCleaner cleaner(process, *allocators, *type);
    ProfileBuilder builder;
    auto batches = StackBatches::of(process, builder);
    if (!batches) return tl::make_unexpected(batches.error());
    return AllocationSampler(process, options, std::move(*allocators), **batches, builder, *type).run(*price);
}

}  // namespace nmtx
