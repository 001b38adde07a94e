#include "platform/profile/stack_batches.h"

#include <poll.h>
#include <sys/uio.h>

#include <algorithm>
#include <functional>

#include "platform/os/clock.h"
#include "platform/os/page_size.h"
#include "platform/profile/copied_batch.h"
#include "platform/profile/unwound_batch.h"
#include "platform/symbols/mixed_stacks.h"
#include "platform/symbols/unwind_files.h"

namespace nmtx {
namespace {

constexpr std::uint64_t red_zone_bytes = 128;
// Metadata of the JVM is read at most so long after a copy, and the time that the child takes.
constexpr std::uint64_t batch_ns = 2'000'000'000;
constexpr std::size_t batch_copies = 1000;
constexpr std::size_t batch_bytes = std::size_t{16} << 20U;
constexpr std::size_t most_held_bytes = std::size_t{64} << 20U;
constexpr std::size_t most_held_copies = 8000;
constexpr std::size_t most_output = std::size_t{64} << 20U;

std::size_t hash_of(std::span<const std::byte> bytes) {
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

Expected<std::unique_ptr<StackBatches>> StackBatches::of(const ProcessFiles& process,
                                                         ProfileBuilder& builder) {
    auto residency = PageResidency::open(process);
    if (!residency) return tl::make_unexpected(residency.error());
    return std::unique_ptr<StackBatches>(new StackBatches(process, std::move(*residency), builder));
}

StackBatches::StackBatches(const ProcessFiles& process, PageResidency residency, ProfileBuilder& builder)
    : process_(process), residency_(std::move(residency)), builder_(builder), names_(process, builder) {
    last_.bytes.resize(ThreadCopyBounds().stack);
}

// Resident pages only, up to the first that is not: nothing is faulted in.
std::size_t StackBatches::read_stack(Address from, std::span<std::byte> into) {
    const Range wanted{from, from + Bytes(into.size())};
    const auto runs = residency_.runs(wanted);
    if (runs.empty() || runs.front().begin != from) return 0;
    const std::size_t resident = runs.front().size().value();
    const iovec local{into.data(), resident};
    // An address of the target, never followed here.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    const iovec remote{reinterpret_cast<void*>(from.value), resident};
    const ssize_t got = ::process_vm_readv(static_cast<pid_t>(process_.pid()), &local, 1, &remote, 1, 0);
    return got <= 0 ? 0 : static_cast<std::size_t>(got);
}

void StackBatches::copy(pid_t tid, const user_regs_struct& registers) {
    last_.tid = tid;
    last_.registers = by_dwarf_number(registers);
    last_size_ = 0;
    // The red zone may lie in a page of its own that was never touched.
    const std::uint64_t pointer = last_sp();
    for (const std::uint64_t lowest : {pointer - red_zone_bytes, pointer}) {
        last_.begin = Address{lowest - lowest % page_size()};
        last_size_ = read_stack(last_.begin, last_.bytes);
        if (last_size_ > 0) break;
    }
}

std::shared_ptr<StackSample> StackBatches::keep(std::uint64_t own_id, std::uint32_t thread,
                                                std::uint64_t weight_ns) {
    if (copies_.empty()) first_ns_ = monotonic_ns();
    ThreadCopy& kept = copies_.emplace_back();
    kept.tid = last_.tid;
    kept.own_id = own_id;
    kept.registers = last_.registers;
    kept.begin = last_.begin;
    const auto end = last_.bytes.begin() + static_cast<std::ptrdiff_t>(last_size_);
    kept.bytes.assign(last_.bytes.begin(), end);
    held_bytes_ += last_size_;
    auto sample = std::make_shared<StackSample>();
    sample->thread = thread;
    sample->weight_ns = weight_ns;
    samples_.push_back(sample);
    return sample;
}

std::shared_ptr<StackSample> StackBatches::keep_copy(ThreadCopy copy, std::uint32_t thread) {
    if (copies_.empty()) first_ns_ = monotonic_ns();
    held_bytes_ += copy.bytes.size();
    copies_.push_back(std::move(copy));
    auto sample = std::make_shared<StackSample>();
    sample->thread = thread;
    samples_.push_back(sample);
    return sample;
}

std::size_t StackBatches::last_stack_bytes() const {
    const std::uint64_t below = last_sp() - last_.begin.value;
    return last_size_ > below ? last_size_ - below : 0;
}

std::size_t StackBatches::last_hash() const {
    const std::size_t bytes = last_stack_bytes();
    return hash_of(std::span(last_.bytes).subspan(last_size_ - bytes, bytes));
}

std::size_t StackBatches::hash_of_stack(Address from, std::size_t bytes) {
    std::vector<std::byte> now(bytes);
    const std::size_t got = bytes == 0 ? 0 : read_stack(from, now);
    return got == bytes ? hash_of(now) : hash_of({});
}

void StackBatches::count(const StackSample& sample, std::uint64_t samples, std::uint64_t weight_ns) {
    if (sample.lost) {
        lost_ += samples;
        return;
    }
    builder_.add(*sample.node, sample.thread, samples, weight_ns);
    if (sample.to_the_start) unwound_ += samples;
}

void StackBatches::add_again(const std::shared_ptr<StackSample>& sample, std::uint64_t weight_ns) {
    if (sample->node || sample->lost) return count(*sample, 1, weight_ns);
    ++sample->samples;
    sample->weight_ns += weight_ns;
}

bool StackBatches::full() const {
    return held_bytes_ > most_held_bytes || copies_.size() > most_held_copies;
}

bool StackBatches::due(std::uint64_t now_ns) const {
    if (unwinding_ || copies_.empty()) return false;
    return now_ns - first_ns_ > batch_ns || held_bytes_ > batch_bytes || copies_.size() > batch_copies;
}

void StackBatches::begin_unwinding() {
    in_the_child_ = std::move(samples_);
    const std::vector<ThreadCopy> copies = std::move(copies_);
    samples_.clear();
    copies_.clear();
    held_bytes_ = 0;
    const auto maps = process_.read_large("maps");
    if (!maps) return lose(to_string(maps.error()));
    code_ = mapped_code(*maps);
    if (auto given = give_to_the_child(*maps, copies); !given) return lose(to_string(given.error()));
    unwinding_ = true;
}

Expected<void> StackBatches::have_child() {
    if (child_) return {};
    ChildBounds bounds;
    bounds.output = most_output;
    const auto unwinder = std::make_shared<MixedUnwinder>(process_);
    auto child = ServingChild::begin(
        [unwinder](std::string_view request) {
            const auto batch = parse_copies(request);
            return batch ? format_batch(batch_of(unwinder->unwind(batch->maps, batch->copies)))
                         : std::string();
        },
        bounds);
    if (!child) return tl::make_unexpected(child.error());
    child_.emplace(std::move(*child));
    return {};
}

void StackBatches::begin_child() {
    [[maybe_unused]] const auto ignored = have_child();
}

Expected<void> StackBatches::give_to_the_child(const std::string& maps, std::span<const ThreadCopy> copies) {
    if (auto had = have_child(); !had) return had;
    auto asked = child_->ask(format_copies(maps, copies));
    if (!asked) child_.reset();
    return asked;
}

void StackBatches::lose(const std::string& why) {
    for (const auto& sample : in_the_child_) {
        sample->lost = true;
        lost_ += sample->samples;
    }
    in_the_child_.clear();
    lost_why_ = why;
}

Expected<void> StackBatches::sum_up(const std::string& text) {
    auto batch = parse_batch(text, in_the_child_.size());
    if (!batch) return tl::make_unexpected(batch.error());
    const auto nodes = names_.nodes_of(*batch, code_);
    if (!nodes) return tl::make_unexpected(nodes.error());
    java_missing_ = std::move(batch->java_missing);
    for (std::size_t i = 0; i < in_the_child_.size(); ++i) {
        StackSample& sample = *in_the_child_[i];
        sample.node = (*nodes)[i];
        sample.to_the_start = batch->stacks[i].end == StackEnd::bottom;
        count(sample, sample.samples, sample.weight_ns);
    }
    in_the_child_.clear();
    return {};
}

void StackBatches::finish_batch() {
    if (!unwinding_) return;
    unwinding_ = false;
    const auto text = child_->answer();
    if (!child_->alive()) child_.reset();  // the next batch has a new one
    if (!text) return lose("unwinding failed: " + text.error().what);
    if (auto summed = sum_up(*text); !summed) lose(to_string(summed.error()));
}

void StackBatches::finish_all() {
    unwind_now();
    child_.reset();
}

void StackBatches::unwind_now() {
    while (unwinding_ || !copies_.empty()) {
        if (!unwinding_) begin_unwinding();
        while (unwinding_ && !take_some()) {
            pollfd wanted{descriptor(), POLLIN, 0};
            ::poll(&wanted, 1, static_cast<int>(child_->left().count()));
        }
        finish_batch();
    }
}

}  // namespace nmtx
