// argv -> what is to be done. Pure: nothing is opened, nothing is printed.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"
#include "process/malloc_options.h"
#include "process/questions.h"
#include "report/diff/diff_report.h"
#include "threads/thread_options.h"

namespace nmtx {

enum class Verb {
    help,
    version,
    reconcile,
    capture,
    report,
    list,
    demo,
    malloc,
    peek,
    threads,
    diff,
    nmt,
    record,
    trend,
    gate,
    glossary,
    fit,
    watch,
    ticket,
    explain
};

// One of the two that `diff` compares.
struct MomentName {
    std::uint64_t pid = 0;
    std::string file;  // a capture; empty where it is a process
    [[nodiscard]] bool is_process() const { return file.empty(); }
};

// `nmtx record`, `nmtx trend`, `nmtx gate`.
struct RecordCommand {
    std::chrono::milliseconds every{10000};
    std::optional<std::chrono::milliseconds> length;  // --for
    std::optional<unsigned> walk_every;  // --walk-every: in samples, 0 never; absent as its cost allows
    std::chrono::milliseconds wait{60000};
    std::optional<std::chrono::milliseconds> window;
    std::optional<std::int64_t> run;
    std::optional<std::chrono::milliseconds> warm_up;
    bool csv = false;
    std::string baseline;
    std::optional<Bytes> max_growth;
    std::string owner;  // gate: below which path of the ledger; empty: RSS
};

struct Command {
    // Defined once, in the source: implicit ones would be compiled in every file that uses the struct.
    Command();
    Command(const Command&);
    Command(Command&&) noexcept;
    Command& operator=(const Command&);
    Command& operator=(Command&&) noexcept;
    ~Command();

    Verb verb = Verb::help;
    // reconcile, capture, peek, watch; malloc, threads, record, gate, fit and ticket, where it is a process
    std::uint64_t pid = 0;
    // report, malloc, threads, gate, fit, ticket: the capture; trend, gate: the record; "-" is standard
    // input; empty where it is a process
    std::string file;
    std::vector<std::string> files;  // explain: what was pasted; "-" is standard input
    Address address;                 // peek
    std::string output;  // capture: -o; with reconcile, where the evidence is kept beside the report
    bool force = false;  // --force: replace an existing file; with diff: compare two different processes
    Effort effort = Effort::standard;
    bool attach = true;                   // --attach=never
    bool nmt = true;                      // --nmt=off: NMT is not asked, as if the JVM ran without
    std::optional<std::string> nmt_file;  // --nmt FILE
    std::chrono::milliseconds attach_timeout{10000};
    MallocOptions malloc;
    std::optional<Bytes> peek;  // malloc --peek: usable bytes of the blocks to look into
    ThreadOptions threads;
    bool measure_threads = false;  // two samples and a thread dump: threads, and --interval beside a process
    std::array<MomentName, 2> moments;  // diff
    SizeScale scale = SizeScale::mib;   // diff: --scale
    std::string nmt_request;            // nmt: "summary.diff scale=b"
    RecordCommand record;
    std::string glossary_name;              // glossary: empty for all of it
    std::optional<int> jdk;                 // glossary: --jdk
    std::optional<Bytes> limit;             // fit: --limit
    std::chrono::milliseconds every{5000};  // watch: between the beginnings of two refreshes
    bool walk_always = false;               // watch: malloc is walked in every refresh, whatever is shown
    std::string history;                    // reconcile, report, ticket: --record, a file of `nmtx record`
    bool redact = false;                    // ticket, capture, report: names go, too
    bool json = false;
    bool all = false;
    bool maps = false;
    std::vector<std::string> demo_arguments;  // for the demo's JVM, behind "--"
};

Expected<Command> parse_command(const std::vector<std::string>& arguments);

// What may stand beside `nmtx record`, `trend` and `gate`, and what is wrong with it
// (src/cli/record_options.cc).
Expected<void> check_record_command(const Command& command);

// What `nmtx ticket -o NAME` writes, by the name alone.
enum class TicketForm {
    markdown,   // "FILE.md"; "-", to standard output
    html,       // "FILE.html"
    directory,  // "DIR", "DIR/": one of each, and the capture
};
// Refuses a name that says nothing of the form.
Expected<TicketForm> ticket_form(std::string_view output);

// "10s", "500ms", "2m", "2h", "30d", "10" (seconds); ten years at the most.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// "1G", "512M", "64K", "4096" (bytes); "1Gi" and "1GiB" are the same.
std::optional<Bytes> parse_size(std::string_view text);

// "7f2d54000030", with or without 0x.
std::optional<Address> parse_address(std::string_view text);

// The words behind `nmtx nmt PID`, as VM.native_memory takes them. Only what changes nothing but NMT's
// baseline.
Expected<std::string> parse_nmt_request(const std::vector<std::string>& words);

std::string help_text();

}  // namespace nmtx
