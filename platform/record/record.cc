#include "platform/record/record.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <list>
#include <memory>
#include <set>
#include <utility>

#include "platform/jvm/jvm_list.h"
#include "platform/os/background_work.h"
#include "platform/os/clock.h"
#include "platform/os/own_memory.h"
#include "platform/os/page_size.h"
#include "platform/os/signal_queue.h"
#include "platform/output/file_size_signal.h"
#include "platform/record/record_process.h"

namespace nmtx {
namespace {

constexpr std::int64_t search_every_ms = 1000;  // for JVMs that have started
constexpr std::uint64_t ms_ns = 1'000'000;

// Others wait only while this many JVMs are silent at once, and a silent JVM is asked less and less often.
constexpr unsigned most_threads = 32;
// What reading a process may take beyond waiting for its JVM: a walk over a heap of tens of gigabytes.
constexpr std::chrono::seconds for_reading{60};
// At the end, for what is under way.
constexpr std::chrono::milliseconds to_stop{1000};

RecordWriterOptions writer_options(std::chrono::milliseconds every, RecordWatcher& watcher) {
    RecordWriterOptions writer;
    // Where the next sample is far away, each one is in the file at once.
    if (every > writer.fold_every) writer.fold_every = std::chrono::milliseconds(0);
    writer.say = [&watcher](const std::string& line) { watcher.say(line); };
    return writer;
}

class Recording {
  public:
    Recording(const RecordOptions& options, RecordWatcher& watcher);
    Expected<RecordState> run();

  private:
    void tick();
    Expected<void> first_sample();
    void sample(Recorded& process);
    void take_over(const std::shared_ptr<Recorded>& process, Expected<Sample> sample, bool ended);
    void keep(Recorded& process, Sample sample);
    void lose(const std::shared_ptr<Recorded>& process, const Error& why, bool ended);
    void give_up_on_late_ones();
    void search();
    void found(const std::vector<ListedJvm>& jvms);
    void found_again(const std::vector<ListedJvm>& jvms);
    std::shared_ptr<Recorded> start(std::uint64_t pid);
    void wait_until(std::uint64_t monotonic);
    void update_state();
    void finish();
    [[nodiscard]] bool is_over();
    [[nodiscard]] std::uint64_t next_search() const;
    [[nodiscard]] std::uint64_t end_of_time() const;
    [[nodiscard]] SamplerOptions sampler_options(std::uint64_t pid) const;
    [[nodiscard]] std::uint64_t every_ns() const {
        return static_cast<std::uint64_t>(options_->every.count()) * ms_ns;
    }
    [[nodiscard]] double elapsed_ms() const {
        return static_cast<double>(monotonic_ns() - began_) / static_cast<double>(ms_ns);
    }

    const RecordOptions* options_;
    RecordWatcher* watcher_;
    FileSizeSignalIgnored errors_instead_;
    SignalQueue signals_{SIGINT, SIGTERM, SIGHUP};
    BackgroundWork work_{most_threads};
    RecordWriter writer_;
    std::uint64_t began_ = monotonic_ns();
    double cpu_before_ = own_cpu_ms();
    std::string boot_id_;
    bool file_open_ = false;
    std::optional<Error> refused_;  // the first sample, or the file
    std::list<std::shared_ptr<Recorded>> processes_;
    std::set<ProcessStart> met_;       // of --all
    std::shared_ptr<Recorded> ended_;  // whose command may be started again
    std::uint64_t ended_at_ = 0;
    std::int64_t searched_ms_ = 0;
    bool searching_ = false;
    RecordState state_;
};

Recording::Recording(const RecordOptions& options, RecordWatcher& watcher)
    : options_(&options),
      watcher_(&watcher),
      writer_(options.output, writer_options(options.every, watcher)) {}

SamplerOptions Recording::sampler_options(std::uint64_t pid) const {
    SamplerOptions options = options_->sampler;
    options.collect.pid = pid;
    options.boot_id = boot_id_;
    options.beside_others = options_->all;
    options.physical_memory = Bytes(static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_size());
    return options;
}

std::shared_ptr<Recorded> Recording::start(std::uint64_t pid) {
    auto process = std::make_shared<Recorded>();
    process->pid = pid;
    process->sampler = std::make_shared<Sampler>(sampler_options(pid));
    processes_.push_back(process);
    return process;
}

// Listing reads files of every process, and one of them may keep its reader waiting.
void Recording::search() {
    if (searching_ || boot_ms() - searched_ms_ < search_every_ms) return;
    if (!options_->all && !ended_) return;
    searched_ms_ = boot_ms();
    searching_ = true;
    work_.submit([this, known = met_]() -> BackgroundWork::Done {
        auto jvms = list_jvms(known);
        return [this, jvms = std::move(jvms)] {
            searching_ = false;
            if (!jvms) {
                state_.last_error = to_string(jvms.error());
            } else if (options_->all) {
                found(*jvms);
            } else {
                found_again(*jvms);
            }
        };
    });
}

// A JVM that cannot be read is tried once: the reason does not go away.
void Recording::found(const std::vector<ListedJvm>& jvms) {
    for (const ListedJvm& jvm : jvms) {
        if (jvm.vm != Vm::hotspot || !met_.emplace(jvm.pid, jvm.start_ticks).second) continue;
        sample(*start(jvm.pid));
    }
}

void Recording::found_again(const std::vector<ListedJvm>& jvms) {
    if (!ended_) return;
    const RecordedRun& old = *ended_->run;
    // The end was noticed a tick after it at the latest.
    const double longest_life = static_cast<double>(monotonic_ns() - ended_at_) / 1e9 +
                                static_cast<double>(options_->every.count()) / 1e3 + 1;
    for (const ListedJvm& jvm : jvms) {
        const bool itself = jvm.pid == old.pid && jvm.start_ticks == old.start_ticks;
        if (itself || jvm.uid != ended_->sampler->uid() || jvm.cmdline != ended_->sampler->cmdline())
            continue;
        if (jvm.uptime_s > longest_life) continue;  // it ran beside
        sample(*start(jvm.pid));
        ended_.reset();
        return;
    }
}

void Recording::sample(Recorded& process) {
    process.busy = true;
    process.busy_since = monotonic_ns();
    process.stop = std::stop_source();
    const auto found = std::find_if(processes_.begin(), processes_.end(),
                                    [&](const auto& one) { return one.get() == &process; });
    work_.submit([this, one = *found, sampler = process.sampler,
                  stop = process.stop.get_token()]() -> BackgroundWork::Done {
        auto taken = sampler->take(stop);
        const bool ended = !taken && sampler->ended();
        return [this, one, taken = std::move(taken), ended]() mutable {
            take_over(one, std::move(taken), ended);
        };
    });
}

void Recording::take_over(const std::shared_ptr<Recorded>& process, Expected<Sample> sample, bool ended) {
    process->busy = false;
    if (sample) {
        keep(*process, std::move(*sample));
    } else {
        lose(process, sample.error(), ended);
    }
}

void Recording::keep(Recorded& process, Sample sample) {
    // Only now is it known that there is something to keep.
    if (!file_open_) {
        if (auto opened = writer_.begin(); !opened) {
            refused_ = opened.error();
            return;
        }
        file_open_ = true;
    }
    if (!process.run) {
        process.run = std::make_shared<const RecordedRun>(process.sampler->run());
        process.rss_at_first = sample.rss;
    }
    ++state_.taken;
    state_.rss = sample.rss;
    state_.rss_at_first = process.rss_at_first;
    state_.attach_ms += sample.cost.attach_ms;
    writer_.add(process.run, std::move(sample));
}

void Recording::lose(const std::shared_ptr<Recorded>& process, const Error& why, bool ended) {
    const bool never_read = process->run == nullptr;
    if (!never_read && !ended) {
        ++state_.missed;
        state_.last_error = to_string(why);
        return;
    }
    if (never_read) {
        state_.last_error = to_string(why);
        if (!options_->all && state_.taken == 0) refused_ = why;
    } else {
        writer_.end_run(process->run, "the process ended", {0, wall_ms(), boot_ms()});
    }
    if (!options_->all && !never_read) {
        ended_ = process;
        ended_at_ = monotonic_ns();
    }
    processes_.remove(process);
}

// Whatever it is that they wait for: each has a thread to itself, and gives it back.
void Recording::give_up_on_late_ones() {
    const std::chrono::nanoseconds most = options_->sampler.collect.attach_timeout + for_reading;
    for (const auto& process : processes_) {
        if (process->busy && monotonic_ns() - process->busy_since > static_cast<std::uint64_t>(most.count()))
            process->stop.request_stop();
    }
}

void Recording::tick() {
    for (const auto& process : processes_) {
        if (!process->busy) {
            sample(*process);
            continue;
        }
        ++state_.missed;
        state_.last_error = "pid " + std::to_string(process->pid) + ": the sample before was not done yet";
    }
}

void Recording::update_state() {
    state_.cpu_ms = own_cpu_ms() - cpu_before_;
    state_.processes = processes_.size();
    state_.waiting = ended_ != nullptr;
    state_.elapsed_s = elapsed_ms() / 1000;
    state_.written = writer_.state();
    state_.trouble = writer_.trouble() ? writer_.trouble()->what : "";
}

// Until then, or until something has come that the loop should look at.
void Recording::wait_until(std::uint64_t monotonic) {
    constexpr int longest_ms = 500;
    const bool one_is_busy = searching_ || std::any_of(processes_.begin(), processes_.end(),
                                                       [](const auto& process) { return process->busy; });
    const std::uint64_t now = monotonic_ns();
    const std::uint64_t left = monotonic > now ? (monotonic - now + ms_ns - 1) / ms_ns : 0;
    const int wait = static_cast<int>(std::min<std::uint64_t>(left, one_is_busy ? 50 : longest_ms));
    std::array<pollfd, 2> news{pollfd{signals_.descriptor(), POLLIN, 0},
                               pollfd{work_.descriptor(), POLLIN, 0}};
    static_cast<void>(::poll(news.data(), news.size(), wait));
    work_.look();
    give_up_on_late_ones();
    if (signals_.next() != 0) state_.end = "interrupted";
}

// What cannot be read at all is refused before a file is made.
Expected<void> Recording::first_sample() {
    if (options_->all) return {};
    sample(*start(options_->pid));
    while (state_.taken == 0 && !refused_ && state_.end.empty()) wait_until(monotonic_ns() + 100 * ms_ns);
    if (refused_) return tl::make_unexpected(*refused_);
    return {};
}

std::uint64_t Recording::end_of_time() const {
    if (!options_->length) return UINT64_MAX;
    return began_ + static_cast<std::uint64_t>(options_->length->count()) * ms_ns;
}

bool Recording::is_over() {
    if (!state_.end.empty()) return true;
    if (monotonic_ns() >= end_of_time()) {
        state_.end = "the time is over";
    } else if (!options_->all && processes_.empty()) {
        const auto waited = static_cast<double>(monotonic_ns() - ended_at_) / static_cast<double>(ms_ns);
        if (waited >= static_cast<double>(options_->wait.count())) state_.end = "the process ended";
    }
    return !state_.end.empty();
}

// Before the loop waits. While a command is waited for, nothing is sampled, and the search need not wait for
// the grid.
std::uint64_t Recording::next_search() const {
    if (searching_ || (!ended_ && !options_->all)) return UINT64_MAX;
    const std::int64_t left = std::max<std::int64_t>(searched_ms_ + search_every_ms - boot_ms(), 0);
    return monotonic_ns() + static_cast<std::uint64_t>(left) * ms_ns;
}

void Recording::finish() {
    for (const auto& process : processes_) process->stop.request_stop();
    const auto deadline = monotonic_ns() + static_cast<std::uint64_t>(to_stop.count()) * ms_ns;
    const auto busy = [&] {
        return std::any_of(processes_.begin(), processes_.end(), [](const auto& one) { return one->busy; });
    };
    while (busy() && monotonic_ns() < deadline) wait_until(deadline);
    for (const auto& process : processes_) {
        if (process->run) writer_.end_run(process->run, state_.end, {0, wall_ms(), boot_ms()});
    }
    state_.stuck = !work_.end(std::chrono::milliseconds(300));
    writer_.finish();
    update_state();
    state_.file_bytes = writer_.file_bytes();
}

Expected<RecordState> Recording::run() {
    auto boot_id = this_boot();
    if (!boot_id) return tl::make_unexpected(boot_id.error());
    boot_id_ = std::move(*boot_id);
    if (options_->all) share_heap_among_threads();
    if (auto sampled = first_sample(); !sampled) return tl::make_unexpected(sampled.error());
    // On the grid that the first tick began; those that come while the loop is held up are left out.
    std::uint64_t next = began_ + every_ns();
    while (!is_over()) {
        search();
        if (file_open_) writer_.write();
        update_state();
        watcher_->sampled(state_);
        wait_until(std::min({next, next_search(), end_of_time()}));
        if (refused_) return tl::make_unexpected(*refused_);
        if (monotonic_ns() < next || is_over()) continue;
        tick();
        next = began_ + ((monotonic_ns() - began_) / every_ns() + 1) * every_ns();
    }
    finish();
    return state_;
}

}  // namespace

Expected<RecordState> record(const RecordOptions& options, RecordWatcher& watcher) {
    return Recording(options, watcher).run();
}

}  // namespace nmtx
