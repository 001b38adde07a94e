#include "hotspot/vm/java_threads.h"

namespace nmtx {
namespace {

constexpr std::uint64_t most_java_threads = 1U << 20U;

}  // namespace

JavaThreads::JavaThreads(VmMemory& memory, const VmLayout& layout) : memory_(memory), layout_(layout) {
    const JavaThreadLayout& thread = layout.thread;
    if (thread.list) {
        const auto list = memory.pointer(*thread.list);
        const auto length = list ? read_part(memory, *list, thread.list_length) : std::nullopt;
        const auto threads = list ? read_pointer(memory, *list, thread.list_threads) : std::nullopt;
        if (!length || !threads || *length > most_java_threads) return;
        for (std::uint64_t i = 0; i < *length; ++i) {
            if (const auto one = memory.pointer(*threads + Bytes(8 * i))) take(*one);
        }
        return;
    }
    auto next = thread.first ? memory.pointer(*thread.first) : std::nullopt;
    for (std::uint64_t i = 0; next && i < most_java_threads; ++i) {
        take(*next);
        next = read_pointer(memory, *next, thread.next);
    }
}

void JavaThreads::take(Address thread) {
    const auto os_thread = read_pointer(memory_, thread, layout_.thread.os_thread);
    const auto id = os_thread ? read_part(memory_, *os_thread, layout_.thread.thread_id) : std::nullopt;
    if (id) by_id_.emplace(*id, thread);
}

std::optional<LastJavaFrame> JavaThreads::last_frame(std::uint64_t own_id) {
    const auto found = by_id_.find(own_id);
    if (found == by_id_.end()) return std::nullopt;
    const Address anchor = found->second + Bytes(layout_.thread.anchor);
    const auto sp = read_pointer(memory_, anchor, layout_.thread.last_sp);
    if (!sp) return std::nullopt;
    return LastJavaFrame{*sp, read_pointer(memory_, anchor, layout_.thread.last_pc).value_or(Address{}),
                         read_pointer(memory_, anchor, layout_.thread.last_fp).value_or(Address{})};
}

}  // namespace nmtx
