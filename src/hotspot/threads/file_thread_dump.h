// What "jcmd PID Thread.dump_to_file" writes, as text or as JSON (21 and later): every thread, including
// virtual ones, without kernel thread ids. Source: jdk.internal.vm.ThreadDumper. Truncated JSON, or a part
// of it, is read as far as possible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct FileDumpThread {
    std::uint64_t number = 0;         // java.lang.Thread.threadId
    std::string name;                 // virtual threads have none by default
    bool is_virtual = false;          // JSON before 25 does not say
    std::string state;                // "TIMED_WAITING", 25 and later
    std::vector<std::string> frames;  // "java.base/java.lang.Thread.sleep(Thread.java:540)"
};

struct FileThreadDump {
    std::optional<std::uint64_t> pid;
    std::string time;     // "2025-04-22T07:47:09.198298561Z"
    std::string version;  // "24+36"
    std::vector<FileDumpThread> threads;
    NotUnderstood not_understood;  // of the text form; points into the text

    [[nodiscard]] std::size_t virtual_threads() const;
};

Expected<FileThreadDump> parse_file_thread_dump(std::string_view text,
                                                std::string_view document = "thread dump");

}  // namespace nmtx
