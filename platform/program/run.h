// What the verbs of the program share, and those that have a file of their own (run_VERB.cc).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "change/series.h"
#include "change/trend.h"
#include "cli/command.h"
#include "evidence/capture.h"
#include "evidence/plan.h"
#include "findings/judgement/judgement.h"
#include "ledger/ledger.h"
#include "ledger/moment.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/collect.h"
#include "platform/sampling/sampler.h"
#include "platform/terminal/pager.h"
#include "redaction/redact_capture.h"
#include "report/style/style.h"

namespace nmtx {

// By the terminal, and --color.
TextStyle style_of_stdout(const Command& command);
// To standard output, or the pager.
Expected<void> print(const std::string& text);
// What --pager asks for, on a terminal: print() goes there while it lives.
Expected<std::optional<Pager>> pager_for(const Command& command);

// A list of a report's JSON as CSV (report/style/csv.h).
Expected<int> print_csv(const std::string& json, const std::string& pointer);

// How the options call for a running process to be read.
Expected<CollectOptions> collect_options(const Command& command, std::uint64_t pid);
// How they call for it to be sampled again and again; without a pid.
SamplerOptions sampler_options(const Command& command);
// What they call for to be looked at of threads.
ThreadQuestions thread_questions(const Command& command);
// Its evidence, read so.
Expected<Capture> capture_of(const Command& command, std::uint64_t pid, CapturePlan& plan);
// To where -o says.
Expected<void> write_capture(const Command& command, const Capture& capture);
Expected<Capture> read_capture(const std::string& file);
// In two steps: what the file has, and the capture in it. The bytes may go then.
Expected<std::string> read_capture_bytes(const std::string& file);

// Says on standard error where a record has been copied without its journal. Before it is read: that may make
// one.
void warn_if_incomplete(const std::string& file);
// What is known here of the names that --redact takes out whatever they are: of a running process, this
// host's and its user's; nothing of a capture.
std::vector<CertainName> certain_names(const Command& command);
// The capture, without names where --redact asks for that.
Capture redacted(const Command& command, Capture capture, NameRedactor& names);
Capture redacted(const Command& command, Capture capture);
// How the options call for a record to be judged.
TrendOptions trend_options(const Command& command);
// The record that --record names: of it the run of this very process where it has that, or the one that --run
// names, or else every one; nothing without --record. `rewrite` sees each series before it is judged.
Expected<std::optional<Trend>> recorded_trend(const Command& command, const ProcessView& view,
                                              const std::function<void(RecordedSeries&)>& rewrite = {});
// The run of this very process, or the one that --run names: it is an error where the record has none.
Expected<std::optional<RunTrend>> recorded_history(const Command& command, const ProcessView& view);

inline constexpr int exit_usage = 2;
inline constexpr int exit_undecided = 1;  // what was asked cannot be decided, or nothing was understood
inline constexpr int exit_found = 3;      // a leak, too much growth, or no heap that fits

// 0 where it was done.
template <typename T>
Expected<int> done(const Expected<T>& result) {
    if (!result) return tl::make_unexpected(result.error());
    return 0;
}

struct Reported {
    MallocUse malloc;
    int exit_code = 0;
};
// A live process to its printed report; with -o its evidence is kept.
Expected<Reported> reconcile_live(const Command& command, std::uint64_t pid);
// With --fail-on the exit code says how bad it is, too.
int exit_code_of(const Command& command, const std::vector<Finding>& findings);
// Contents are in no capture, so they are looked up in the process as it runs on, after the report.
Expected<void> peek_at_blocks(const Command& command, const Moment& moment);

// A function for each verb: the exit code where it did what it was to do.
Expected<int> run_choose(const Command& command);
Expected<int> run_reconcile(const Command& command);
Expected<int> run_malloc(const Command& command);
Expected<int> run_threads(const Command& command);
Expected<int> run_stacks(const Command& command);
Expected<int> run_allocs(const Command& command);
Expected<int> run_watch(const Command& command);
Expected<int> run_watch_json(const Command& command);  // --json
Expected<int> run_list(const Command& command);
Expected<int> run_doctor(const Command& command);
Expected<int> run_record(const Command& command);
Expected<int> run_serve(const Command& command);
Expected<int> run_trend(const Command& command);
Expected<int> run_diff(const Command& command);
Expected<int> run_gate(const Command& command);
Expected<int> run_ticket(const Command& command);
Expected<int> run_explain(const Command& command);
Expected<int> run_capture(const Command& command);
Expected<int> run_report(const Command& command);
Expected<int> run_fit(const Command& command);
Expected<int> run_peek(const Command& command);
Expected<int> run_glossary(const Command& command);
Expected<int> run_nmt(const Command& command);
Expected<int> run_demo(const Command& command);
Expected<int> run_help(const Command& command);
Expected<int> run_completion(const Command& command);
Expected<int> run_version(const Command& command);

}  // namespace nmtx
