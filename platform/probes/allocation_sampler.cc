#include "platform/probes/allocation_sampler.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>
#include <random>
#include <string_view>
#include <unordered_map>

#include "base/paths.h"
#include "platform/os/clock.h"
#include "platform/os/signal_queue.h"
#include "platform/probes/allocation_records.h"
#include "platform/probes/chosen_threads.h"
#include "platform/probes/probe_price.h"
#include "platform/symbols/unwind_files.h"

namespace nmtx {
namespace {

constexpr std::uint64_t ms_in_ns = 1'000'000;
constexpr std::uint64_t second_in_ns = 1000 * ms_in_ns;
constexpr std::uint32_t stack_bytes = std::uint32_t{16} << 10U;
constexpr std::size_t ring_pages = 512;
constexpr std::uint64_t counted_ns = 30 * ms_in_ns;  // before the first window, at most
constexpr std::uint64_t enough_calls = 2000;         // of it
constexpr std::uint64_t shortest_window_ns = 10 * ms_in_ns;
constexpr std::uint64_t cycle_ns = second_in_ns;
constexpr std::uint64_t look_every_ns = 2 * ms_in_ns;
constexpr double too_much = 1.5;  // times what a window may cost: then it ends early
constexpr std::size_t most_busy_kept = 16;
constexpr double many_records = 20;

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
        const auto jvm = code_of_jvm();
        if (!jvm) return tl::make_unexpected(jvm.error());
        AllocationRecords records(process_, builder_, batches_, run_, *jvm);
        const ProbeBudget budget(options_.budget, price, options_.addresses, shortest_window_ns, cycle_ns);
        double rate = run_.first_rate;
        for (std::uint64_t from = monotonic_ns(); !over();) {
            const WindowPlan plan = budget.plan(rate);
            const std::uint64_t length = next_stretch(plan, budget, from);
            if (length == 0) break;
            const auto ran = run_stretch(plan, budget, records, rate, {from, length});
            if (!ran && run_.windows.empty()) return tl::make_unexpected(ran.error());
            if (!ran) break;
            const std::uint64_t end = monotonic_ns();
            run_.windows.back().stands_for = static_cast<double>(end - from) / 1e9;
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

    std::vector<ChosenThread> threads(std::size_t most) {
        const auto all = thread_ids(process_);
        if (!all || all->empty()) {
            run_.process_ended = true;
            return {};
        }
        threads_now_ = all->size();
        return choose_threads(*all, busy_, most, random_);
    }

    // What the calls before the first window cost is paid, too. Before a window counted, and until its probes
    // were out, the target called as often as in between.
    void close_and_pay(ProbeWindow& window) {
        const ProbeHits hits = window.hits();
        window.close();
        const double counted = std::max(static_cast<double>(window.counted_ns()), 1e3);
        const double longer = std::max(1.0, static_cast<double>(window.present_ns()) / counted);
        run_.hits.calls += static_cast<std::uint64_t>(static_cast<double>(hits.calls) * longer);
        run_.hits.returns += static_cast<std::uint64_t>(static_cast<double>(hits.returns) * longer);
        run_.hits.copies += hits.copies;
    }

    // Counts the calls of each file's malloc: the one that is called serves. And which threads call it.
    Expected<void> count_first() {
        double most = 0;
        for (std::size_t i = 0; i < allocators_.size(); ++i) {
            const std::vector<ChosenThread> counted = threads(most_counted_threads);
            if (run_.process_ended) return failure(process_.path("task"), "the process has ended");
            WindowRequest request;
            request.functions = 1;
            ProbeWindow window(type_, allocators_[i], request);
            if (auto begun = window.begin(counted); !begun) return begun;
            const std::uint64_t until = window.began_ns() + counted_ns;
            while (monotonic_ns() < until && !run_.interrupted && window.hits().calls < enough_calls)
                wait_until(std::min(until, monotonic_ns() + look_every_ns));
            window.stop();
            const double rate =
                static_cast<double>(window.hits().calls) * 1e9 / static_cast<double>(window.counted_ns());
            if (i == 0 || rate > most) {
                most = rate;
                serving_ = i;
                remember_busy(window);
            }
            close_and_pay(window);
        }
        run_.first_rate = most;
        return {};
    }

    // Only a thread that will make many times as many calls of a function may have some of them recorded
    // only: of the others none might be. It is judged by what it did before, so by nothing of this window.
    void choose_calls(ChosenThread& thread, const WindowPlan& plan) {
        const auto known = rates_.find(thread.tid);
        if (known == rates_.end()) return;
        for (std::size_t i = 0; i < most_functions; ++i) {
            const double calls = known->second[i] * static_cast<double>(plan.window_ns) / 1e9;
            const bool many = calls >= many_records * static_cast<double>(plan.every);
            thread.every[i] = many ? random_interval(plan.every, random_) : 1;
        }
    }

    void remember_rates(const ProbeWindow& window, std::size_t thread) {
        if (window.counted_ns() == 0) return;
        auto& rates = rates_[window.thread(thread).tid];
        for (std::size_t i = 0; i < window.probed(); ++i)
            rates[i] = static_cast<double>(window.hits(thread, i).calls) * 1e9 /
                       static_cast<double>(window.counted_ns());
    }

    // The threads of a window that called most, first.
    void remember_busy(const ProbeWindow& window) {
        std::vector<std::pair<std::uint64_t, pid_t>> calls;
        for (std::size_t i = 0; i < window.threads(); ++i) {
            const std::uint64_t own = window.hits(i).calls;
            remember_rates(window, i);
            if (own > 0) calls.emplace_back(own, window.thread(i).tid);
        }
        std::sort(calls.rbegin(), calls.rend());
        std::vector<pid_t> busy;
        for (const auto& call : calls) busy.push_back(call.second);
        // Those of before stay behind them: a thread without calls in this window may have some in the next.
        for (const pid_t tid : busy_) {
            if (std::find(busy.begin(), busy.end(), tid) == busy.end()) busy.push_back(tid);
        }
        if (busy.size() > most_busy_kept) busy.resize(most_busy_kept);
        busy_ = std::move(busy);
    }

    Expected<Range> code_of_jvm() {
        run_.with_jvm = options_.with_jvm;
        if (options_.with_jvm) return Range{};
        const auto maps = process_.read_large("maps");
        if (!maps) return tl::make_unexpected(maps.error());
        const std::vector<MappedFile> code = mapped_code(*maps);
        const auto jvm = std::find_if(code.begin(), code.end(), [](const MappedFile& file) {
            std::string_view path = file.path;
            if (path.ends_with(" (deleted)")) path.remove_suffix(10);
            return base_name(path) == "libjvm.so";
        });
        return jvm == code.end() ? Range{} : jvm->first;
    }

    struct Stretch {
        std::uint64_t from_ns = 0, length_ns = 0;
    };

    // Without a window there is no answer, so the first one is not refused.
    std::uint64_t next_stretch(const WindowPlan& plan, const ProbeBudget& budget, std::uint64_t from) const {
        const std::uint64_t left = end_ns_ > from ? end_ns_ - from : 0;
        const std::uint64_t length = budget.stretch_ns(plan, run_.paid_ns(), from - begin_ns_, left);
        return length == 0 && run_.windows.empty() ? left : length;
    }

    // A window at a random place of the stretch, so that nothing that the target does regularly is met always
    // or never, and each instant is as likely as any other. `rate`: calls a second, as the next plan needs
    // it.
    Expected<void> run_stretch(WindowPlan plan, const ProbeBudget& budget, AllocationRecords& records,
                               double& rate, Stretch stretch) {
        const std::uint64_t end = stretch.from_ns + stretch.length_ns;
        if (stretch.length_ns < plan.cycle_ns) {
            const double part = static_cast<double>(stretch.length_ns) / static_cast<double>(plan.cycle_ns);
            plan.window_ns = static_cast<std::uint64_t>(part * static_cast<double>(plan.window_ns));
        }
        const std::uint64_t room =
            plan.window_ns < stretch.length_ns ? stretch.length_ns - plan.window_ns : 0;
        const std::uint64_t before = std::uniform_int_distribution<std::uint64_t>(0, room)(random_);
        if (!plan.always()) wait_until(stretch.from_ns + before);
        if (auto ran = run_window(plan, budget, records, rate, end); !ran) return ran;
        batches_.unwind_now();
        if (options_.progress) options_.progress(seconds_so_far(), records.size());
        if (!run_.process_ended) wait_until(end);
        return {};
    }

    Expected<void> run_window(const WindowPlan& plan, const ProbeBudget& budget, AllocationRecords& records,
                              double& rate, std::uint64_t end) {
        std::vector<ChosenThread> chosen = threads(most_probed_threads);
        if (run_.process_ended) return failure(process_.path("task"), "the process has ended");
        for (ChosenThread& thread : chosen) choose_calls(thread, plan);
        ProbeWindow window(type_, allocator(),
                           {stack_bytes, options_.addresses, ring_pages, allocator().functions.size()});
        if (auto begun = window.begin(chosen); !begun) return begun;
        records.begin(window, static_cast<std::uint32_t>(run_.windows.size()), random_());
        std::uint64_t until = window.began_ns() + plan.window_ns;
        if (plan.always()) until = std::max(end, window.began_ns() + shortest_window_ns);
        const double most = too_much * budget.most_ns(plan);
        while (monotonic_ns() < until && !run_.interrupted) {
            wait_until(std::min(until, monotonic_ns() + look_every_ns));
            records.drain(window);
            if (cost_ns(run_.price, window.seen()) > most) break;
        }
        window.stop();
        records.drain(window);
        records.end(window, run_.price);
        account_for(window, rate);
        return {};
    }

    void account_for(ProbeWindow& window, double& rate) {
        remember_busy(window);
        const double seconds = static_cast<double>(window.counted_ns()) / 1e9;
        run_.overflow += window.lost();
        run_.refused += window.bad();
        window_threads_ += window.threads();
        process_threads_ += threads_now_;
        run_.windows.push_back({seconds, seconds});
        if (seconds > 0) rate = static_cast<double>(window.hits().calls) / seconds;
        close_and_pay(window);
    }

    AllocationProfile profile(AllocationRecords& records) {
        AllocationProfile profile;
        run_.pid = process_.pid();
        run_.process = process_.comm();
        run_.asked_s = static_cast<double>(options_.length.count()) / 1000;
        run_.budget = options_.budget;
        run_.allocator = allocator().allocator;
        run_.library = allocator().path;
        for (const ProbedFunction& function : allocator().functions) run_.functions.push_back(function.name);
        run_.functions_left_out = allocator().left_out;
        if (!run_.windows.empty()) {
            const auto windows = static_cast<double>(run_.windows.size());
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
        SamplingRun of_stacks;
        of_stacks.pid = run_.pid;
        of_stacks.process = run_.process;
        of_stacks.started_at = run_.started_at;
        of_stacks.started_unix_ms = run_.started_unix_ms;
        of_stacks.seconds = run_.seconds;
        of_stacks.asked_s = run_.asked_s;
        profile.calls = builder_.take(std::move(of_stacks), 1);
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
    std::vector<pid_t> busy_;
    // Calls a second of each function, of threads that had probes.
    std::unordered_map<pid_t, std::array<double, most_functions>> rates_;
    std::size_t threads_now_ = 0, window_threads_ = 0, process_threads_ = 0;
    std::uint64_t begin_ns_ = 0, end_ns_ = 0;
};

}  // namespace

Expected<AllocationProfile> sample_allocations(const ProcessFiles& process,
                                               const AllocationOptions& options) {
    auto allocators = find_probed_allocators(process);
    if (!allocators) return tl::make_unexpected(allocators.error());
    const auto type = uprobe_type();
    if (!type) return tl::make_unexpected(type.error());
    const auto price = measure_hit_price(*type, stack_bytes, options.addresses);
    if (!price) return tl::make_unexpected(price.error());
    ProfileBuilder builder;
    auto batches = StackBatches::of(process, builder);
    if (!batches) return tl::make_unexpected(batches.error());
    return AllocationSampler(process, options, std::move(*allocators), **batches, builder, *type).run(*price);
}

}  // namespace nmtx
