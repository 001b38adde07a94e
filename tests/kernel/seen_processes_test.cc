#include "kernel/seen_processes.h"

#include <map>
#include <string>

#include "catch.h"

using namespace nmtx;

namespace {

struct MadeProcess {
    std::uint64_t inode = 0;
    std::string program = "/usr/bin/sleep";
    Task task{};
    bool is_jvm = false;
};

// /proc as it may be, and a search of it.
class MadeHost {
  public:
    MadeProcess& start(std::uint64_t pid) {
        MadeProcess process;
        process.inode = next_inode_++;
        process.task.start_ticks = static_cast<std::uint64_t>(now_s * 100);
        process.task.virtual_bytes = 5 << 20U;
        process.task.start_stack = Address{0x7ffc0000 + process.inode};
        return processes[pid] = process;
    }
    // The pids that were looked at.
    std::set<std::uint64_t> search() {
        std::set<std::uint64_t> looked;
        links = stats = 0;
        seen.begin_search(now_s);
        for (const auto& [pid, process] : processes) {
            Signs signs(*this, process);
            if (!seen.must_look({pid, process.inode}, known, signs)) continue;
            looked.insert(pid);
            if (process.is_jvm) {
                seen.found(pid);
            } else {
                seen.found_nothing(pid);
            }
        }
        return looked;
    }
    // One every five seconds. When was this process looked at first?
    double looked_at(std::uint64_t pid, double within_s) {
        const double from = now_s;
        for (; now_s <= from + within_s; now_s += 5) {
            if (search().contains(pid)) return now_s - from;
        }
        return -1;
    }

    SeenProcesses seen;
    std::map<std::uint64_t, MadeProcess> processes;
    std::set<ProcessStart> known;
    double now_s = 1000;
    int links = 0, stats = 0;  // what the last search has read

  private:
    class Signs : public ProcessSigns {
      public:
        Signs(MadeHost& host, const MadeProcess& process) : host_(&host), process_(&process) {}
        std::string program() override {
            ++host_->links;
            return process_->program;
        }
        std::optional<Task> stat() override {
            ++host_->stats;
            return process_->task;
        }

      private:
        MadeHost* host_;
        const MadeProcess* process_;
    };

    std::uint64_t next_inode_ = 1;
};

using Pids = std::set<std::uint64_t>;

}  // namespace

TEST_CASE("seen processes: what has not changed is looked at once, and costs one link") {
    MadeHost host;
    host.start(10);
    host.start(11);
    CHECK(host.search() == Pids{10, 11});
    int stats = 0;
    for (int i = 0; i < 200; ++i) {
        host.now_s += 5;
        CHECK(host.search().empty());
        CHECK(host.links == 2);
        stats += host.stats;
    }
    // 1,000 s: at 5, 10, 20, 40, 80, 160 s and then every two minutes, of two processes.
    CHECK(stats == 2 * (6 + 7));
    CHECK(host.search().empty());
    CHECK(host.stats == 0);
}

TEST_CASE("seen processes: another program is noticed by the next search, however old the process is") {
    MadeHost host;
    host.start(10);
    CHECK(host.looked_at(10, 0) == 0);
    CHECK(host.looked_at(10, 1000) == -1);
    host.processes[10].program = "/usr/lib/jvm/bin/java";
    CHECK(host.search() == Pids{10});
    SECTION("and from then on it is a new one") {
        // libjvm.so was not loaded yet: it is by the next search.
        host.processes[10].task.virtual_bytes += 4096;
        host.now_s += 5;
        CHECK(host.search() == Pids{10});
    }
    SECTION("the same program, executed again, by its stack within two minutes") {
        CHECK(host.looked_at(10, 1000) == -1);
        host.processes[10].task.start_stack = Address{0x7fff1230};
        const double after = host.looked_at(10, 130);
        CHECK(after >= 0);
        CHECK(after <= 125);
    }
}

TEST_CASE("seen processes: a pid that is used anew is looked at") {
    MadeHost host;
    host.start(10);
    host.search();
    CHECK(host.search().empty());
    host.start(10);
    CHECK(host.search() == Pids{10});
    CHECK(host.search().empty());
}

TEST_CASE(
    "seen processes: a library that is loaded late is noticed after as long again, at most two minutes") {
    for (const double late : {0.0, 10.0, 30.0, 100.0, 600.0, 3605.0}) {
        CAPTURE(late);
        MadeHost host;
        host.start(10);
        host.search();
        for (const double until = host.now_s + late; host.now_s < until; host.now_s += 5) host.search();
        host.processes[10].task.virtual_bytes += 20 << 20U;
        const double after = host.looked_at(10, 1000);
        CHECK(after >= 0);
        CHECK(after <= std::min(late, 120.0) + 5);
    }
}

TEST_CASE("seen processes: threads of the kernel are not asked for their program") {
    MadeHost host;
    host.start(2).task.flags = 0x00200000;
    CHECK(host.search() == Pids{2});
    CHECK(host.search().empty());
    CHECK(host.links == 0);
    host.start(2);
    CHECK(host.search() == Pids{2});
}

TEST_CASE(
    "seen processes: what is searched for is looked at unless it is known, then nothing is read of it") {
    MadeHost host;
    MadeProcess& jvm = host.start(10);
    jvm.is_jvm = true;
    CHECK(host.search() == Pids{10});
    CHECK(host.search() == Pids{10});
    const ProcessStart start{10, jvm.task.start_ticks};
    host.known.insert(start);
    CHECK(host.search().empty());
    CHECK(host.links + host.stats == 0);
    CHECK(host.seen.has_met(start));
    SECTION("even where the kernel has made its entry anew") {
        jvm.inode = 99;
        CHECK(host.search().empty());
        CHECK(host.stats == 1);
        CHECK(host.seen.has_met(start));
        CHECK(host.search().empty());
        CHECK(host.stats == 0);
    }
    SECTION("another one with its pid is not it") {
        host.now_s += 100;
        host.start(10);
        CHECK(host.search() == Pids{10});
        CHECK_FALSE(host.seen.has_met(start));
    }
    SECTION("its end is noticed") {
        host.processes.clear();
        host.search();
        CHECK_FALSE(host.seen.has_met(start));
    }
}

TEST_CASE("seen processes: what could not be read is looked at again") {
    MadeHost host;
    const MadeProcess& process = host.start(10);
    host.seen.begin_search(host.now_s);
    struct Unreadable : ProcessSigns {
        std::string program() override { return ""; }
        std::optional<Task> stat() override { return std::nullopt; }
    } signs;
    CHECK(host.seen.must_look({10, process.inode}, {}, signs));
    CHECK(host.search() == Pids{10});
    CHECK(host.search().empty());
}

TEST_CASE("seen processes: those that have ended are forgotten, and the number is bounded") {
    MadeHost host;
    for (std::uint64_t pid = 1; pid <= 1000; ++pid) host.start(pid);
    host.search();
    CHECK(host.seen.size() == 1000);
    host.processes.clear();
    host.start(7);
    host.search();
    host.search();
    CHECK(host.seen.size() == 1);
    for (std::uint64_t pid = 1; pid <= SeenProcesses::most + 10; ++pid) host.start(pid);
    host.search();
    CHECK(host.seen.size() == SeenProcesses::most);
    CHECK(host.search().size() == 10);
}
