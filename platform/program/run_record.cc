// `nmtx record`, `nmtx trend`, `nmtx gate`.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "account/account.h"
#include "base/printable.h"
#include "change/trend_verdict.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/os/own_memory.h"
#include "platform/proc/process_files.h"
#include "platform/program/evidence.h"
#include "platform/program/opened_process.h"
#include "platform/program/run.h"
#include "platform/record/record.h"
#include "platform/record/record_file.h"
#include "platform/record/record_store.h"
#include "platform/terminal/terminal_line.h"
#include "process/process_reader.h"
#include "report/parts/verdict_text.h"
#include "report/trend/trend_report.h"
#include "threads/thread_table.h"

namespace nmtx {
namespace {

constexpr std::string_view sqlite_magic = "SQLite format 3";

std::string growth_text(const RecordState& state) {
    const Delta growth = difference(state.rss, state.rss_at_first);
    return fmt::format("{}{}", growth.value < 0 ? "" : "+", in_mib(growth));
}

std::string cost_text(const RecordState& state) {
    if (state.taken == 0) return "";
    const auto samples = static_cast<double>(state.taken);
    return fmt::format("{:.1f} ms of CPU and {:.1f} ms of the JVM each", state.cpu_ms / samples,
                       state.attach_ms / samples);
}

class RecordLine : public RecordWatcher {
  public:
    explicit RecordLine(bool quiet) : quiet_(quiet) {}

    void sampled(const RecordState& state) override {
        say_what_waits();
        if (quiet_ || !line_.may_draw()) return;
        std::string text = fmt::format("nmtx: {} samples, ", state.written.samples);
        if (state.written.waiting > 0) text += fmt::format("{} more wait, ", state.written.waiting);
        if (state.waiting) {
            text += "the process ended; waiting for its command to be started again";
        } else if (state.processes == 1) {
            text +=
                fmt::format("RSS {} ({} MiB), {}", human(state.rss), growth_text(state), cost_text(state));
        } else {
            text += fmt::format("{} JVMs, {}", state.processes, cost_text(state));
        }
        const std::size_t width = line_.width();
        line_.draw(text.substr(0, width > 0 ? width - 1 : 0));
    }
    void say(const std::string& line) override {
        line_.erase();
        std::fputs(("nmtx: " + line + "\n").c_str(), stderr);
    }
    void erase() { line_.erase(); }
    // From another thread: said with the next tick, or by say_what_waits().
    void say_later(const std::string& line) {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(line);
    }
    void say_what_waits() {
        std::vector<std::string> lines;
        {
            const std::lock_guard lock(mutex_);
            lines.swap(waiting_);
        }
        for (const std::string& line : lines) say(line);
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> waiting_;
    bool quiet_;
    TerminalLine line_{STDERR_FILENO};
};

std::string summary(const Command& command, const RecordState& state) {
    const std::string& trouble = state.trouble;
    const WrittenState& written = state.written;
    if (state.taken == 0)
        return fmt::format("nmtx: {}: nothing was recorded{}\n", state.end,
                           state.last_error.empty() ? "" : ": " + state.last_error);
    const auto samples = [](std::uint64_t number) {
        return fmt::format("{} {}", number, number == 1 ? "sample" : "samples");
    };
    std::string text = fmt::format(
        "nmtx: {}: {}, {} of them full, of {} in {}", state.end, samples(written.samples), written.full,
        written.runs == 1 ? "one run" : fmt::format("{} runs", written.runs), human_seconds(state.elapsed_s));
    if (written.runs == 1)
        text += fmt::format("; RSS {}, {} MiB since the first", human(state.rss), growth_text(state));
    text += fmt::format(".\nnmtx: it cost {}, {:.2f} % of one CPU.\n", cost_text(state),
                        state.elapsed_s > 0 ? state.cpu_ms / 10 / state.elapsed_s : 0);
    if (written.elsewhere > 0)
        text += fmt::format("nmtx: {} earlier samples were in a file that was removed or moved meanwhile.\n",
                            written.elsewhere);
    if (written.lost > 0)
        text += fmt::format("nmtx: {} samples are lost: the file could not be written{}.\n", written.lost,
                            trouble.empty() ? " for a time" : ": " + trouble);
    if (written.samples == 0) return text;
    if (state.missed > 0)
        text += fmt::format("nmtx: {} could not be taken; the last time: {}\n", samples(state.missed),
                            state.last_error);
    return text +
           fmt::format("nmtx: {} has {}. To see what grows: nmtx trend {}\n", printable(command.output),
                       human(Bytes(static_cast<std::uint64_t>(state.file_bytes))), printable(command.output));
}

// The moment that a capture is of.
struct SampledMoment {
    Sample sample;
    RecordedRun run;
    std::optional<Judgement> judged;  // not of a record, which has no evidence
};

Expected<SampledMoment> moment_of(const ProcessView& view) {
    auto account = account_of(view);
    if (!account) return tl::make_unexpected(account.error());
    return SampledMoment{sample_of(account->moment, Depth::full), run_of(view), std::move(account->judged)};
}

bool is_record(const std::string& file) {
    // Not even looked into unless it is a regular file: what a pipe holds can be read once.
    std::error_code ignored;
    if (file == "-" || !std::filesystem::is_regular_file(file, ignored)) return false;
    std::FILE* stream = std::fopen(file.c_str(), "rb");
    if (stream == nullptr) return false;  // whoever reads it says why
    std::string begin(sqlite_magic.size(), '\0');
    begin.resize(std::fread(begin.data(), 1, begin.size(), stream));
    std::fclose(stream);
    return begin == sqlite_magic;
}

Expected<SampledMoment> moment_of_capture(const std::string& file) {
    auto capture = read_capture(file);
    if (!capture) return tl::make_unexpected(capture.error());
    const auto process = opened(std::move(*capture));
    if (!process) return tl::make_unexpected(process.error());
    return moment_of(process->view);
}

Expected<SampledMoment> moment_of_record(const std::string& file) {
    const auto record = read_record(file);
    if (!record) return tl::make_unexpected(record.error());
    const auto latest = latest_sample(*record);
    if (!latest.sample)
        return failure(printable(file), "the recording has no sample",
                       "record again: nmtx record PID -o FILE.db");
    return SampledMoment{*latest.sample, latest.series->run, std::nullopt};
}

Expected<SampledMoment> moment_now(const Command& command) {
    if (!command.target.file.empty()) {
        return is_record(command.target.file) ? moment_of_record(command.target.file)
                                              : moment_of_capture(command.target.file);
    }
    auto boot = this_boot();
    if (!boot) return tl::make_unexpected(boot.error());
    const auto process = open_process(command, command.target.pid,
                                      ReconciliationPlan({command.effort, command.nmt}, command.malloc));
    if (!process) return tl::make_unexpected(process.error());
    auto moment = moment_of(process->view);
    if (moment) moment->run.boot_id = std::move(*boot);
    return moment;
}

Expected<Sample> baseline_of(const std::string& file, const RecordedRun& gated) {
    if (!is_record(file)) {
        auto moment = moment_of_capture(file);
        if (!moment) return tl::make_unexpected(moment.error());
        return std::move(moment->sample);
    }
    const auto series = read_record(file);
    if (!series) return tl::make_unexpected(series.error());
    const auto baseline = baseline_sample(*series, gated);
    if (!baseline.sample)
        return failure(printable(file), "the recording has no sample",
                       "record again: nmtx record PID -o FILE.db");
    return *baseline.sample;
}

}  // namespace

SamplerOptions sampler_options(const Command& command) {
    SamplerOptions options;
    options.collect.attach = command.attach;
    options.collect.attach_timeout = command.attach_timeout;
    options.collect.effort = command.effort;
    options.collect.nmtx_version = NMTX_VERSION;
    options.effort = command.effort;
    options.ask_nmt = command.nmt;
    options.malloc = command.malloc;
    options.walk_every = {command.record.walk_every, command.record.length};
    return options;
}

Expected<int> run_record(const Command& command) {
    if (const Target& target = command.target; target.start_ticks != 0) {
        if (const auto still = ProcessFiles::open_again(target.pid, target.start_ticks); !still)
            return tl::make_unexpected(still.error());
    }
    RecordOptions options;
    options.all = command.all;
    options.pid = command.target.pid;
    options.every = command.record.every;
    options.length = command.record.length;
    options.wait = command.record.wait;
    options.output = command.output;
    options.sampler = sampler_options(command);
    RecordLine line(command.quiet);
    auto evidence = evidence_watch(command, [&line](const std::string& text) { line.say_later(text); });
    if (!evidence) return tl::make_unexpected(evidence.error());
    keep_samples_for(evidence->get(), options.sampler);
    const auto state = record(options, line);
    const bool evidence_stuck = *evidence && !(*evidence)->finish();
    line.say_what_waits();
    line.erase();
    if (!state) return tl::make_unexpected(state.error());
    if (!command.quiet || state->written.lost > 0) std::fputs(summary(command, *state).c_str(), stderr);
    const int code = state->written.lost > 0 ? 1 : 0;
    if (!state->stuck && !evidence_stuck) return code;
    std::fflush(stderr);
    ::_exit(code);
}

void warn_if_incomplete(const std::string& file) {
    if (!lacks_journal(file)) return;
    std::fputs(fmt::format(
                   "nmtx: {0}: was copied or moved while it was recorded, without {0}-wal: up to a minute of "
                   "the last samples is missing\n",
                   printable(file))
                   .c_str(),
               stderr);
}

TrendOptions trend_options(const Command& command) {
    const auto seconds = [](std::chrono::milliseconds time) {
        return static_cast<double>(time.count()) / 1000;
    };
    TrendOptions options;
    options.run = command.record.run;
    if (command.record.window) options.window_s = seconds(*command.record.window);
    if (command.record.warm_up) options.warm_up_s = seconds(*command.record.warm_up);
    return options;
}

Expected<int> run_trend(const Command& command) {
    give_large_pieces_back();
    const auto window = command.record.window;
    warn_if_incomplete(command.target.file);
    const auto record = read_record(command.target.file, window ? window->count() : 0);
    if (!record) return tl::make_unexpected(record.error());
    const Trend trend = trend_of(*record, trend_options(command));
    if (trend.runs.empty())
        return failure(printable(command.target.file), "no run of the recording has a sample there");
    const TextStyle style = style_of_stdout(command);
    const std::string text = command.json()                  ? json_trend(trend)
                             : command.format == Format::csv ? csv_trend(trend)
                             : command.quiet                 ? trend_verdicts(trend, style)
                                             : trend_report(trend, {command.all, false}, style);
    if (auto printed = print(text); !printed) return tl::make_unexpected(printed.error());
    if (trend.leaks()) return exit_found;
    return grows_undecided(trend) ? exit_undecided : 0;
}

Expected<int> run_gate(const Command& command) {
    const auto now = moment_now(command);
    if (!now) return tl::make_unexpected(now.error());
    const auto baseline = baseline_of(command.record.baseline, now->run);
    if (!baseline) return tl::make_unexpected(baseline.error());
    const GateOptions options{*command.record.max_growth, command.record.owner};
    const GateResult result = gate(*baseline, now->sample, options);
    // Growth is one question, and whether the process is well is another: passing answers only the first.
    const std::string verdict =
        now->judged && !command.quiet ? verdict_text(*now->judged, style_of_stdout(command)) : "";
    if (auto printed = print(gate_line(result, options) + verdict); !printed)
        return tl::make_unexpected(printed.error());
    if (!result.undecided.empty()) return exit_undecided;
    return result.passed ? 0 : exit_found;
}

}  // namespace nmtx
