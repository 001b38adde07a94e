#include "platform/profile/sampled_threads.h"

#include <sched.h>
#include <sys/stat.h>

#include <algorithm>

namespace nmtx {
namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t young_ns = 3 * second_ns;  // names come after a thread's start
constexpr std::size_t most_stops_a_tick = 200;
constexpr std::size_t most_open_files = 400;
constexpr std::size_t most_held_more = 100;  // threads, with two files more

// As the kernel counts them; 0 where it does not.
std::uint64_t thread_count_of(const ProcessFiles& process) {
    struct stat info{};
    return ::fstatat(process.descriptor(), "task", &info, 0) == 0 ? info.st_nlink : 0;
}

}  // namespace

SampledThreads::SampledThreads(const ProcessFiles& process, StackBatches& batches, ProfileBuilder& builder,
                               ProfileMode mode, const std::string& match)
    : process_(process),
      batches_(batches),
      builder_(builder),
      mode_(mode),
      match_(match),
      regex_(match),
      random_(std::random_device{}()) {}

SampledThread* SampledThreads::find(pid_t tid) {
    const auto at = threads_.find(tid);
    return at == threads_.end() ? nullptr : at->second.get();
}

bool SampledThreads::is_chosen(SampledThread& thread) const {
    if (match_.empty()) return true;
    if (thread.judged_name != thread.thread.name()) {
        thread.judged_name = thread.thread.name();
        thread.chosen = regex_.occurs_in(thread.judged_name);
    }
    return thread.chosen;
}

// A listing may break off where a thread ends meanwhile: that one has ended is seen by its clock instead.
Expected<void> SampledThreads::update(std::uint64_t now_ns) {
    const std::uint64_t count = thread_count_of(process_);
    if (!threads_.empty() && count == listed_count_ && now_ns - listed_ns_ < second_ns) return {};
    listed_count_ = count;
    listed_ns_ = now_ns;
    const auto ids = thread_ids(process_);
    if (!ids) return tl::make_unexpected(ids.error());
    if (ids->empty() || !process_.still_same())
        return failure("pid " + std::to_string(process_.pid()), "has ended");
    for (const pid_t tid : *ids) {
        auto& known = threads_[tid];
        if (!known) {
            known = std::make_unique<SampledThread>(
                KnownThread(process_, tid, threads_.size() < most_open_files));
            known->seen_ns = now_ns;
            known->before = known->thread.clock();
        } else if (now_ns - known->seen_ns < young_ns) {
            known->thread.read_state();
        }
    }
    return {};
}

// What its clock has advanced by since the tick before; nothing where it has ended.
std::optional<ThreadClock> SampledThreads::advance(SampledThread& thread) {
    const auto clock = thread.thread.clock();
    if (!clock) {
        thread.ended = true;
        return std::nullopt;
    }
    const ThreadClock before = thread.before.value_or(*clock);
    thread.before = clock;
    ThreadClock by;
    by.run_ns = clock->run_ns - std::min(clock->run_ns, before.run_ns);
    by.wait_ns = clock->wait_ns - std::min(clock->wait_ns, before.wait_ns);
    if (clock->slices) by.slices = *clock->slices - std::min(*clock->slices, before.slices.value_or(0));
    if (!clock->slices) knows_waits_ = false;
    if (by.run_ns > 0 && is_chosen(thread)) {
        run_ns_ += by.run_ns;
        if (mode_ == ProfileMode::cpu) run_of_[builder_thread(thread)] += by.run_ns;
    }
    return by;
}

// Only those that have a processor are of interest, and the one that we have taken ours from. To stop others
// that wait for one would cost them time for nothing: that they had none would be seen when they stop. Where
// the kernel does not show who has one, all that can run are stopped.
void SampledThreads::consider_busy(SampledThread& thread, std::vector<SampledThread*>& into) {
    const auto by = advance(thread);
    if (!by || (by->run_ns == 0 && by->slices.value_or(0) == 0)) return;
    hold_more(thread);
    const auto slices = thread.before->slices;
    const auto switches = slices ? thread.thread.switches() : std::nullopt;
    const auto has_one = switches ? has_processor(*slices, *switches) : std::nullopt;
    const ThreadState state = thread.thread.read_state();
    if (!is_chosen(thread) || (has_one != true && state.letter != 'R')) return;
    thread.weight_ns = 0;
    if (has_one != false || !state.processor || !own_processor_) {
        into.push_back(&thread);
    } else if (state.processor == own_processor_) {
        note_switched_off(thread, switches->counted_at_ns);
    }
}

// What is read of busy threads at each tick is opened once.
void SampledThreads::hold_more(SampledThread& thread) {
    if (held_more_ >= most_held_more || thread.thread.holds_more()) return;
    thread.thread.hold_more();
    held_more_ = thread.thread.holds_more() ? held_more_ + 1 : most_held_more;
}

void SampledThreads::note_switched_off(SampledThread& thread, std::uint64_t at_ns) {
    if (switched_off_ != nullptr && switched_off_ns_ > at_ns) return;
    switched_off_ = &thread;
    switched_off_ns_ = at_ns;
}

bool SampledThreads::had_processor(const SampledThread& thread, std::uint64_t woken_ns,
                                   std::uint64_t slept_ns) {
    const auto now = thread.thread.clock();
    if (!now || !thread.before) return false;
    if (!now->slices || !thread.before->slices) return true;  // the kernel does not say
    const std::uint64_t switched_in = *now->slices - std::min(*now->slices, *thread.before->slices);
    if (switched_in == 0) return true;
    if (switched_in > 1 || woken_ns == 0) return false;
    const std::uint64_t waited = now->wait_ns - std::min(now->wait_ns, thread.before->wait_ns);
    return slept_ns >= woken_ns + waited;
}

std::uint64_t SampledThreads::weigh() {
    std::uint64_t without = 0;
    for (const auto& [thread, run_ns] : run_of_) {
        if (!builder_.spread(thread, run_ns)) without += run_ns;
    }
    return without;
}

std::uint32_t SampledThreads::builder_thread(const SampledThread& thread) {
    return builder_.thread(static_cast<std::uint64_t>(thread.thread.tid()), thread.thread.name());
}

// Its clock shows no run since it was seen to be where its last sample has it, with the same stack.
bool SampledThreads::has_not_run(SampledThread& thread, const ThreadClock& clock) {
    if (!thread.last || !clock.slices) return false;
    if (thread.unchanged) return *thread.unchanged == clock;
    const auto at = thread.thread.blocked_at();
    if (!at || *at != thread.last_at) return false;
    if (batches_.hash_of_stack(Address{at->sp}, thread.last_bytes) != thread.last_hash) return false;
    // All of it was so while the clock did not move.
    if (thread.thread.clock() != clock) return false;
    thread.unchanged = clock;
    return true;
}

void SampledThreads::consider_any(SampledThread& thread, std::uint64_t period_ns,
                                  std::vector<SampledThread*>& into) {
    if (!advance(thread) || !is_chosen(thread)) return;
    if (has_not_run(thread, *thread.before)) {
        batches_.add_again(thread.last, period_ns);
        ++unchanged_;
        return;
    }
    thread.thread.read_state();
    thread.unchanged.reset();
    thread.last.reset();
    thread.weight_ns = period_ns;
    into.push_back(&thread);
}

// A random choice of them; what it weighs stands for all.
void SampledThreads::leave_out_some(std::vector<SampledThread*>& some) {
    if (some.size() <= most_stops_a_tick) return;
    std::shuffle(some.begin(), some.end(), random_);
    const double factor = static_cast<double>(some.size()) / static_cast<double>(most_stops_a_tick);
    left_out_ += some.size() - most_stops_a_tick;
    some.resize(most_stops_a_tick);
    for (SampledThread* thread : some)
        thread->weight_ns = static_cast<std::uint64_t>(static_cast<double>(thread->weight_ns) * factor);
}

std::vector<SampledThread*> SampledThreads::tick(std::uint64_t period_ns) {
    std::vector<SampledThread*> some;
    const int processor = ::sched_getcpu();
    own_processor_ = processor < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(processor));
    switched_off_ = nullptr;
    for (auto& [tid, thread] : threads_) {
        if (mode_ == ProfileMode::cpu) {
            consider_busy(*thread, some);
        } else {
            consider_any(*thread, period_ns, some);
        }
    }
    if (switched_off_ != nullptr) some.push_back(switched_off_);
    std::erase_if(threads_, [&](const auto& one) {
        if (one.second->ended && one.second->thread.holds_more() && held_more_ > 0) --held_more_;
        return one.second->ended;
    });
    leave_out_some(some);
    return some;
}

void SampledThreads::finish() {
    for (auto& [tid, thread] : threads_) advance(*thread);
}

}  // namespace nmtx
