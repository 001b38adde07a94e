// What the command line asks for. Plain data: src/cli/parse makes it of argv.
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
#include "cli/listen_address.h"
#include "process/malloc_options.h"
#include "process/questions.h"
#include "report/diff/diff_report.h"
#include "threads/thread_options.h"
#include "triggers/condition.h"

namespace nmtx {

enum class Verb {
    choose,  // `nmtx` alone: which process?
    help,
    version,
    completion,
    reconcile,  // `nmtx PID`
    capture,
    report,
    list,
    doctor,
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
    explain,
    stacks,
    serve,
    allocs
};

// The process or the file that is meant. At most one of pid, file, name is given, or else what chooses among
// the running JVMs; a name and what chooses become a pid (or a file) before the verb begins.
struct Target {
    std::uint64_t pid = 0;
    std::uint64_t start_ticks = 0;  // of a process that was chosen: when it had started, since boot
    std::string file;               // a capture, a record or a paste; "-" is standard input
    std::string name;               // part of a main class or of a jar's name
    bool name_may_be_file = false;  // a file with just this name comes first
    std::string container;          // --container: its name, or how its id begins
    std::string match;              // --match: POSIX extended regular expression
    [[nodiscard]] bool is_file() const { return !file.empty(); }
    [[nodiscard]] bool chooses() const { return !container.empty() || !match.empty(); }
    [[nodiscard]] bool given() const { return pid != 0 || is_file() || !name.empty() || chooses(); }
    friend bool operator==(const Target&, const Target&) = default;
};

enum class Format { text, json, csv, markdown };
std::string_view name_of(Format format);  // "text", "json", "csv", "markdown"
enum class ColorMode { automatic, always, never };
// From which verdict on the exit code is 3.
enum class FailOn { warning, problem };

// `nmtx record`, `nmtx trend`, `nmtx gate`.
struct RecordCommand {
    std::chrono::milliseconds every{10000};
    std::optional<std::chrono::milliseconds> length;  // --for
    std::optional<unsigned> walk_every;  // --walk-every: in samples, 0 never; absent as its cost allows
    std::chrono::milliseconds wait{60000};
    std::optional<std::chrono::milliseconds> window;
    std::optional<std::int64_t> run;
    std::optional<std::chrono::milliseconds> warm_up;
    std::string baseline;
    std::optional<Bytes> max_growth;
    std::string owner;  // gate: below which path of the ledger; empty: RSS
};

// `nmtx record`, `nmtx serve`: captures and tickets that are taken by themselves.
struct EvidenceCommand {
    std::vector<Condition> when;  // --when
    std::string directory;        // --evidence
    Bytes most = mib(512);        // --evidence-max
    std::string program;          // --run: called with the paths of the files
    [[nodiscard]] bool wanted() const { return !when.empty(); }
};

// `nmtx stacks`.
struct StacksCommand {
    std::uint64_t hz = 20;
    bool wall = false;  // all threads, whether they use a processor or not
};

// `nmtx serve`.
struct ServeCommand {
    std::optional<ListenAddress> listen;
    std::string web_config;
    std::string textfile;  // a directory
    std::string otlp;      // a file
    double cpu_budget_percent = 0.2;
    bool pid_label = false;

    // Always, but where only files are wanted.
    [[nodiscard]] bool serves_http() const { return listen || (textfile.empty() && otlp.empty()); }
    [[nodiscard]] ListenAddress listen_address() const { return listen.value_or(ListenAddress()); }
};

// `nmtx allocs`.
struct AllocsCommand {
    double budget = 0.02;  // of one core, that the target may pay
    bool live = false;     // which blocks stay in use
    bool frees = false;    // how long blocks live
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
    std::vector<std::string> given;  // the options that were given, by name
    Target target;                   // what the verb is about, where that is one process or file
    std::array<Target, 2> compared;  // diff
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
    bool measure_threads = false;  // threads are sampled twice: --interval beside a process
    std::string nmt_request;       // nmt: "summary.diff scale=b"
    RecordCommand record;          // stacks, allocs: --for
    EvidenceCommand evidence;
    StacksCommand stacks;
    ServeCommand serve;
    AllocsCommand allocs;
    std::string glossary_name;              // glossary: empty for all of it
    std::optional<int> jdk;                 // glossary: --jdk
    std::optional<Bytes> limit;             // fit: --limit
    std::chrono::milliseconds every{5000};  // watch: between the beginnings of two refreshes
    bool walk_always = false;               // watch: malloc is walked in every refresh, whatever is shown
    std::string history;  // reconcile, report, ticket, serve: --record, a file of `nmtx record`
    bool redact = false;  // ticket, capture, report: names go, too
    Format format = Format::text;
    ColorMode color = ColorMode::automatic;
    std::optional<SizeScale> unit;  // diff: --unit; absent: as RSS suggests. Other formats have bytes
    bool quiet = false;             // the verdict only; no progress, no notes on standard error
    bool pager = false;             // to $PAGER, on a terminal
    std::optional<FailOn> fail_on;
    bool all = false;
    bool maps = false;
    std::vector<std::string> demo_arguments;  // for the demo's JVM, behind "--"
    std::string topic;                        // help: the verb; empty for all of them
    bool manual = false;                      // help --man: the manual page
    std::string shell;                        // completion: "bash", "zsh", "fish"

    [[nodiscard]] bool json() const { return format == Format::json; }
    [[nodiscard]] bool has(std::string_view option) const;  // was it given?
};

// What `nmtx ticket -o NAME` writes, judged by NAME only.
enum class TicketForm {
    markdown,   // "FILE.md"; "-", to standard output
    html,       // "FILE.html"
    directory,  // "DIR", "DIR/": one of each, and the capture
};
// Refuses a name that says nothing of the form.
Expected<TicketForm> ticket_form(std::string_view output);

// Does `nmtx diff -o NAME` write a page? Otherwise it saves the running process.
bool is_page_of_change(std::string_view output);

// What `nmtx stacks -o NAME` and `nmtx allocs -o NAME` write, judged by NAME only.
enum class ProfileForm {
    html,       // "FILE.html": a flame graph
    collapsed,  // "FILE.collapsed", "FILE.folded": a line for each stack
    pprof       // "FILE.pb.gz"
};
// Refuses a name that shows none.
Expected<ProfileForm> profile_form(std::string_view output);

}  // namespace nmtx
