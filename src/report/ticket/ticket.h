// The ticket: one snapshot of one process for a reader who has nothing else, as plain data. All forms
// (Markdown, HTML) show this and compute nothing of their own.
//
// Strings are printable (base/printable.h): no control characters, valid UTF-8; they are not escaped for any
// form, and names of the target in them may be hostile.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "account/account.h"
#include "change/trend.h"
#include "findings/figures/container.h"
#include "ledger/headline.h"
#include "ledger/ledger.h"
#include "report/parts/shares.h"
#include "threads/thread_choice.h"

namespace nmtx {

// A name and its value: "JDK" "17.0.15 (Debian)"; "open files" "1048576".
struct TicketFact {
    std::string name;
    std::string value;
};

// From the most urgent to the least. `ok` is a finding too: nothing is wrong.
enum class TicketSeverity : std::uint8_t { problem, warning, note, ok };
std::string_view name_of(TicketSeverity severity);  // "problem", "warning", "note", "ok"

// What to do, and the command for it.
struct TicketCommand {
    std::string what;     // "The same ticket of the process as it is now", "Find the owner"
    std::string command;  // one line; may be empty for a remedy
};

struct TicketFinding {
    TicketSeverity severity = TicketSeverity::note;
    std::string id;                       // of the rule: "arena-count"; may be empty
    std::string title;                    // one sentence
    std::optional<Bytes> bytes;           // that it is about
    std::string share;                    // "36.1 % of RSS not tracked by NMT"; empty where it has none
    std::string confidence;               // "high in the amount and owner"; may be empty
    std::string not_known;                // "whether it is a leak or a cache …"; may be empty
    std::vector<std::string> evidence;    // sentences with figures
    std::vector<TicketCommand> remedies;  // the most useful first
    std::string refuted_label;            // "Not a leak if"
    std::vector<std::string> refuted_by;  // conditions that follow it
    std::vector<std::string> bugs;        // "JDK-8312182: … (fixed in 21)"
};

// A resident row of the ledger, or one with NMT's figures.
struct TicketOwner {
    std::string path;
    Bytes resident;
    std::optional<Bytes> reserved, committed;
    std::string evidence;  // its sources
    bool estimated = false;
    std::size_t pieces = 0;
};

struct TicketArea {
    std::string name;
    Bytes resident;
    std::optional<Bytes> reserved, committed;
    bool estimated = false;
    std::string remark;  // "59 stacks"
};

// An NMT category, with the resident part of its mmap memory.
struct TicketCategory {
    std::string name;
    Bytes reserved, committed;  // as in NMT's summary
    Bytes malloc;               // arenas included
    Bytes mmap_reserved, mmap_committed;
    std::optional<Bytes> resident;  // of the mmap memory
};

struct TicketFile {
    std::string name;
    std::string owner;  // "file/jar or jimage"
    Bytes resident;
    std::size_t mappings = 0;
};

// A range of the address space with one owner, in address order; neighbours with the same mapping and owner
// are one.
struct TicketRange {
    Range range;
    std::string protection;  // "rw-p"
    std::string name;        // of the mapping; empty where it is anonymous
    std::string owner;       // a path of the ledger; empty where it is unexplained and not resident
    Bytes resident;
    bool estimated = false;
};

struct TicketArena {
    std::string name;  // "main arena", "arena 7f2d54000030"
    Bytes reserved, resident;
    Bytes live_tracked, live_untracked, free, overhead, not_walked;  // resident
};

// Live blocks that NMT does not track.
struct TicketBlocks {
    std::string owner;     // library; empty where only the size is known
    std::string kind;      // "inflate window"; may be empty
    std::string evidence;  // "vtable", "size", …
    Bytes block;           // usable bytes of one; 0 where they differ
    std::uint64_t blocks = 0;
    Bytes resident;
};

struct TicketMalloc {
    std::string allocator;     // "glibc 2.36"; may be empty
    Bytes resident;            // of all of malloc's mappings
    std::optional<Bytes> nmt;  // NMT's malloc total
    bool walked = false;       // otherwise the rest is empty
    std::string why_not_walked;
    bool told_apart = false;  // NMT's blocks have headers; otherwise all live ones are in live_untracked
    Bytes live_tracked, live_untracked, free, overhead, not_walked;  // resident; they sum to glibc's part
    std::vector<TicketArena> arenas;                                 // largest first
    std::vector<TicketBlocks> untracked;     // most first; those without a known owner are one entry
    std::vector<TicketBlocks> unattributed;  // that entry by size
    std::vector<TicketBlocks> sizes;         // of the same blocks, by size only; most first
};

struct TicketThread {
    std::uint64_t tid = 0;
    std::string name;
    std::string kind;     // "Java", "GC", …
    std::string library;  // for a native thread: the file of its first function; may be empty
    char state = '?';
    std::optional<double> cpu_percent, wait_percent;  // of one CPU, over the interval
    double cpu_seconds = 0;                           // since it started
    std::optional<Bytes> stack_reserved, stack_resident;
};

struct TicketPool {
    std::string name;  // "worker-#"
    std::string kind;
    std::size_t threads = 0;
    double cpu_percent = 0, cpu_seconds = 0;
    Bytes stack_reserved, stack_resident;
};

struct TicketThreads {
    std::string by_kind;            // "Threads 75: 61 Java, 3 compiler, 8 GC, 2 VM, 1 native"
    std::vector<TicketFact> kinds;  // "Java" "61"; only kinds that occur
    std::size_t count = 0;
    double interval_s = 0;  // over which CPU was measured; 0: since each thread started
    double cpu_percent = 0, wait_percent = 0;
    Bytes stacks_reserved, stacks_resident;
    std::vector<TicketThread> threads;  // most CPU first
    std::vector<TicketPool> pools;      // largest stacks first
};

struct Ticket {
    std::string title;        // "Native memory of java 17.0.15 (pid 3938): RSS 342.9 MiB"
    std::string target;       // "Target · pid 3938 · OpenJDK 17.0.15 G1 · …", as the reports begin
    std::string application;  // the main class without its package, or the jar; empty where unknown
    std::uint64_t pid = 0;
    std::string nmtx_version;
    std::string taken_at;  // UTC, "2026-11-22T20:16:28Z"

    std::vector<TicketFinding> findings;  // most urgent first
    Bytes rss;
    Bytes mapped_again;         // part of rss: further views of the heap (non-generational ZGC)
    std::vector<Share> shares;  // sum to rss
    Gap gap;                    // RSS against NMT
    std::string gap_text;       // the same as a sentence; empty without NMT
    std::string coverage;       // how much of RSS was located, and how much estimated; empty without RSS

    std::vector<TicketFact> versions;   // JDK, VM, vendor, collector, NMT, allocator, kernel, nmtx, …
    std::string command;                // the command line, secrets redacted; empty where unknown
    std::vector<std::string> flags;     // the JVM's options as given
    std::vector<std::string> vm_flags;  // the options in effect (VM.flags), if the JVM was asked
    std::optional<ContainerUse> container;
    std::vector<TicketFact> limits;  // of memory, threads, address space
    std::vector<TicketFact> taken;   // when, how long, what it cost the target, effort, drift

    std::vector<TicketArea> areas;           // of the JVM, largest first
    std::vector<TicketCategory> categories;  // of NMT, most committed first
    std::vector<TicketOwner> owners;         // largest first; sum to rss
    std::vector<TicketFile> files;           // largest first
    std::vector<TicketRange> map;            // the address space
    std::optional<TicketMalloc> malloc;      // if anything is known about it
    std::optional<TicketThreads> threads;    // if they could be read
    std::optional<Trend> history;            // from a record

    std::vector<MissingDocument> missing;  // what could not be collected, why, and what to do
    std::vector<std::string> notes;        // sentences on what the figures are based on
    std::vector<TicketCommand> reproduce;
    std::string redaction;  // what was redacted, one or two sentences
};

// `history`: from a record, if there is one.
Ticket ticket_of(const Account& account, std::optional<Trend> history);

// At most this long, whatever the target: issue trackers take 64 KiB.
inline constexpr std::size_t most_markdown_bytes = std::size_t{60} * 1000;

// GitHub's, GitLab's and Jira's Markdown: findings first, tables that are cut where they get long, no HTML.
std::string markdown_report(const Ticket& ticket);

// One self-contained file (html_report.cc).
std::string html_report(const Ticket& ticket);

}  // namespace nmtx
