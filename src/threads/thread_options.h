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
    NativeStackChoice stacks;        // of which threads the native frames are wanted, too
    std::string match;               // POSIX extended regular expression that occurs in a name; empty: all
};

std::optional<ThreadOrder> thread_order_named(std::string_view name);  // "cpu", "stack", "wait", "name"
// Is it a regular expression? What is wrong with it otherwise.
std::optional<std::string> error_of_regex(const std::string& expression);

}  // namespace nmtx
