// Which threads a report shows, and in which order.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "documents/native_stacks.h"

namespace nmtx {

enum class ThreadOrder { cpu, stack, wait, name };

struct ThreadOptions {
    std::chrono::milliseconds interval{1000};  // 0: CPU time since each thread began
    ThreadOrder order = ThreadOrder::cpu;
    std::optional<std::size_t> top;  // so many threads, none in pools
    NativeStackChoice stacks;        // of which threads whole stacks are wanted
    bool dump = false;               // --dump: Thread.print as well, a safepoint
    std::string match;               // POSIX extended regular expression that occurs in a name; empty: all
};

std::optional<ThreadOrder> thread_order_named(std::string_view name);  // "cpu", "stack", "wait", "name"
// Why it is not a valid regular expression; nothing where it is.
std::optional<std::string> error_of_regex(const std::string& expression);

}  // namespace nmtx
