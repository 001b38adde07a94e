#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/paths.h"
#include "base/printable.h"
#include "report/parts/notes.h"
#include "report/parts/thread_frames.h"
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
        if (options_.all || choice_.top || rows_.size() <= most_single_rows) {
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

    void head() {
        const ThreadTotals& totals = table_.totals;
        const std::string text = threads_by_kind(view_, table_);
        out_ += title(fit(text, style_.width), style_) + "\n";
        if (table_.interval_s > 0) {
            add(fmt::format("CPU {:.1f} % of one over {:.1f} s; {:.1f} % runnable and waiting for one",
                            totals.cpu_percent, table_.interval_s, totals.wait_percent));
        } else {
            add("CPU as a share of the time since each thread began");
        }
        add(fmt::format("Stacks: {} MiB reserved, {} MiB resident", in_mib(table_.totals.stacks_reserved),
                        in_mib(table_.totals.stacks_resident)));
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
        if (thread.change == ThreadChange::started) c.name += "  (started meanwhile)";
        if (thread.change == ThreadChange::ended) c.name += "  (ended meanwhile)";
        row(c);
        what_it_does(thread);
    }

    // With --stacks all of it, else where the program is.
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

    // Who counts how many, and who is in one count and not in another.
    void counts() {
        const ThreadCounts& counts = table_.counts;
        std::string text = fmt::format("Counted: {} task{} of the kernel", grouped(counts.tasks),
                                       counts.tasks == 1 ? "" : "s");
        if (counts.nmt) text += fmt::format(", {} by NMT", grouped(*counts.nmt));
        if (counts.dump) {
            text += fmt::format(", {} in Thread.print ({} of them Java threads)", grouped(*counts.dump),
                                grouped(*counts.dump_java));
        }
        if (counts.perf_live)
            text += fmt::format(", {} live by hsperfdata",
                                grouped(static_cast<std::uint64_t>(*counts.perf_live)));
        say(text + ".");
        if (counts.dump_java && counts.perf_live &&
            static_cast<std::int64_t>(*counts.dump_java) > *counts.perf_live)
            say("hsperfdata and JMX leave out the JVM's own Java threads: compilers, signals, service "
                "threads.");
        const std::size_t foreign = table_.totals.foreign, unlisted = table_.totals.unlisted;
        if (counts.dump && foreign > 0)
            say(fmt::format("{} {} in no dump: native code started {}, or it is the launcher's first thread.",
                            grouped(foreign), foreign == 1 ? "thread is" : "threads are",
                            foreign == 1 ? "it" : "them"));
        if (counts.dump && unlisted > 0)
            say(fmt::format("{} of HotSpot's own {} in no dump.", grouped(unlisted),
                            unlisted == 1 ? "is" : "are"));
        limits();
        if (counts.carriers)
            say(fmt::format(
                "{} of {} carriers carry a virtual thread at the moment; the stacks of virtual threads lie "
                "in the Java heap.",
                grouped(counts.virtual_mounted), grouped(*counts.carriers)));
    }

    void limits() {
        const ThreadCounts& counts = table_.counts;
        std::vector<std::string> parts;
        if (counts.cgroup_limit)
            parts.push_back(fmt::format("{} threads of the container (pids.max), {} of them in use",
                                        grouped(*counts.cgroup_limit),
                                        grouped(counts.cgroup_current.value_or(0))));
        if (counts.user_limit)
            parts.push_back(fmt::format("{} threads of this user (ulimit -u)", grouped(*counts.user_limit)));
        if (counts.system_limit)
            parts.push_back(fmt::format("{} of the system (threads-max)", grouped(*counts.system_limit)));
        if (!parts.empty()) say(fmt::format("Limits: {}.", fmt::join(parts, "; ")));
    }

    void notes() {
        if (!table_.stacks_of_nobody.empty()) {
            const bool one = table_.stacks_of_nobody.size() == 1;
            say(fmt::format(
                "{} stack{}, {} KiB resident, {} of threads that were running: nothing tells whose.",
                grouped(table_.stacks_of_nobody.size()), one ? "" : "s",
                kib_of(table_.totals.resident_of_nobody), one ? "is" : "are"));
        }
        stopped();
        say("Stack figures in KiB: reserved with its guards, resident, in use from the top to the stack "
            "pointer, peak down to the lowest page that was touched (HotSpot touches up to 80 KiB ahead).");
        if (table_.totals.arenas > 0)
            say(fmt::format("Malloc: {} threads take from {} arena{} (--json says which from which).",
                            grouped(table_.totals.with_arena), grouped(table_.totals.arenas),
                            table_.totals.arenas == 1 ? "" : "s"));
        stack_sizes();
        if (view_.vm == Vm::hotspot && !view_.thread_dump) {
            std::string why =
                "The JVM was not asked for Thread.print: names are the kernel's, cut to 15 bytes.";
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
            say(fmt::format("Stacks: {} thread{} stood still, one at a time, for at most {:.1f} ms{}.",
                            native.stacks.size(), native.stacks.size() == 1 ? "" : "s", longest,
                            java ? "" : "; Java frames are from the thread dump right after it"));
        if (!native.java_missing.empty())
            say(fmt::format("Java frames could not be unwound: {}.", printable(native.java_missing)));
        for (const NativeStackFailure& failed : native.failed)
            say(fmt::format("No stack of thread {}: {}.", failed.tid, printable(failed.why)));
    }

    // What the flags mean, since two of three count in KB and the third in bytes.
    void stack_sizes() {
        for (const StackFlag& flag : table_.stack_flags) {
            std::string text = fmt::format("{} reserves {} for the stack of each of the {}", flag.text,
                                           human(flag.size), flag.threads);
            if (flag.unit_slip) text += ": the flag counts in KB already, so it is " + flag.meant;
            say(text + ".");
        }
        if (table_.totals.stacks_reserved > table_.totals.stacks_resident + mib(64))
            say(fmt::format(
                "Stacks reserve {} MiB of addresses and hold {} MiB of memory: what is reserved and "
                "never touched costs nothing.",
                in_mib(table_.totals.stacks_reserved), in_mib(table_.totals.stacks_resident)));
        const Bytes huge = table_.totals.stacks_huge;
        if (huge > Bytes())
            say(fmt::format(
                "{} MiB of stacks are transparent huge pages, which fill what was never used: see "
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
        text += fmt::format(" ({} started, {} ended meanwhile)", totals.started, totals.ended);
    return text;
}

std::string threads_report(const ProcessView& view, const ThreadTable& table, const ThreadOptions& choice,
                           const ReportOptions& options, const TextStyle& style) {
    return ThreadsText(view, table, choice, options, style).print();
}

}  // namespace nmtx
