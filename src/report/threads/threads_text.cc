#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/paths.h"
#include "base/printable.h"
#include "report/parts/notes.h"
#include "report/parts/thread_frames.h"
#include "report/threads/busy_threads.h"
#include "report/threads/threads_notes.h"
#include "report/threads/threads_report.h"

namespace nmtx {
namespace {

constexpr std::size_t most_single_rows = 40;  // of single threads, before they are shown in pools
constexpr std::size_t busiest_rows = 10;      // above the pools
constexpr double busy_percent = 1;            // from which on a thread's stack is worth a line
constexpr std::size_t shown_frames = 60;      // of a stack, unless all is wanted

std::string kib_of(const std::optional<Bytes>& bytes) {
    return bytes ? grouped((bytes->value() + 1023) / 1024) : "-";
}

std::string one_decimal(const std::optional<double>& value) {
    return value ? fmt::format("{:.1f}", *value) : "-";
}

std::string seconds_text(double value) {
    return value < 1000 ? fmt::format("{:.2f}", value) : fmt::format("{:.0f}", value);
}

std::string thread_name(std::string_view name) {
    return printable(name.substr(0, longest_thread_name));
}

class ThreadsText {
  public:
    ThreadsText(const ProcessView& view, const ThreadTable& table, const ThreadOptions& choice,
                const ReportOptions& options, const TextStyle& style)
        : view_(view), table_(table), choice_(choice), options_(options), style_(style) {
        rows_ = chosen_threads(table, choice);
    }

    std::string print() {
        out_ += target_line(view_, style_) + "\n";
        head();
        // What was asked for by name or number is shown in every column.
        const bool chosen = options_.all || choice_.top || !choice_.match.empty() || stacks_wanted() ||
                            choice_.order != ThreadOrder::cpu || table_.interval_s <= 0;
        if (!chosen) {
            say(busy_sentence(rows_, table_));
            out_ += "\n" + busy_rows(rows_, style_) + "\n";
        } else if (options_.all || choice_.top || rows_.size() <= most_single_rows) {
            threads(rows_.size());
        } else {
            threads(busy_ones());
            pools();
        }
        return std::move(out_) + threads_notes(view_, table_, options_, style_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }
    void say(std::string_view text) { out_ += paragraph(text, style_, 2); }

    [[nodiscard]] bool stacks_wanted() const { return view_.native_stacks && !view_.native_stacks->brief; }

    void head() {
        const ThreadTotals& totals = table_.totals;
        std::string kinds = paragraph(threads_by_kind(view_, table_), style_, 2);
        kinds.pop_back();
        out_ += title(kinds, style_) + "\n";
        const std::string cpu =
            table_.interval_s > 0
                ? fmt::format("CPU {:.1f} % of one core ({:.1f} s sample), run-queue wait {:.1f} %.",
                              totals.cpu_percent, table_.interval_s, totals.wait_percent)
                : std::string("CPU since start (avg of each thread).");
        say(fmt::format("{} Stacks: {} MiB resident of {} reserved.", cpu, in_mib(totals.stacks_resident),
                        in_mib(totals.stacks_reserved)));
        out_ += "\n";
    }

    [[nodiscard]] std::size_t busy_ones() const {
        std::size_t n = 0;
        while (n < std::min(rows_.size(), busiest_rows) &&
               (choice_.order != ThreadOrder::cpu || rows_[n]->cpu_percent.value_or(0) >= 0.1))
            ++n;
        return n;
    }

    // Where the terminal is narrow, the columns that one can do without make room for the name.
    [[nodiscard]] bool wide() const { return style_.width >= 96; }

    struct Cells {
        std::string cpu, wait, seconds, reserved, resident, used, peak, state, tid, kind, name;
    };
    void row(const Cells& c) {
        const std::string kind = padded(c.kind, 8);
        add(wide()
                ? fmt::format("{:>6} {:>6} {:>8} {:>8} {:>8} {:>6} {:>6} {} {:>7} {} {}", c.cpu, c.wait,
                              c.seconds, c.reserved, c.resident, c.used, c.peak, c.state, c.tid, kind, c.name)
                : fmt::format("{:>6} {:>8} {:>6} {} {:>7} {} {}", c.cpu, c.resident, c.used, c.state, c.tid,
                              kind, c.name));
    }

    void threads(std::size_t n) {
        const auto has_stack = [this](const ThreadRow* row) {
            return stacks_wanted() && row->native != nullptr;
        };
        if (n == 0 && std::none_of(rows_.begin(), rows_.end(), has_stack)) return;
        row({"CPU %", "wait %", "CPU s", "reserved", "resident", "used", "peak", "S", "tid", "kind", "name"});
        // Who was stopped for it is shown.
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (i < n || has_stack(rows_[i])) thread(*rows_[i]);
        }
        out_ += "\n";
    }

    void thread(const ThreadRow& thread) {
        Cells c;
        c.cpu = one_decimal(thread.cpu_percent);
        c.wait = one_decimal(thread.wait_percent);
        c.seconds = seconds_text(thread.cpu_seconds);
        c.reserved = c.resident = c.peak = "-";
        if (thread.stack) {
            c.reserved = kib_of(thread.stack->reserved);
            c.resident = kib_of(thread.stack->resident);
            c.peak = kib_of(thread.stack->high_water);
        }
        c.used = kib_of(thread.used);
        c.state = thread.state;
        c.tid = std::to_string(thread.tid);
        c.kind = name_of(thread.kind);
        c.name = thread_name(thread.name);
        if (!thread.library.empty()) c.name += fmt::format(" ({})", printable(base_name(thread.library)));
        if (thread.change == ThreadChange::started) c.name += "  (started during the sample)";
        if (thread.change == ThreadChange::ended) c.name += "  (ended during the sample)";
        row(c);
        what_it_does(thread);
    }

    // With --stacks the whole stack, else where the program is.
    void what_it_does(const ThreadRow& thread) {
        const std::string indent(wide() ? 14 : 8, ' ');
        const bool busy = thread.cpu_percent.value_or(0) >= busy_percent;
        std::vector<std::string> lines;
        if (thread.native != nullptr && stacks_wanted()) {
            lines = mixed_stack(thread, options_.all ? most_stack_frames : shown_frames);
        } else if (busy) {
            lines = where_it_was(thread);
        }
        for (const std::string& frame : lines) add(indent + frame);
    }

    void pool_row(const std::array<std::string, 6>& figures, std::string_view kind, std::string_view name) {
        const auto& [cpu, wait, seconds, reserved, resident, threads] = figures;
        add(wide() ? fmt::format("{:>6} {:>6} {:>8} {:>8} {:>8} {:>7} {} {}", cpu, wait, seconds, reserved,
                                 resident, threads, padded(kind, 8), name)
                   : fmt::format("{:>6} {:>8} {:>7} {} {}", cpu, resident, threads, padded(kind, 8), name));
    }

    void pools() {
        const auto pools = thread_pools(rows_, choice_.order);
        pool_row({"CPU %", "wait %", "CPU s", "reserved", "resident", "threads"}, "kind", "pool");
        for (std::size_t i = 0; i < std::min(pools.size(), most_single_rows); ++i) {
            const ThreadPool& pool = pools[i];
            pool_row({fmt::format("{:.1f}", pool.cpu_percent), fmt::format("{:.1f}", pool.wait_percent),
                      seconds_text(pool.cpu_seconds), kib_of(pool.reserved), kib_of(pool.resident),
                      grouped(pool.threads)},
                     name_of(pool.kind), thread_name(pool.name));
        }
        if (pools.size() > most_single_rows)
            add(fmt::format("  {} more pools (--all: a row for each thread)",
                            pools.size() - most_single_rows));
        out_ += "\n";
    }

    const ProcessView& view_;
    const ThreadTable& table_;
    const ThreadOptions& choice_;
    const ReportOptions& options_;
    const TextStyle& style_;
    std::vector<const ThreadRow*> rows_;
    std::string out_;
};

}  // namespace

std::string threads_by_kind(const ProcessView& view, const ThreadTable& table) {
    const ThreadTotals& totals = table.totals;
    std::string text = fmt::format("Threads {}", grouped(table.counts.tasks));
    const char* between = ": ";
    for (std::size_t i = 0; i < totals.of_kind.size(); ++i) {
        if (totals.of_kind[i] == 0 || view.vm == Vm::none) continue;
        text +=
            fmt::format("{}{} {}", between, grouped(totals.of_kind[i]), name_of(static_cast<ThreadKind>(i)));
        between = ", ";
    }
    if (totals.started + totals.ended > 0)
        text += fmt::format(" ({} started, {} ended during the sample)", totals.started, totals.ended);
    return text;
}

std::string threads_report(const ProcessView& view, const ThreadTable& table, const ThreadOptions& choice,
                           const ReportOptions& options, const TextStyle& style) {
    return ThreadsText(view, table, choice, options, style).print();
}

}  // namespace nmtx
