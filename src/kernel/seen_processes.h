// What a repeated search of /proc need not look at again: processes that are known not to be what is searched
// for, and that have not changed. Each then costs an entry of the directory and the text of a link.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "kernel/tasks.h"

namespace nmtx {

using ProcessStart = std::pair<std::uint64_t, std::uint64_t>;  // pid and start in clock ticks

// An entry of /proc. Its inode is made for the process, so another process with the same pid has another
// one. The kernel may replace the inode of a process that runs on; then it is looked at once more.
struct ProcessEntry {
    std::uint64_t pid = 0;
    std::uint64_t inode = 0;
};

// What is read of a process to find out whether it has changed.
class ProcessSigns {
  public:
    ProcessSigns() = default;
    ProcessSigns(const ProcessSigns&) = delete;
    ProcessSigns& operator=(const ProcessSigns&) = delete;
    virtual ~ProcessSigns() = default;
    // The text of /proc/PID/exe; empty where it cannot be read.
    virtual std::string program() = 0;
    // /proc/PID/stat; nothing where it cannot be read.
    virtual std::optional<Task> stat() = 0;
};

class SeenProcesses {
  public:
    // Forgets the processes that the search before has not met. `now_s`: seconds of a clock that only goes
    // forward.
    void begin_search(double now_s);
    // Does this process have to be looked at? Not one in `known`, and not one that was looked at and is not
    // what is searched for, as long as
    // - its program is the same, by its link, which is read in each search (threads of the kernel have none);
    // - its address space has the same size: what is loaded late enlarges it. That is compared when the
    //   program has been known for twice as long as the last time, and every two minutes.
    bool must_look(const ProcessEntry& entry, const std::set<ProcessStart>& known, ProcessSigns& signs);
    // What the look has shown. Without either, the process is looked at again.
    void found(std::uint64_t pid);
    void found_nothing(std::uint64_t pid);

    // Has the last search met this one of `known`?
    [[nodiscard]] bool has_met(const ProcessStart& process) const;
    [[nodiscard]] std::size_t size() const { return processes_.size(); }

    // Processes beyond this number are looked at in each search.
    static constexpr std::size_t most = std::size_t{1} << 16U;

  private:
    enum class Verdict : std::uint8_t { none, searched_for, something_else };
    struct Seen {
        std::uint64_t inode = 0;
        std::uint64_t search = 0;  // the last one that has met it
        Verdict verdict = Verdict::none;
        bool of_kernel = false;
        std::size_t program = 0;  // a hash
        std::uint64_t start_ticks = 0;
        std::uint64_t virtual_bytes = 0;
        std::optional<Address> start_stack;
        double since_s = 0;    // when this program was first seen
        double compare_s = 0;  // when stat is compared next
    };

    [[nodiscard]] bool is_unchanged(Seen& seen, std::size_t program, ProcessSigns& signs) const;
    void compare_later(Seen& seen) const;

    std::map<std::uint64_t, Seen> processes_;  // by pid
    std::uint64_t search_ = 0;
    double now_s_ = 0;
};

}  // namespace nmtx
