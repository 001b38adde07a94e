#include "unwinding/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "platform/symbols/unwind_files.h"
#include "unwinding/libdw_unwinder.h"

namespace nmtx::test {
namespace {

std::string difference(const ThreadCopy& copy, const UnwoundStack& ours, const UnwoundStack& theirs) {
    std::size_t i = 0;
    while (i < ours.frames.size() && i < theirs.frames.size() && ours.frames[i] == theirs.frames[i]) ++i;
    const auto at = [i](const UnwoundStack& stack) {
        return i < stack.frames.size() ? fmt::format("{:x}", stack.frames[i].value)
                                       : fmt::format("end {}", static_cast<int>(stack.end));
    };
    const std::string last = i > 0 ? fmt::format(" (after {:x})", ours.frames[i - 1].value) : "";
    return fmt::format("tid {} at frame {}{}: libunwind {}, libdw {}", copy.tid, i, last, at(ours),
                       at(theirs));
}

bool same(const UnwoundStack& a, const UnwoundStack& b) {
    return a.frames == b.frames && a.end == b.end && a.next == b.next;
}

bool ends_where_guesses_begin(const UnwoundStack& ours, const UnwoundStack& theirs) {
    return ours.end == StackEnd::not_told && ours.frames.size() < theirs.frames.size() &&
           std::equal(ours.frames.begin(), ours.frames.end(), theirs.frames.begin());
}

}  // namespace

Comparison compare_unwinders(std::uint64_t pid) {
    using std::chrono::steady_clock;
    Comparison result;
    const auto process = ProcessFiles::open(pid);
    const auto maps = process ? process->read_large("maps") : tl::make_unexpected(process.error());
    const auto tasks = process ? process->list("task") : tl::make_unexpected(process.error());
    if (!maps || !tasks) return result;
    const std::vector<MappedFile> code = mapped_code(*maps);
    std::vector<ThreadCopy> copies;
    for (const std::string& task : *tasks) {
        pid_t tid = 0;
        std::from_chars(task.data(), task.data() + task.size(), tid);
        if (auto copy = copy_thread(*process, tid)) copies.push_back(std::move(*copy));
    }
    const auto began = steady_clock::now();
    const auto ours = unwind(*process, code, copies);
    const auto between = steady_clock::now();
    const auto theirs = unwind_by_libdw(*process, code, copies);
    result.libunwind = between - began;
    result.libdw = steady_clock::now() - between;
    for (std::size_t i = 0; i < copies.size(); ++i) {
        ++result.stacks;
        result.frames += ours[i].frames.size();
        if (same(ours[i], theirs[i])) {
            ++result.equal;
        } else if (ends_where_guesses_begin(ours[i], theirs[i])) {
            ++result.untold;
        } else {
            result.differences.push_back(difference(copies[i], ours[i], theirs[i]));
        }
    }
    return result;
}

}  // namespace nmtx::test
