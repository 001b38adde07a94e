#include "platform/proc/memory_left.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/containers/cgroup_bound.h"
#include "platform/proc/input_file.h"
#include "platform/proc/kernel_documents.h"
#include "platform/proc/process_files.h"

namespace nmtx {
namespace {

constexpr std::size_t most_text = std::size_t{1} << 20U;

Expected<Bytes> memory_available() {
    const auto text = read_input("/proc/meminfo", most_text);
    if (!text) return tl::make_unexpected(text.error());
    for (Lines lines(*text); lines.next();) {
        Cursor cursor(lines.line());
        if (!cursor.take("MemAvailable:")) continue;
        cursor.skip_blanks();
        if (const auto number = cursor.decimal()) return kib(*number);
    }
    return failure("/proc/meminfo", "does not show how much memory is available");
}

// Nothing where no cgroup limits us.
std::optional<Bytes> left_in_cgroup() {
    const auto self = ProcessFiles::open(static_cast<std::uint64_t>(::getpid()));
    if (!self) return std::nullopt;
    const auto path = self->read("cgroup");
    if (!path) return std::nullopt;
    const auto text = read_cgroup_memory(*self, *path);
    if (!text) return std::nullopt;
    const auto memory = parse_cgroup_memory(*text);
    if (!memory) return std::nullopt;
    auto bound = tightest_bound(*memory, CgroupUse::working_set);
    if (!bound) bound = tightest_bound(*memory, CgroupUse::charged);
    return bound ? std::optional(bound->left) : std::nullopt;
}

}  // namespace

Expected<Bytes> memory_left() {
    auto available = memory_available();
    if (!available) return available;
    return std::min(*available, left_in_cgroup().value_or(*available));
}

Expected<void> check_room(Bytes wanted, Bytes left) {
    const Bytes margin = std::max(mib(128), Bytes(wanted.value() / 8));
    if (wanted + margin <= left) return {};
    const auto in_mib = [](Bytes bytes) { return bytes.value() / 1048576; };
    return failure("--freeze",
                   fmt::format("the copy needs {} MiB and {} MiB more free, but only {} MiB are available",
                               in_mib(wanted), in_mib(margin), in_mib(left)),
                   "run it without --freeze: the process is then read while it runs");
}

}  // namespace nmtx
