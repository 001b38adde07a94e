#include "platform/record.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <list>
#include <set>
#include <utility>

#include "platform/clock.h"
#include "platform/jvm_list.h"
#include "platform/record_store.h"

namespace nmtx {
namespace {

constexpr std::int64_t search_every_ms = 1000;  // for JVMs that have started

// SIGINT, SIGTERM and SIGHUP are taken where the loop waits, and nowhere else.
class EndSignals {
  public:
    EndSignals() {
        sigemptyset(&signals_);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, signal);
        ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    }
    ~EndSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    EndSignals(const EndSignals&) = delete;
    EndSignals& operator=(const EndSignals&) = delete;

    // True where one came by then.
    [[nodiscard]] bool came_until(std::uint64_t monotonic) const {
        for (;;) {
            const std::uint64_t now = monotonic_ns();
            const std::uint64_t left = monotonic > now ? monotonic - now : 0;
            timespec time{};
            time.tv_sec = static_cast<time_t>(left / 1'000'000'000U);
            time.tv_nsec = static_cast<long>(left % 1'000'000'000U);
            if (::sigtimedwait(&signals_, nullptr, &time) > 0) return true;
            if (monotonic_ns() >= monotonic) return false;
        }
    }

  private:
    sigset_t signals_{};
    sigset_t before_{};
};

struct Recorded {
    Sampler sampler;
    std::int64_t run = 0;  // 0: not begun
    Bytes rss_at_first;
};

class Recording {
  public:
    Recording(const RecordOptions& options, RecordWatcher& watcher)
        : options_(&options), watcher_(&watcher) {}
    Expected<RecordState> run();

  private:
    Expected<void> tick();
    Expected<void> first_tick();
    Expected<void> keep(Recorded& process, Sample& sample);
    Expected<void> end_run(const Recorded& process, const std::string& why);
    void look_for_jvms();
    void look_for_restart();
    void start(std::uint64_t pid);
    [[nodiscard]] SamplerOptions sampler_options(std::uint64_t pid) const;
    [[nodiscard]] bool is_over();
    [[nodiscard]] std::uint64_t next_tick() const;
    [[nodiscard]] double elapsed_ms() const { return static_cast<double>(monotonic_ns() - began_) / 1e6; }

    const RecordOptions* options_;
    RecordWatcher* watcher_;
    EndSignals signals_;
    std::uint64_t began_ = monotonic_ns();
    std::string boot_id_;
    std::optional<RecordStore> store_;  // opened when there is something to keep
    std::list<Recorded> processes_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> met_;  // pid and start, of --all
    std::optional<Recorded> ended_;                          // whose command may be started again
    std::uint64_t ended_at_ = 0;
    std::int64_t searched_ms_ = 0;
    RecordState state_;
};

SamplerOptions Recording::sampler_options(std::uint64_t pid) const {
    SamplerOptions options = options_->sampler;
    options.collect.pid = pid;
    options.boot_id = boot_id_;
    options.physical_memory = Bytes(static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                                    static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
    return options;
}

void Recording::start(std::uint64_t pid) {
    processes_.push_back({Sampler(sampler_options(pid)), 0, {}});
}

// A JVM that cannot be read is tried once: the reason does not go away.
void Recording::look_for_jvms() {
    if (boot_ms() - searched_ms_ < search_every_ms) return;
    searched_ms_ = boot_ms();
    const auto jvms = list_jvms();
    if (!jvms) {
        state_.last_error = to_string(jvms.error());
        return;
    }
    for (const ListedJvm& jvm : *jvms) {
        if (jvm.kind != JvmKind::hotspot || !met_.emplace(jvm.pid, jvm.start_ticks).second) continue;
        start(jvm.pid);
    }
}

void Recording::look_for_restart() {
    if (!ended_ || boot_ms() - searched_ms_ < search_every_ms) return;
    searched_ms_ = boot_ms();
    const auto jvms = list_jvms();
    if (!jvms) return;
    const RecordedRun& old = ended_->sampler.run();
    // The end was noticed a tick after it at the latest.
    const double longest_life = static_cast<double>(monotonic_ns() - ended_at_) / 1e9 +
                                static_cast<double>(options_->every.count()) / 1e3 + 1;
    for (const ListedJvm& jvm : *jvms) {
        const bool itself = jvm.pid == old.pid && jvm.start_ticks == old.start_ticks;
        if (itself || jvm.uid != ended_->sampler.uid() || jvm.cmdline != ended_->sampler.cmdline()) continue;
        if (jvm.uptime_s > longest_life) continue;  // it ran beside
        start(jvm.pid);
        ended_.reset();
        return;
    }
}

Expected<void> Recording::keep(Recorded& process, Sample& sample) {
    if (!store_) {
        auto store = RecordStore::open(options_->output);
        if (!store) return tl::make_unexpected(store.error());
        store_ = std::move(*store);
    }
    if (process.run == 0) {
        const auto run = store_->begin_run(process.sampler.run());
        if (!run) return tl::make_unexpected(run.error());
        process.run = *run;
        process.rss_at_first = sample.rss;
        ++state_.runs;
    }
    if (auto added = store_->add(process.run, sample); !added) return added;
    ++state_.samples;
    if (sample.depth == Depth::full) ++state_.full;
    state_.rss = sample.rss;
    state_.rss_at_first = process.rss_at_first;
    state_.attach_ms += sample.cost.attach_ms;
    return {};
}

Expected<void> Recording::end_run(const Recorded& process, const std::string& why) {
    if (process.run == 0 || !store_) return {};
    return store_->end_run(process.run, why, {0, wall_ms(), boot_ms()});
}

Expected<void> Recording::tick() {
    if (options_->all) {
        look_for_jvms();
    } else {
        look_for_restart();
    }
    const double cpu_before = own_cpu_ms();
    for (auto process = processes_.begin(); process != processes_.end();) {
        auto sample = process->sampler.take();
        if (sample) {
            if (auto kept = keep(*process, *sample); !kept) return kept;
            ++process;
            continue;
        }
        const bool never_read = process->run == 0;
        if (!never_read && !process->sampler.ended()) {
            ++state_.missed;
            state_.last_error = to_string(sample.error());
            ++process;
            continue;
        }
        if (never_read) state_.last_error = to_string(sample.error());
        if (auto ended = end_run(*process, "the process ended"); !ended) return ended;
        if (!options_->all && !never_read) {
            ended_ = std::move(*process);
            ended_at_ = monotonic_ns();
        }
        process = processes_.erase(process);
    }
    state_.cpu_ms += own_cpu_ms() - cpu_before;
    state_.processes = processes_.size();
    state_.waiting = ended_.has_value();
    state_.elapsed_s = elapsed_ms() / 1000;
    return {};
}

// What cannot be read at all is refused before a file is made.
Expected<void> Recording::first_tick() {
    if (options_->all) return tick();
    start(options_->pid);
    const double cpu_before = own_cpu_ms();
    auto sample = processes_.front().sampler.take();
    if (!sample) return tl::make_unexpected(sample.error());
    if (auto kept = keep(processes_.front(), *sample); !kept) return kept;
    state_.cpu_ms = own_cpu_ms() - cpu_before;
    state_.processes = 1;
    return {};
}

bool Recording::is_over() {
    if (options_->length && elapsed_ms() >= static_cast<double>(options_->length->count())) {
        state_.end = "the time is over";
    } else if (!options_->all && processes_.empty()) {
        const auto waited = static_cast<double>(monotonic_ns() - ended_at_) / 1e6;
        if (waited >= static_cast<double>(options_->wait.count())) state_.end = "the process ended";
    }
    return !state_.end.empty();
}

// On the grid that the first tick began; those that a slow sample ran over are left out. While a command is
// waited for, nothing is sampled, and the search need not wait for the grid.
std::uint64_t Recording::next_tick() const {
    const auto every = static_cast<std::uint64_t>(options_->every.count()) * 1'000'000;
    const std::uint64_t now = monotonic_ns();
    std::uint64_t next = began_ + ((now - began_) / every + 1) * every;
    if (ended_) next = std::min<std::uint64_t>(next, now + std::uint64_t{search_every_ms} * 1'000'000);
    if (options_->length)
        next = std::min(next, began_ + static_cast<std::uint64_t>(options_->length->count()) * 1'000'000);
    return next;
}

Expected<RecordState> Recording::run() {
    auto boot_id = this_boot();
    if (!boot_id) return tl::make_unexpected(boot_id.error());
    boot_id_ = std::move(*boot_id);
    if (auto ticked = first_tick(); !ticked) return tl::make_unexpected(ticked.error());
    watcher_->sampled(state_);
    while (!is_over()) {
        if (signals_.came_until(next_tick())) {
            state_.end = "interrupted";
            break;
        }
        if (is_over()) break;
        if (auto ticked = tick(); !ticked) return tl::make_unexpected(ticked.error());
        watcher_->sampled(state_);
    }
    for (const Recorded& process : processes_) {
        if (auto ended = end_run(process, state_.end); !ended) return tl::make_unexpected(ended.error());
    }
    state_.elapsed_s = elapsed_ms() / 1000;
    if (store_) {
        const auto bytes = store_->bytes();
        if (!bytes) return tl::make_unexpected(bytes.error());
        state_.file_bytes = *bytes;
        store_->finish();
    }
    return state_;
}

}  // namespace

Expected<RecordState> record(const RecordOptions& options, RecordWatcher& watcher) {
    return Recording(options, watcher).run();
}

}  // namespace nmtx
