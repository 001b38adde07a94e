#include "platform/memory/live_memory.h"

#include <sys/uio.h>

#include <algorithm>
#include <future>
#include <system_error>

namespace nmtx {
namespace {

// Stacks and chunks of one thread pool lie side by side: one question to the kernel serves several of them.
constexpr Bytes window_size = mib(8);

// IOV_MAX: what one call of process_vm_readv takes.
constexpr std::size_t most_pieces_at_once = 1024;

// What of [at, at + most) one run covers, from its start.
Bytes covered(const std::vector<Range>& runs, Range wanted) {
    const auto after =
        std::upper_bound(runs.begin(), runs.end(), wanted.begin,
                         [](Address address, const Range& run) { return address < run.begin; });
    if (after == runs.begin()) return {};
    const Range run = *std::prev(after);
    return run.contains(wanted.begin) ? intersect(run, wanted).size() : Bytes();
}

}  // namespace

Bytes LiveMemory::resident_from(Address at, Bytes most) {
    if (stop_.stop_requested()) return {};
    const Range wanted{at, at + most};
    if (covered(known_, wanted) == most) return most;
    if (!window_.contains(wanted)) {
        const std::uint64_t begin = at.value - at.value % window_size.value();
        window_ = {{begin}, std::max(Address{begin} + window_size, wanted.end)};
        present_ = residency_.runs(window_);
    }
    return covered(present_, wanted);
}

// Heads are far from one another: only their pages are queried.
bool LiveMemory::head_is_resident(Address at) {
    const Range head{at, at + Bytes(head_bytes)};
    if (covered(known_, head) == head.size()) return true;
    return covered(residency_.runs(head), head) == head.size();
}

// One call for many; it stops at the first that cannot be read, and goes on behind it.
void LiveMemory::read_heads(std::span<Head> heads) const {
    std::vector<iovec> local(heads.size()), remote(heads.size());
    for (std::size_t i = 0; i < heads.size(); ++i) {
        local[i] = {heads[i].bytes.data(), head_bytes};
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        remote[i] = {reinterpret_cast<void*>(heads[i].at.value), head_bytes};
    }
    for (std::size_t done = 0; done < heads.size();) {
        const std::size_t count = std::min(heads.size() - done, most_pieces_at_once);
        const ssize_t got = ::process_vm_readv(pid_, &local[done], count, &remote[done], count, 0);
        const std::size_t read = got <= 0 ? 0 : static_cast<std::size_t>(got) / head_bytes;
        done += read;
        if (read < count) heads[done++].at = {};
    }
}

void LiveMemory::expect(std::span<const Address> next) {
    heads_.clear();
    heads_.reserve(next.size());
    for (const Address at : next) {
        if (head_is_resident(at)) heads_.push_back({at, {}});
    }
    read_heads(heads_);
    std::erase_if(heads_, [](const Head& head) { return head.at == Address{}; });
}

std::size_t LiveMemory::read(Address at, std::span<std::byte> into) {
    if (into.size() <= head_bytes) {
        const auto head = std::lower_bound(heads_.begin(), heads_.end(), at,
                                           [](const Head& h, Address address) { return h.at < address; });
        if (head != heads_.end() && head->at == at) {
            std::copy_n(head->bytes.begin(), into.size(), into.begin());
            return into.size();
        }
    }
    const Bytes resident = resident_from(at, Bytes(into.size()));
    if (resident == Bytes()) return 0;
    const iovec local{into.data(), resident.value()};
    // An address of the target, never followed here.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    const iovec remote{reinterpret_cast<void*>(at.value), resident.value()};
    const ssize_t got = ::process_vm_readv(pid_, &local, 1, &remote, 1, 0);
    return got <= 0 ? 0 : static_cast<std::size_t>(got);
}

// Large pieces are read one ahead. Each begins a page before the last one's end: chunks lie across.
std::span<const std::byte> LiveMemory::look(Address at, std::size_t most) {
    constexpr std::size_t worth_it = std::size_t{512} << 10U;
    constexpr std::uint64_t overlap = 4096;
    const Bytes resident = resident_from(at, Bytes(most));
    if (resident == Bytes()) return {};
    std::span<const std::byte> bytes = ahead_.take(at);
    if (bytes.empty()) bytes = ahead_.now({at, at + resident});
    const Address end = at + Bytes(bytes.size());
    if (most < worth_it || bytes.size() < overlap) return bytes;
    const Bytes next = resident_from(end, Bytes(most));
    if (next.value() >= worth_it / 2) ahead_.begin({{end.value - overlap}, end + next});
    return bytes;
}

// The other one reads in a thread of its own; where there is none, after the first.
void LiveMemory::both(const Reader& one, const Reader& other) {
    auto residency = residency_.another();
    if (!residency) return WatchedMemory::both(one, other);
    LiveMemory second(*this, std::move(*residency));
    std::future<void> done;
    try {
        done = std::async(std::launch::async, [&] { other(second); });
    } catch (const std::system_error&) {
        return WatchedMemory::both(one, other);
    }
    one(*this);
    done.get();
}

}  // namespace nmtx
