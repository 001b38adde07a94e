#include "platform/probes/allocation_records.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <unordered_set>
#include <utility>

#include "platform/os/clock.h"

namespace nmtx {
namespace {

constexpr std::size_t samples_a_window = 300;
constexpr std::size_t most_samples = 200'000;
constexpr std::size_t dwarf_result = 0;  // rax
// At the end of a window: whether a block is freed at once does not show there.
constexpr double late_part = 0.3;

}  // namespace

void AllocationRecords::begin(const ProbeWindow& window, std::array<std::uint32_t, most_strata> entries,
                              std::uint64_t seed) {
    entries_ = entries;
    busy_.begin(window);
    first_of_window_ = samples_.size();
    ends_.clear();
    bytes_seen_ = 0;
    bytes_of_threads_.assign(window.threads(), 0);
    waiting_.clear();
    sampler_.emplace(period_, seed);
}

std::optional<AllocationRecords::Call> AllocationRecords::call_of(const ProbedFunction& function,
                                                                  const ProbeRecord& record) {
    Call call;
    call.bytes = requested_bytes(function.size, record);
    // realloc of nothing frees.
    if (call.bytes >= most_asked || (call.bytes == 0 && function.name == "realloc")) return std::nullopt;
    if (record.stack.size() < sizeof call.returns_to) {
        ++run_.refused;
        return std::nullopt;
    }
    std::memcpy(&call.returns_to, record.stack.data(), sizeof call.returns_to);
    const auto holds = [&call](Range code) { return code.contains(Address{call.returns_to}); };
    if (function.maps && (!is_memory(record) || std::any_of(own_.begin(), own_.end(), holds)))
        return std::nullopt;
    if (holds(only_itself_)) return std::nullopt;
    if (!jvm_.contains(Address{call.returns_to})) return call;
    ++run_.of_jvm;
    return std::nullopt;
}

std::optional<AllocationRecords::Kept> AllocationRecords::keep(const Call& call, const ProbeRecord& record,
                                                               bool has_room) {
    if ((!has_room && batches_.full()) || samples_.size() >= most_samples) {
        ++run_.no_room;
        return std::nullopt;
    }
    const KnownThread& of = busy_.known(record.tid);
    ThreadCopy copy;
    copy.tid = record.tid;
    copy.own_id = of.own_id();
    copy.registers = record.registers;
    copy.begin = Address{record.registers[dwarf_stack_pointer]};
    copy.bytes.assign(record.stack.begin(), record.stack.end());
    Kept kept;
    kept.sample.thread = builder_.thread(static_cast<std::uint64_t>(record.tid), of.name());
    kept.tid = record.tid;
    kept.sample.bytes = call.bytes;
    kept.called_ns = record.time_ns;
    kept.returns_to = call.returns_to;
    kept.stack = batches_.keep_copy(std::move(copy), kept.sample.thread);
    return kept;
}

void AllocationRecords::enter(const ProbeWindow& window, std::size_t thread, std::size_t number,
                              const ProbeRecord& record) {
    const ProbedFunction& function = window.functions()[number];
    if (function.frees) return note_end(requested_bytes(SizeArgument::first, record), record.time_ns);
    const auto call = call_of(function, record);
    // malloc calls mmap before it returns.
    if (call || !function.maps) waiting_.erase(thread);
    // It ends its block, whether that is moved or grows where it is.
    if (function.name == "realloc") {
        note_end(requested_bytes(SizeArgument::first, record), record.time_ns);
        if (window.thread(thread).every_of(number) > 1) run_.frees_partly = true;
    }
    if (!call) return;
    const ChosenThread& probed = window.thread(thread);
    const auto every = static_cast<double>(probed.every_of(number));
    bytes_seen_ += static_cast<double>(call->bytes) * every;
    bytes_of_threads_[thread] += static_cast<double>(call->bytes) * every;
    const auto chance = sampler_->choose(call->bytes, 1 / every);
    auto kept = chance ? keep(*call, record, false) : std::nullopt;
    if (!kept) return;
    kept->sample.window = entries_[probed.stratum];
    kept->sample.weight = every / *chance * probed.factor;
    kept->probed_thread = thread;
    kept->function = number;
    kept->sample.mapped = function.maps;
    samples_.push_back(std::move(*kept));
    if (function.returns_address)
        waiting_[thread] = {record.registers[dwarf_stack_pointer], samples_.size() - 1};
}

void AllocationRecords::begin_watch() {
    first_of_watch_ = samples_.size();
    watched_waiting_.clear();
}

std::optional<AllocationRecords::WatchedCall> AllocationRecords::enter_watched(std::size_t thread,
                                                                               const ChosenThread& watched,
                                                                               const ProbedFunction& function,
                                                                               std::size_t number,
                                                                               const ProbeRecord& record) {
    const auto call = call_of(function, record);
    if (call || !function.maps) watched_waiting_.erase(thread);
    auto kept = call ? keep(*call, record, true) : std::nullopt;
    if (!kept) return std::nullopt;
    kept->sample.weight = watched.factor;
    kept->watched = true;
    kept->sample.mapped = function.maps;
    kept->probed_thread = thread;
    kept->function = number;
    samples_.push_back(std::move(*kept));
    watched_waiting_[thread] = {record.registers[dwarf_stack_pointer], samples_.size() - 1};
    return WatchedCall{call->returns_to, static_cast<double>(call->bytes)};
}

void AllocationRecords::leave_watched(std::size_t thread, const ProbeRecord& record) {
    const auto waiting = watched_waiting_.find(thread);
    if (waiting == watched_waiting_.end()) return;
    Kept& kept = samples_[waiting->second.sample];
    if (record.registers[dwarf_stack_pointer] != waiting->second.sp + sizeof(std::uint64_t) ||
        record.registers[dwarf_return_address] != kept.returns_to)
        return;
    kept.sample.address = record.registers[dwarf_result];
    watched_waiting_.erase(waiting);
}

void AllocationRecords::end_watch(std::span<const std::array<double, most_functions>> factors,
                                  std::uint32_t entry) {
    for (std::size_t i = first_of_watch_; i < samples_.size(); ++i) {
        Kept& kept = samples_[i];
        if (!kept.watched) continue;
        kept.sample.weight *= factors[kept.probed_thread][kept.function];
        // All its calls were to be seen: what it stands for beyond itself may not have been.
        kept.sample.doubt = 1 - 1 / std::max(1.0, kept.sample.weight);
        kept.sample.window = entry;
    }
    watched_waiting_.clear();
}

// The call has taken its return address from the stack, and nothing else.
void AllocationRecords::leave(std::size_t thread, const ProbeRecord& record) {
    note_end(record.registers[dwarf_result], record.time_ns);
    const auto waiting = waiting_.find(thread);
    if (waiting == waiting_.end()) return;
    if (record.registers[dwarf_stack_pointer] != waiting->second.sp + sizeof(std::uint64_t)) return;
    samples_[waiting->second.sample].sample.address = record.registers[dwarf_result];
    samples_[waiting->second.sample].returned_ns = record.time_ns;
    waiting_.erase(waiting);
}

void AllocationRecords::drain(ProbeWindow& window, std::uint64_t until_ns) {
    window.drain([&](std::size_t thread, std::size_t function,
                     const ProbeRecord& record) { enter(window, thread, function, record); },
                 [&](std::size_t thread, const ProbeRecord& record) { leave(thread, record); }, until_ns);
}

void AllocationRecords::note_end(std::uint64_t address, std::uint64_t time_ns) {
    if (addresses_) ends_.note(address, time_ns);
}

void AllocationRecords::find_ends(const ProbeWindow& window) {
    if (!addresses_) return;
    const bool all_noted = window.lost() == 0 && window.bad() == 0 && !ends_.full();
    if (run_.with_frees && !all_noted) ++run_.windows_unwatched;
    std::unordered_set<std::uint64_t> sampled;
    for (const Kept& kept : samples_) sampled.insert(kept.sample.address);
    ends_.keep_only(sampled);
    const std::uint64_t began = window.began_ns();
    // Where records were lost at the end, what they would have shown is not known.
    std::unordered_map<pid_t, std::uint64_t> recorded_until;
    for (std::size_t i = 0; i < window.threads(); ++i)
        recorded_until[window.thread(i).tid] = window.recorded_until_ns(i);
    for (std::size_t i = 0; i < first_of_window_; ++i) {
        const auto until = recorded_until.find(samples_[i].tid);
        find_later_end(samples_[i], began,
                       until == recorded_until.end() ? window.stopping_ns() : until->second);
    }
    for (const auto& [tid, until] : recorded_until)
        exposed_s_[tid] += static_cast<double>(until - began) / 1e9;
    for (std::size_t i = first_of_window_; i < samples_.size(); ++i) {
        if (!samples_[i].watched)
            find_end(samples_[i], began, window.recorded_until_ns(samples_[i].probed_thread), all_noted);
    }
}

// Of a sample of this window.
void AllocationRecords::find_end(Kept& kept, std::uint64_t began, std::uint64_t until, bool all_noted) const {
    const auto late = static_cast<std::uint64_t>(late_part * static_cast<double>(until - began));
    const std::uint64_t from = kept.returned_ns;
    AllocationSample& sample = kept.sample;
    const auto exposed = exposed_s_.find(kept.tid);
    kept.seen_from_s = exposed == exposed_s_.end() ? 0 : exposed->second;
    sample.seen.could_s = 0;
    sample.seen.late = from >= until - late;
    if (sample.address == 0 || from < began || from >= until) return;
    const double lived_s = ends_.lived_s(sample.address, from, until);
    sample.seen.ended_at_once = lived_s >= 0;
    if (!run_.with_frees || !all_noted || sample.mapped) return;
    sample.could_s = static_cast<double>(until - from) / 1e9;
    sample.lived_s = lived_s;
}

// Of a sample of a window before: its address is given out again.
void AllocationRecords::find_later_end(Kept& kept, std::uint64_t began, std::uint64_t until) const {
    BlockSeen& seen = kept.sample.seen;
    if (kept.sample.address == 0 || seen.ended_at_once || seen.ended_s >= 0 || kept.watched) return;
    const double within_s = ends_.lived_s(kept.sample.address, began, until);
    if (within_s < 0) return;
    const auto exposed = exposed_s_.find(kept.tid);
    seen.ended_s = (exposed == exposed_s_.end() ? 0 : exposed->second - kept.seen_from_s) + within_s;
}

void AllocationRecords::look_for_freed(const FreedNow& freed_now) {
    const auto may_live = [](const Kept& kept) {
        const BlockSeen& seen = kept.sample.seen;
        return kept.sample.address != 0 && !seen.ended_at_once && !seen.is_gone;
    };
    std::vector<SampledBlock> blocks;
    for (const Kept& kept : samples_) {
        if (may_live(kept)) blocks.push_back({kept.sample.address, kept.sample.mapped});
    }
    std::sort(blocks.begin(), blocks.end());
    blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
    if (blocks.empty()) return;
    const std::vector<std::uint64_t> freed = freed_now(blocks);
    for (Kept& kept : samples_) {
        if (may_live(kept) && std::binary_search(freed.begin(), freed.end(), kept.sample.address))
            kept.sample.seen.is_gone = true;
    }
}

void AllocationRecords::end(const ProbeWindow& window, const HitPrice& price) {
    find_ends(window);
    undisturbed_.clear();
    // By thread and function.
    std::vector<std::array<double, most_functions>> factors(window.threads());
    for (std::size_t i = 0; i < window.threads(); ++i) {
        const ProbeHits hits = window.hits(i);
        const double cost = cost_ns(price, hits), busy = busy_.share(window, i);
        times_as_dear_ = std::max(times_as_dear_, nmtx::times_as_dear(cost, window.ran_ns(i), busy));
        Undisturbed lacks = undisturbed(cost, window.ran_ns(i), hits.calls, busy, busy_.before(i));
        const double slowed = 1 - 1 / std::max(lacks.factor, 1 + lacks.doubt);
        run_.slowed = std::max(run_.slowed, slowed);
        if (slowed > AllocationRun::most_corrected) lacks.doubt = std::max(lacks.doubt, boundless_doubt);
        undisturbed_.push_back(lacks);
        for (std::size_t function = 0; function < window.probed(); ++function) {
            // Those behind the last one that was due, and those that had no room in the buffer.
            const ProbeHits own = window.hits(i, function);
            const std::uint64_t recorded = own.copies * window.thread(i).every_of(function);
            const bool more = recorded > 0 && own.calls > recorded;
            const double all = more ? static_cast<double>(own.calls) / static_cast<double>(recorded) : 1;
            factors[i][function] = lacks.factor * all;
        }
    }
    for (std::size_t i = first_of_window_; i < samples_.size(); ++i) {
        if (samples_[i].watched) continue;
        AllocationSample& sample = samples_[i].sample;
        sample.weight *= factors[samples_[i].probed_thread][samples_[i].function];
        sample.doubt = undisturbed_[samples_[i].probed_thread].doubt;
    }
    // Chosen by what came before, so that no sample's chance depends on itself.
    if (samples_.size() - first_of_window_ > samples_a_window) {
        period_ = std::max(period_, bytes_seen_ / static_cast<double>(samples_a_window));
        run_.period_bytes = period_;
    }
}

// A debug register shows the block of one place's calls at a time. So these stand for the others of that
// place and thread: whether it had the register has nothing to do with what became of a block.
void AllocationRecords::weigh_by_addresses() {
    struct Bytes {
        double all = 0, with_address = 0;
    };
    std::map<std::pair<std::uint32_t, std::uint64_t>, Bytes> places;
    const auto place_of = [&](const Kept& kept) -> Bytes& {
        return places[{kept.sample.thread, kept.returns_to}];
    };
    for (const Kept& kept : samples_) {
        if (!kept.watched) continue;
        const double bytes = kept.sample.weight * static_cast<double>(kept.sample.bytes);
        place_of(kept).all += bytes;
        if (kept.sample.address != 0) place_of(kept).with_address += bytes;
    }
    for (Kept& kept : samples_) {
        if (!kept.watched || kept.sample.bytes == 0) continue;
        const Bytes& bytes = place_of(kept);
        if (bytes.with_address <= 0) continue;
        kept.sample.weight *= kept.sample.address != 0 ? bytes.all / bytes.with_address : 0;
    }
    std::erase_if(samples_, [](const Kept& kept) { return kept.sample.weight <= 0; });
}

std::vector<AllocationSample> AllocationRecords::take() {
    weigh_by_addresses();
    std::stable_sort(samples_.begin(), samples_.end(),
                     [](const Kept& a, const Kept& b) { return a.called_ns < b.called_ns; });
    std::vector<AllocationSample> all;
    all.reserve(samples_.size());
    for (Kept& kept : samples_) {
        if (kept.stack->node) kept.sample.node = *kept.stack->node;
        if (addresses_ && !kept.watched) kept.sample.seen.could_s = exposed_s_[kept.tid] - kept.seen_from_s;
        all.push_back(kept.sample);
    }
    samples_.clear();
    return all;
}

}  // namespace nmtx
