#include "report/threads/threads_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/printable.h"
#include "hotspot/threads/modified_utf8.h"
#include "report/parts/notes.h"

namespace nmtx {
namespace {

std::string name_text(std::string_view name) {
    return printable(name.substr(0, longest_thread_name));
}

std::string in_kib(Bytes bytes) {
    return grouped((bytes.value() + 1023) / 1024);
}

class ThreadsNotes {
  public:
    ThreadsNotes(const ProcessView& view, const ThreadTable& table, const ReportOptions& options,
                 const TextStyle& style)
        : view_(view), table_(table), options_(options), style_(style) {}

    std::string print() {
        counts();
        notes();
        return std::move(out_);
    }

  private:
    void say(std::string_view text) { out_ += paragraph(text, style_, 2); }

    // How many threads each source counts, and which ones some sources leave out.
    void counts() {
        const ThreadCounts& counts = table_.counts;
        std::string text = fmt::format("Cross-check: kernel {}", grouped(counts.tasks));
        if (counts.nmt) text += fmt::format(", NMT {}", grouped(*counts.nmt));
        if (counts.java_list && !counts.dump)
            text += fmt::format(", Java threads {}", grouped(*counts.java_list));
        if (counts.dump)
            text +=
                fmt::format(", Thread.print {} ({} Java)", grouped(*counts.dump), grouped(*counts.dump_java));
        if (counts.perf_live) {
            text += fmt::format(", JMX {}", grouped(static_cast<std::uint64_t>(*counts.perf_live)));
            const auto java = counts.dump_java ? counts.dump_java : counts.java_list;
            if (java && static_cast<std::int64_t>(*java) > *counts.perf_live)
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
                grouped(counts.virtual_mounted.value_or(0)), grouped(*counts.carriers)));
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
                            in_kib(table_.totals.resident_of_nobody), one ? "it was" : "they were"));
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
        names();
        locks();
        if (view_.thread_dump && !view_.thread_dump->unread.empty())
            say(fmt::format("{} lines of Thread.print could not be read; the first: {}",
                            grouped(view_.thread_dump->unread.size()),
                            name_text(view_.thread_dump->unread.front())));
    }

    // Where names, or what else a dump has, are not the JVM's.
    void names() {
        if (view_.vm != Vm::hotspot || view_.thread_dump) return;
        const auto& list = view_.java_threads;
        if (list && list->unnamed() == 0) return;
        std::string text = "Names are the kernel's, cut to 15 bytes.";
        if (list && list->names_missing.empty())
            text = fmt::format(
                "{} of {} names of Java threads are the kernel's, cut to 15 bytes: they could "
                "not be read from the heap.",
                grouped(list->unnamed()), grouped(list->threads.size()));
        if (list && !list->names_missing.empty())
            text += fmt::format(" Those in the heap cannot be read: {}.", printable(list->names_missing));
        const std::string why = why_missing({document::java_threads});
        say(why.empty() ? text : text.substr(0, text.size() - 1) + ": " + why);
    }

    // Blocked threads are known by their states; who holds what, and deadlocks, by a dump only.
    void locks() {
        if (view_.vm != Vm::hotspot) return;
        if (!view_.thread_dump) {
            const std::string print = document_of(question::thread_print);
            if (!why_missing({print}).empty())
                say("No Thread.print from the JVM, so locks and deadlocks are not known: " +
                    why_missing({print, document::attach}));
            else
                say("Locks and deadlocks were not looked for: --dump takes Thread.print, a safepoint.");
            return;
        }
        for (const auto& threads : view_.thread_dump->deadlocks) {
            std::string list;
            for (const std::string& name : threads)
                list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", name_text(utf8_of_modified(name)));
            say(fmt::format("Deadlock: {} wait for each other.", list));
        }
        if (view_.thread_dump->deadlocks.empty() && view_.thread_dump->unread.empty())
            say("No deadlock in Thread.print.");
    }

    // "why; why. Next: what to do" of those of these documents that are missing; empty where none is.
    [[nodiscard]] std::string why_missing(std::initializer_list<std::string_view> documents) const {
        std::string why, next;
        for (const MissingDocument& missing : view_.missing) {
            if (std::find(documents.begin(), documents.end(), missing.what) == documents.end()) continue;
            why += (why.empty() ? "" : "; ") + printable(missing.why);
            if (!missing.hint.empty()) next += (next.empty() ? " Next: " : "; ") + printable(missing.hint);
        }
        if (!next.empty()) next += ".";
        return why.empty() ? why : why + "." + next;
    }

    void stopped() {
        if (!view_.native_stacks) {
            const std::string why = why_missing({document::native_stacks});
            if (!why.empty()) say("What threads do is not known: " + why);
            return;
        }
        const NativeStacks& native = *view_.native_stacks;
        double longest = 0;
        for (const NativeStack& stack : native.stacks) longest = std::max(longest, stack.stopped_ms);
        const bool java = std::any_of(native.stacks.begin(), native.stacks.end(),
                                      [](const NativeStack& stack) { return stack.has_java(); });
        if (!native.stacks.empty())
            say(fmt::format(
                "Stacks: {} thread{} stopped, one at a time, for at most {:.2f} ms{}.", native.stacks.size(),
                native.stacks.size() == 1 ? "" : "s", std::ceil(longest * 100) / 100,
                java || !view_.thread_dump ? "" : "; Java frames come from the thread dump right after"));
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
    const ReportOptions& options_;
    const TextStyle& style_;
    std::string out_;
};

}  // namespace

std::string threads_notes(const ProcessView& view, const ThreadTable& table, const ReportOptions& options,
                          const TextStyle& style) {
    return ThreadsNotes(view, table, options, style).print();
}

}  // namespace nmtx
