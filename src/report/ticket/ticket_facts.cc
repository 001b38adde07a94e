// Versions, options, limits, time and cost of a ticket.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/printable.h"
#include "findings/wording.h"
#include "hotspot/identity.h"
#include "process/given_options.h"
#include "report/parts/malloc_notes.h"
#include "report/parts/notes.h"
#include "report/ticket/ticket_parts.h"

namespace nmtx {
namespace {

constexpr std::size_t longest_flag = 4096;

class Facts {
  public:
    void add(std::string name, std::string_view value) {
        if (!value.empty()) facts_.push_back({std::move(name), printable(value)});
    }
    void add(std::string name, const std::optional<std::uint64_t>& value) {
        if (value) add(std::move(name), grouped(*value));
    }
    std::vector<TicketFact> take() { return std::move(facts_); }

  private:
    std::vector<TicketFact> facts_;
};

std::string_view perf_text(const ProcessView& view, std::string_view counter) {
    if (!view.perf) return {};
    return view.perf->text(counter).value_or(std::string_view());
}

std::string allocator(const ProcessView& view) {
    return view.malloc_walk ? allocator_name(*view.malloc_walk) : std::string();
}

std::string in_milliseconds(double ms) {
    return fmt::format("{:.0f} ms", ms);
}

std::string size_or_unlimited(const std::optional<std::uint64_t>& bytes) {
    return bytes ? human(Bytes(*bytes)) : std::string("unlimited");
}

std::string number_or_unlimited(const std::optional<std::uint64_t>& number) {
    return number ? grouped(*number) : std::string("unlimited");
}

}  // namespace

std::vector<TicketFact> versions_of(const ProcessView& view) {
    Facts facts;
    if (view.vm == Vm::none) {
        facts.add("Program", view.status ? view.status->name : "");
    } else {
        facts.add("Java", view.java_version());
    }
    std::string_view build = perf_text(view, "java.property.java.vm.version");
    const std::optional<JavaVersion>& told = view.version ? view.version : view.libjvm;
    if (build.empty() && told) build = told->version;
    const std::string_view name = perf_text(view, "java.property.java.vm.name");
    if (name.empty() && told) {
        facts.add("VM", fmt::format("{} {}", told->vm, build));
    } else {
        facts.add("VM", fmt::format("{}{}{}", name, name.empty() || build.empty() ? "" : " ", build));
    }
    facts.add("Vendor", perf_text(view, "java.property.java.vm.vendor"));
    if (view.vm == Vm::openj9) facts.add("VM", "OpenJ9");
    if (view.vm == Vm::native_image) facts.add("VM", "GraalVM native image");
    facts.add("Collector", collector_name(view.gc()));
    if (view.vm == Vm::hotspot) facts.add("NMT", std::string(name_of(view.nmt_level())));
    facts.add("malloc", allocator(view));
    facts.add("Kernel", view.header.kernel_release);
    if (view.header.page_size != 4096) facts.add("Page size", human(Bytes(view.header.page_size)));
    facts.add("nmtx", view.header.nmtx_version);
    return facts.take();
}

std::vector<TicketFact> limits_of(const ProcessView& view) {
    Facts facts;
    if (view.limits) {
        facts.add("Address space (ulimit -v)", size_or_unlimited(view.limits->address_space));
        facts.add("Stack of the first thread (ulimit -s)", size_or_unlimited(view.limits->stack_size));
        facts.add("Locked memory (ulimit -l)", size_or_unlimited(view.limits->locked_memory));
        facts.add("User's threads (ulimit -u)", number_or_unlimited(view.limits->processes));
    }
    if (view.cgroup_pids) {
        facts.add("cgroup's threads (pids.max)", number_or_unlimited(view.cgroup_pids->limit));
        facts.add("cgroup's threads now (pids.current)", view.cgroup_pids->current);
    }
    facts.add("System's threads (threads-max)", view.threads_max);
    return facts.take();
}

// As a whole, or its threads one at a time.
std::string stopped_for(const ProcessView& view) {
    if (const auto& all = view.header.cost.stood_still_ms) return fmt::format("{:.1f} ms", *all);
    if (!view.native_stacks || view.native_stacks->stacks.empty()) return "0 ms: never stopped";
    double longest = 0;
    for (const NativeStack& stack : view.native_stacks->stacks) longest = std::max(longest, stack.stopped_ms);
    return fmt::format("{} of its threads, one at a time, for at most {:.2f} ms",
                       grouped(view.native_stacks->stacks.size()), std::ceil(longest * 100) / 100);
}

std::vector<TicketFact> taking_of(const Moment& moment) {
    const CaptureHeader& header = moment.view->header;
    const Cost& cost = header.cost;
    Facts facts;
    facts.add("Taken at", header.taken_at);
    facts.add("Up for", human_seconds(header.target_uptime_s));
    facts.add("Took", in_milliseconds(cost.wall_ms));
    if (moment.view->vm == Vm::hotspot)
        facts.add("JVM time to answer",
                  moment.view->version ? in_milliseconds(cost.attach_ms) : "none: not asked");
    facts.add("nmtx CPU time", in_milliseconds(cost.cpu_ms));
    if (const auto dump = moment.view->took_ms(document_of(question::thread_print));
        dump && moment.view->thread_dump)
        facts.add("including one thread dump (a safepoint)", in_milliseconds(*dump));
    facts.add("Target stopped for", stopped_for(*moment.view));
    if (moment.ledger->rss_before)
        facts.add("RSS change during measurement", in_mib(moment.ledger->drift()) + " MiB");
    facts.add("Effort", header.effort ? std::string(name_of(*header.effort)) : "");
    return facts.take();
}

std::vector<std::string> given_flags(const ProcessView& view) {
    std::vector<std::string> flags;
    for (const std::string_view option : jvm_options(view))
        flags.push_back(printable(option.substr(0, longest_flag)));
    return flags;
}

std::vector<std::string> effective_flags(const ProcessView& view) {
    std::vector<std::string> flags;
    if (!view.vm_flags) return flags;
    for (const VmFlag& flag : view.vm_flags->flags)
        flags.push_back(printable(flag.text().substr(0, longest_flag)));
    return flags;
}

std::vector<TicketCommand> commands_of(const ProcessView& view, bool with_history) {
    const std::uint64_t pid = view.header.pid;
    const bool threads = view.tasks_before.has_value();
    const Effort given = view.header.effort.value_or(Effort::standard);
    const std::string effort = given == Effort::standard ? "" : fmt::format(" --effort={}", name_of(given));
    const std::string interval = threads ? " --interval 1s" : "";
    std::vector<TicketCommand> commands;
    commands.push_back(
        {"This snapshot as text, from the capture in the ticket", "nmtx report capture.nmtx --all"});
    commands.push_back({"The same ticket of the process now",
                        fmt::format("nmtx ticket {}{}{} -o ticket", pid, effort, interval)});
    commands.push_back(
        {"Only the snapshot", fmt::format("nmtx capture {}{}{} -o capture.nmtx", pid, effort, interval)});
    commands.push_back({"What changed since", fmt::format("nmtx diff capture.nmtx {}", pid)});
    if (!with_history) {
        commands.push_back(
            {"Record for an hour to see whether it grows (over minutes, a filling cache looks "
             "like a leak)",
             record_command(std::to_string(pid))});
        commands.push_back({"Analyse the recording", std::string(trend_command)});
    }
    if (view.walk() != nullptr)
        commands.push_back({"Trace owners of malloc blocks", fmt::format("nmtx malloc {} --owners", pid)});
    if (view.vm != Vm::hotspot) {
        commands.push_back({"The kernel's side without nmtx", fmt::format("cat /proc/{}/smaps", pid)});
        return commands;
    }
    std::string asked;
    for (const Step& step : view.steps) {
        constexpr std::string_view prefix = document::hotspot_prefix;
        if (!step.document.starts_with(prefix)) continue;
        const std::string command = step.document.substr(prefix.size());
        if (command == "hsperfdata" || command == "attach" ||
            command.find("from a file") != std::string::npos)
            continue;
        if (!asked.empty()) asked += "; ";
        asked += fmt::format("jcmd {} {}", pid, printable(command));
    }
    if (!asked.empty()) commands.push_back({"The same questions with the JDK's jcmd", std::move(asked)});
    commands.push_back({"The kernel's side without nmtx", fmt::format("cat /proc/{}/smaps", pid)});
    return commands;
}

std::vector<MissingDocument> missing_of(const ProcessView& view, bool with_history) {
    std::vector<MissingDocument> missing;
    missing.reserve(view.missing.size());
    for (const MissingDocument& m : view.missing)
        missing.push_back({printable(m.what), printable(m.why), printable(m.hint)});
    const std::uint64_t pid = view.header.pid;
    const bool dump_missing =
        std::any_of(view.missing.begin(), view.missing.end(),
                    [](const MissingDocument& m) { return m.what == document_of(question::thread_print); });
    if (view.vm == Vm::hotspot && !view.thread_dump && !dump_missing) {
        if (!view.tasks_before)
            missing.push_back({"CPU of threads over an interval, and what the busiest do", "not requested",
                               fmt::format("nmtx ticket {} --interval 1s -o ticket", pid)});
        missing.push_back({"thread dump: locks and deadlocks", "not requested (it needs a safepoint)",
                           fmt::format("nmtx ticket {} --dump -o ticket", pid)});
    }
    if (!with_history)
        missing.push_back(
            {"history", "no recording was given, so growth is unknown", record_command(std::to_string(pid))});
    return missing;
}

}  // namespace nmtx
