// Thread dumps, and texts that come with them, in a paste.
#include <fmt/format.h>

#include <algorithm>

#include "hotspot/threads/thread_dumps.h"
#include "pasted/read/part_readers.h"

namespace nmtx::pasted {

void read_thread_dump(PastedPart& part) {
    auto parsed = parse_thread_dumps(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    take_unread(part, parsed->not_understood);
    if (parsed->dumps.empty()) return;
    ThreadDump& dump = parsed->dumps.front().dump;
    if (!dump.vm.empty()) part.title += ", " + dump.vm;
    part.figures.push_back(number("threads", dump.threads.size()));
    const auto java = std::ranges::count_if(dump.threads, [](const DumpedThread& t) { return t.java; });
    part.figures.push_back(number("Java", static_cast<std::uint64_t>(java)));
    if (parsed->dumps.size() > 1) part.figures.push_back(number("dumps", parsed->dumps.size()));
    for (const std::string& unread : dump.unread) part.notes.push_back(unread);
    part.contents = std::move(dump);
}

void read_thread_file(PastedPart& part) {
    auto parsed = parse_file_thread_dump(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    take_unread(part, parsed->not_understood);
    if (parsed->pid) part.pid = parsed->pid;
    if (!parsed->version.empty()) part.title += ", JDK " + parsed->version;
    part.figures.push_back(number("threads", parsed->threads.size()));
    part.figures.push_back(number("virtual", parsed->virtual_threads()));
    part.contents = std::move(*parsed);
}

void read_safepoint(PastedPart& part) {
    const auto parsed = parse_safepoint_timeouts(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    take_unread(part, parsed->not_understood);
    std::string names;
    std::size_t threads = 0;
    for (const SafepointTimeout& timeout : parsed->timeouts) {
        for (const DumpedThread& thread : timeout.threads) {
            constexpr std::size_t most = 5;
            if (threads++ < most) names += (names.empty() ? "" : ", ") + thread.name;
        }
    }
    part.figures.push_back(number("threads that did not stop", threads));
    if (!names.empty()) part.figures.push_back(words("named", names));
}

void read_class_histogram(PastedPart& part) {
    auto parsed = parse_class_histogram(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    take_unread(part, parsed->not_understood);
    part.figures.push_back(number("classes", parsed->classes.size()));
    if (parsed->instances) part.figures.push_back(number("objects", *parsed->instances));
    add(part, "objects", parsed->size);
    if (!parsed->classes.empty())
        part.figures.push_back(
            amount(std::string(parsed->classes.front().name), parsed->classes.front().size));
    part.contents = std::move(*parsed);
}

}  // namespace nmtx::pasted
