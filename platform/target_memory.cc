#include "platform/target_memory.h"

#include <sys/uio.h>

#include <algorithm>

namespace nmtx {
namespace {

// Stacks and chunks of one thread pool lie side by side: one question to the kernel serves several of them.
constexpr Bytes window_size = mib(8);

}  // namespace

Bytes LiveMemory::resident_from(Address at, Bytes most) {
    const Range wanted{at, at + most};
    if (!window_.contains(wanted)) {
        const std::uint64_t begin = at.value - at.value % window_size.value();
        window_ = {{begin}, std::max(Address{begin} + window_size, wanted.end)};
        present_ = residency_.runs(window_);
    }
    const auto after =
        std::upper_bound(present_.begin(), present_.end(), at,
                         [](Address address, const Range& run) { return address < run.begin; });
    if (after == present_.begin()) return {};
    const Range run = *std::prev(after);
    return run.contains(at) ? intersect(run, wanted).size() : Bytes();
}

std::size_t LiveMemory::read(Address at, std::span<std::byte> into) {
    const Bytes resident = resident_from(at, Bytes(into.size()));
    if (resident == Bytes()) return 0;
    const iovec local{into.data(), resident.value()};
    // An address of the target, never followed here.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    const iovec remote{reinterpret_cast<void*>(at.value), resident.value()};
    const ssize_t got = ::process_vm_readv(pid_, &local, 1, &remote, 1, 0);
    return got <= 0 ? 0 : static_cast<std::size_t>(got);
}

}  // namespace nmtx
