#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/paths.h"
#include "base/printable.h"
#include "report/parts/notes.h"
#include "report/parts/thread_frames.h"
#include "report/threads/busy_threads.h"
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
        counts();
        notes();
        return std::move(out_);
    }

  private:
    void add(std::string_view text) { out_ += line(text, style_); }
    void say(std::string_view text) { out_ += paragraph(text, style_, 2); }

    [[nodiscard]] bool stacks_wanted() const { return view_.native_stacks.has_value(); }

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
        const auto has_stack = [](const ThreadRow* row) { return row->native != nullptr; };
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
        if (thread.native != nullptr) {
            lines = mixed_stack(thread, options_.all ? most_stack_frames : shown_frames);
        } else if (busy && thread.dumped != nullptr) {
            lines = where_it_was(*thread.dumped);
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

    // How many threads each source counts, and which ones some sources leave out.
    void counts() {
        const ThreadCounts& counts = table_.counts;
        std::string text = fmt::format("Cross-check: kernel {}", grouped(counts.tasks));
        if (counts.nmt) text += fmt::format(", NMT {}", grouped(*counts.nmt));
        if (counts.dump)
            text +=
                fmt::format(", Thread.print {} ({} Java)", grouped(*counts.dump), grouped(*counts.dump_java));
        if (counts.perf_live) {
            text += fmt::format(", JMX {}", grouped(static_cast<std::uint64_t>(*counts.perf_live)));
            if (counts.dump_java && static_cast<std::int64_t>(*counts.dump_java) > *counts.perf_live)
                text += " (excludes JVM-internal threads)";
        }
        text += ".";
        const std::size_t foreign = table_.totals.foreign, unlisted = table_.totals.unlisted;
        if (counts.dump && foreign > 0)
            text += fmt::format(
                " {} {} not in Thread.print: the launcher's main thread, or created by native "
                "code.",
                grouped(foreign), foreign == 1 ? "thread is" : "threads are");
        if (counts.dump && unlisted > 0)
            text += fmt::format(" {} of HotSpot's own {} not in Thread.print.", grouped(unlisted),
                                unlisted == 1 ? "is" : "are");
        say(text);
        if (options_.all || near_a_limit()) limits();
        if (counts.carriers)
            say(fmt::format(
                "{} of {} carrier threads are running a virtual thread; stacks of virtual threads "
                "are in the Java heap.",
                grouped(counts.virtual_mounted), grouped(*counts.carriers)));
    }

    // From three quarters of a limit on it is worth a line.
    [[nodiscard]] bool near_a_limit() const {
        const ThreadCounts& counts = table_.counts;
        const auto is_near = [](const std::optional<std::uint64_t>& limit, std::uint64_t used) {
            return limit && used >= *limit - *limit / 4;
        };
        return is_near(counts.cgroup_limit, counts.cgroup_current.value_or(0)) ||
               is_near(counts.user_limit, counts.tasks) || is_near(counts.system_limit, counts.tasks);
    }

    void limits() {
        const ThreadCounts& counts = table_.counts;
        std::vector<std::string> parts;
        if (counts.cgroup_limit)
            parts.push_back(fmt::format("{} threads for the container (pids.max), {} in use",
                                        grouped(*counts.cgroup_limit),
                                        grouped(counts.cgroup_current.value_or(0))));
        if (counts.user_limit)
            parts.push_back(fmt::format("{} threads for this user (ulimit -u)", grouped(*counts.user_limit)));
        if (counts.system_limit)
            parts.push_back(fmt::format("{} for the system (threads-max)", grouped(*counts.system_limit)));
        if (!parts.empty()) say(fmt::format("Limits: {}.", fmt::join(parts, "; ")));
    }

    void notes() {
        if (!table_.stacks_of_nobody.empty() &&
            (options_.all || table_.totals.resident_of_nobody != Bytes())) {
            const bool one = table_.stacks_of_nobody.size() == 1;
            say(fmt::format("{} stack{} ({} KiB resident) could not be matched to a thread: {} running.",
                            grouped(table_.stacks_of_nobody.size()), one ? "" : "s",
                            kib_of(table_.totals.resident_of_nobody), one ? "it was" : "they were"));
        }
        stopped();
        if (options_.all)
            say("Stack columns in KiB. reserved: with guard pages; used: from the top to the stack pointer; "
                "peak: down to the lowest page ever touched (HotSpot touches up to 80 KiB ahead).");
        if (options_.all && table_.totals.arenas > 0)
            say(fmt::format("Malloc: {} threads allocate from {} arena{} (--json has the mapping).",
                            grouped(table_.totals.with_arena), grouped(table_.totals.arenas),
                            table_.totals.arenas == 1 ? "" : "s"));
        stack_sizes();
        if (!options_.all)
            say("More: --all (every thread and column), --sort stack, --stacks, --thread REGEX.");
        if (view_.vm == Vm::hotspot && !view_.thread_dump) {
            std::string why = "No Thread.print from the JVM: names are the kernel's, cut to 15 bytes.";
            for (const MissingDocument& missing : view_.missing) {
                if (missing.what == document::attach || missing.what == document_of(question::thread_print))
                    why += fmt::format(" {}.{}{}", missing.why,
                                       missing.hint.empty() ? "" : " Next: ", missing.hint);
            }
            say(why);
        }
        if (view_.thread_dump && !view_.thread_dump->unread.empty())
            say(fmt::format("{} lines of Thread.print could not be read; the first: {}",
                            grouped(view_.thread_dump->unread.size()),
                            thread_name(view_.thread_dump->unread.front())));
    }

    void stopped() {
        if (!view_.native_stacks) return;
        const NativeStacks& native = *view_.native_stacks;
        double longest = 0;
        for (const NativeStack& stack : native.stacks) longest = std::max(longest, stack.stopped_ms);
        const bool java = std::any_of(native.stacks.begin(), native.stacks.end(),
                                      [](const NativeStack& stack) { return stack.has_java(); });
        if (!native.stacks.empty())
            say(fmt::format("Stacks: {} thread{} stopped, one at a time, for at most {:.2f} ms{}.",
                            native.stacks.size(), native.stacks.size() == 1 ? "" : "s", longest,
                            java ? "" : "; Java frames come from the thread dump right after"));
        if (!native.java_missing.empty())
            say(fmt::format("Java frames could not be unwound: {}.", printable(native.java_missing)));
        for (const NativeStackFailure& failed : native.failed)
            say(fmt::format("No stack of thread {}: {}.", failed.tid, printable(failed.why)));
    }

    // What the flags mean, since two of three count in KB and the third in bytes.
    void stack_sizes() {
        for (const StackFlag& flag : table_.stack_flags) {
            std::string text = fmt::format("{} reserves {} per stack for each of the {}", flag.text,
                                           human(flag.size), flag.threads);
            if (flag.unit_slip) text += ": the flag is already in KB, so it means " + flag.meant;
            say(text + ".");
        }
        if (table_.totals.stacks_reserved > table_.totals.stacks_resident + mib(64))
            say(fmt::format(
                "Stacks reserve {} MiB of address space and use {} MiB of memory: reserved and untouched "
                "costs nothing.",
                in_mib(table_.totals.stacks_reserved), in_mib(table_.totals.stacks_resident)));
        const Bytes huge = table_.totals.stacks_huge;
        if (huge > Bytes())
            say(fmt::format(
                "{} MiB of stacks are transparent huge pages, which make untouched parts resident: see "
                "/sys/kernel/mm/transparent_hugepage/enabled.",
                in_mib(huge)));
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
