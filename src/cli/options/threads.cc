// Threads, their CPU time and their stacks.
#include <fmt/format.h>

#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/usage.h"
#include "cli/values.h"

namespace nmtx::option {
namespace {

constexpr std::uint64_t most_stacks = 1000;
constexpr std::uint64_t most_hz = 200;

Expected<void> take_interval(const std::string& text, Command& command) {
    return time_of("interval", text, std::chrono::milliseconds(0), std::chrono::hours(1))
        .map([&](std::chrono::milliseconds time) {
            command.threads.interval = time;
            command.measure_threads = true;
        });
}

Expected<void> take_sort(const std::string& text, Command& command) {
    const auto order = thread_order_named(text);
    if (!order) return wrong_value("sort", "cpu, stack, wait or name", text);
    command.threads.order = *order;
    return {};
}

Expected<void> take_top(const std::string& text, Command& command) {
    const auto top = parse_count(text);
    if (!top) return wrong_value("top", "a number of threads", text);
    command.threads.top = top;
    return {};
}

Expected<void> take_stacks(const std::string& text, Command& command) {
    NativeStackChoice& stacks = command.threads.stacks;
    stacks.all = text == "all";
    stacks.none = text == "none";
    if (stacks.all || stacks.none) {
        stacks.busiest = 0;
        return {};
    }
    return number_of("stacks", text, 1, most_stacks).map([&](std::uint64_t busiest) {
        command.threads.stacks.busiest = busiest;
    });
}

Expected<void> take_dump(const std::string& /*text*/, Command& command) {
    command.threads.dump = true;
    command.measure_threads = true;
    return {};
}

Expected<void> take_stack_of(const std::string& text, Command& command) {
    const auto tid = parse_pid(text);
    if (!tid) return wrong_value("stack-of", "a thread ID", text);
    command.threads.stacks.tids.push_back(*tid);
    return {};
}

Expected<void> take_thread(const std::string& text, Command& command) {
    if (text.empty()) return usage("--thread is empty");
    command.threads.match = text;
    if (const auto wrong = error_of_regex(text))
        return usage(fmt::format("--thread: '{}': {}", text, *wrong));
    return {};
}

Expected<void> take_hz(const std::string& text, Command& command) {
    return number_of("hz", text, 1, most_hz).map([&](std::uint64_t hz) { command.stacks.hz = hz; });
}

Expected<void> take_wall(const std::string&, Command& command) {
    command.stacks.wall = true;
    return {};
}

}  // namespace

std::vector<OptionEntry> threads() {
    return {
        {.name = "interval",
         .value = "TIME",
         .text = "also measure the threads' CPU time over TIME",
         .take = take_interval,
         .running_only = true},
        {.name = "sort",
         .value = "cpu|stack|wait|name",
         .text = "order of the threads (default: cpu)",
         .take = take_sort},
        {.name = "top", .value = "N", .text = "only the first N threads", .take = take_top},
        {.name = "thread",
         .value = "REGEX",
         .text = "only threads whose name matches REGEX",
         .take = take_thread},
        {.name = "stacks",
         .value = "N|all|none",
         .text = "stacks of the N busiest, native and Java frames (default: 5)",
         .take = take_stacks,
         .implied = "5",
         .running_only = true},
        {.name = "stack-of",
         .value = "TID",
         .text = "the stack of this thread; may be repeated",
         .take = take_stack_of,
         .running_only = true,
         .repeats = true},
        {.name = "dump",
         .text = "also take Thread.print, for locks and deadlocks (a safepoint)",
         .take = take_dump,
         .running_only = true},
        {.name = "hz", .value = "N", .text = "samples a second, 1 to 200 (default: 20)", .take = take_hz},
        {.name = "wall", .text = "all threads by time, not only those on a CPU", .take = take_wall},
    };
}

}  // namespace nmtx::option
