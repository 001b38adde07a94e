// One process made by hand, for the tests of all rooms. What is not set is not known.
//
// Mappings come in two ways, by what is tested:
//
//   as the kernel prints them        made::Process process;
//   (tests of the ledger and of      process.map(0x1000, 0x3000, "rw-p", 8, "[heap]");
//   what reads mappings)             const Ledger ledger = reconcile(process.read()).value();
//
//   with their owners, the ledger    made::Process process(mib(100));
//   filled in beside them (tests     process.map("malloc/arena", "[heap]", mib(60));
//   of what stands behind it)        process.row("jvm/java heap", mib(40));
//
// Rooms that need more of a process derive from it (findings/judged_process.h).
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/moment.h"
#include "ledger/partition/reconcile.h"
#include "process/process_view.h"

namespace nmtx::made {

inline constexpr std::string_view libjvm = "/usr/lib/jvm/java-17/lib/server/libjvm.so";

class Process {
  public:
    ProcessView view;
    Ledger ledger;

    // A HotSpot that has been up for an hour.
    Process() {
        view.header.pid = 42;
        view.header.start_ticks = 1000;
        view.header.boot_id = "a-boot";
        view.header.taken_at = "2026-11-22T20:16:28Z";
        view.header.target_uptime_s = 3600;
        view.exe = "/opt/java";
        view.vm = Vm::hotspot;
    }
    // With so much resident, of which map() and row() below say whose it is.
    explicit Process(Bytes rss) : Process() {
        view.smaps.emplace();
        view.smaps->rss = rss;
        view.status.emplace();
        view.status->name = "java";
        view.status->vm_rss = rss;
        view.status->vm_hwm = rss;
        view.status->rss_anon = rss;
        view.status->rss_shmem = Bytes();
        ledger.rss = rss;
    }

    // As VM.version says it.
    Process& jdk(int feature, std::string version) {
        view.version = JavaVersion{feature, version, std::move(version), "OpenJDK 64-Bit Server VM"};
        return *this;
    }
    // Of hsperfdata.
    template <typename Value>
    Process& counter(const std::string& name, Value value) {
        if (!view.perf) view.perf.emplace();
        view.perf->counters[name] = std::move(value);
        return *this;
    }
    // As given at the start: "-Xmx1g -XX:+UseZGC".
    Process& options(std::string joined) {
        view.options = read_jvm_options(split_joined_options(joined));
        return counter("java.rt.vmArgs", std::move(joined));
    }

    // As smaps prints it.
    Process& map(std::uint64_t begin, std::uint64_t end, std::string_view rights, std::uint64_t rss_kib,
                 std::string_view name = {}, std::uint64_t inode = 0, std::uint64_t offset = 0) {
        smaps_ += fmt::format("{:x}-{:x} {} {:08x} fe:00 {} {}\nRss: {:>18} kB\nPss: {:>18} kB\n", begin, end,
                              rights, offset, inode, name, rss_kib, rss_kib);
        return *this;
    }
    // A thread, as /proc/PID/task/TID/stat prints it; it was started at `start` ticks.
    Process& task(std::uint64_t tid, std::string_view name, std::uint64_t start) {
        tasks_ += fmt::format("{} ({}) S 1 1 1 0 -1 64 0 0 0 0 12 3 0 0 20 0 4 0 {} 0 0 0 0 0 140000 0 0 0\n",
                              tid, name, start);
        return *this;
    }
    // The texts parsed into the view. It points into them: into this process and its copies.
    ProcessView& read() {
        text_ = std::make_shared<const std::string>(smaps_);
        view.smaps = parse_smaps(*text_).value();
        if (!tasks_.empty()) view.tasks = parse_tasks(tasks_).value();
        return view;
    }
    // The texts parsed and reconciled.
    Moment moment() {
        ledger = reconcile(read()).value();
        return {&view, &ledger};
    }

    // A mapping with one owner, its piece and its row; the caller may change it. Names outlive the process.
    Mapping& map(std::string_view owner, std::string_view name, Bytes resident) {
        Mapping& mapping = next_mapping(resident);
        mapping.name = name;
        mapping.inode = name.empty() ? 0 : 7;
        mapping.pss = resident;
        Piece piece;
        piece.range = mapping.range;
        piece.mapping = static_cast<std::uint32_t>(view.smaps->mappings.size() - 1);
        piece.claim.owner = ledger.owners.id(owner);
        piece.resident = resident;
        ledger.pieces.push_back(piece);
        row(owner, resident);
        if (owner == "unexplained") ledger.unexplained += resident;
        return mapping;
    }
    // A mapping of no known owner.
    Mapping& next_mapping(Bytes resident) {
        if (!view.smaps) view.smaps.emplace();
        std::vector<Mapping>& mappings = view.smaps->mappings;
        const std::uint64_t begin = 0x7f0000000000 + (mappings.size() << 32U);
        Mapping& mapping = mappings.emplace_back();
        mapping.range = range_of(begin, begin + resident.value());
        mapping.rss = resident;
        return mapping;
    }
    // A file mapped executable.
    Process& library(std::string_view name) {
        Mapping& mapping = next_mapping(Bytes());
        mapping.range.end = {mapping.range.begin.value + 0x1000};
        mapping.name = name;
        mapping.inode = 7;
        mapping.protection.read = mapping.protection.execute = true;
        return *this;
    }
    Process& row(std::string_view path, Bytes resident) {
        Row& row = ledger.rows.emplace_back();
        row.path = path;
        row.resident = resident;
        return *this;
    }

    // Of NMT's summary.
    NmtCategory& category(std::string name) {
        if (!view.nmt) view.nmt.emplace();
        NmtCategory& category = view.nmt->categories.emplace_back();
        category.name = std::move(name);
        return category;
    }

    // The walk over glibc's malloc, with NMT's blocks known by their headers.
    MallocWalk& walk() {
        if (!view.malloc_walk) {
            view.malloc_walk.emplace();
            view.malloc_walk->allocator = "glibc";
            view.malloc_walk->headers = "canary";
            ledger.malloc.parts.emplace();
            ledger.malloc.parts->told_apart = true;
        }
        return *view.malloc_walk;
    }
    // What the ledger makes of it.
    MallocParts& parts() {
        walk();
        return *ledger.malloc.parts;
    }

  private:
    std::string smaps_, tasks_;
    std::shared_ptr<const std::string> text_;
};

// Of NMT's summary, all of it from mmap.
inline NmtCategory& category(ProcessView& view, std::string name, Bytes reserved, Bytes committed) {
    if (!view.nmt) view.nmt.emplace();
    NmtCategory& category = view.nmt->categories.emplace_back();
    category.name = std::move(name);
    category.reserved = category.mmap_reserved = reserved;
    category.committed = category.mmap_committed = committed;
    view.nmt->committed += committed;
    return category;
}

// Of NMT's map.
inline NmtRegion region(std::uint64_t begin, std::uint64_t end, std::string tag) {
    NmtRegion region;
    region.range = range_of(begin, end);
    region.tag = std::move(tag);
    return region;
}

inline Bytes sum_of(const Ledger& ledger) {
    Bytes sum;
    for (const Row& row : ledger.rows) sum += row.resident;
    return sum;
}

}  // namespace nmtx::made
