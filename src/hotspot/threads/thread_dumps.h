// Thread dumps as people paste them: by jstack, jcmd Thread.print or SIGQUIT of JDK 5 to 28, several in one
// text, with class histograms, heaps and log lines between them; and the threads that a JVM lists when it
// cannot reach a safepoint (-XX:+SafepointTimeout). Source: see thread_dump.h;
// SafepointSynchronize::print_safepoint_timeout (runtime/safepoint.cpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/not_understood.h"
#include "hotspot/threads/thread_dump.h"

namespace nmtx {

struct PastedThreadDump {
    ThreadDump dump;
    std::size_t line = 0;   // of its heading, or of its first line
    std::string_view time;  // the line above the heading, "2019-10-08 18:38:22"; empty where there is none
    std::string_view histogram;  // "num   #instances …" after it, for parse_class_histogram(); or empty
    std::size_t histogram_line = 0;
    std::string_view heap;  // "Heap" and below, printed on SIGQUIT, for parse_heap_info(); or empty
    std::size_t heap_line = 0;
};

struct PastedThreadDumps {
    std::vector<PastedThreadDump> dumps;  // in the order of the text; views point into it
    NotUnderstood not_understood;         // those about thread headers are in ThreadDump::unread
};

// An error where the text has no dump.
Expected<PastedThreadDumps> parse_thread_dumps(std::string_view text,
                                               std::string_view document = "thread dump");

struct SafepointTimeout {
    std::size_t line = 0;
    std::string_view what;  // "Timed out while spinning to reach a safepoint."
    std::vector<DumpedThread> threads;
};

struct SafepointTimeouts {
    std::vector<SafepointTimeout> timeouts;
    NotUnderstood not_understood;
};

// An error where the text has no line of SafepointSynchronize.
Expected<SafepointTimeouts> parse_safepoint_timeouts(std::string_view text,
                                                     std::string_view document = "safepoint timeout");

}  // namespace nmtx
