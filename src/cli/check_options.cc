// Which options go with which verbs.
#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "cli/options.h"
#include "cli/usage.h"

namespace nmtx {
namespace {

// What an option means only beside some verbs is refused beside the others.
Expected<void> check_together(const Command& command) {
    if (!command.history.empty() && command.verb != Verb::reconcile && command.verb != Verb::report &&
        command.verb != Verb::ticket)
        return usage("--record FILE.db is of `nmtx PID`, `nmtx report` and `nmtx ticket`",
                     "to make such a file: nmtx record PID -o FILE.db");
    if (command.output == "-" && command.verb != Verb::capture && command.verb != Verb::ticket)
        return usage("standard output has the report already", "give -o a file, or use `nmtx capture`");
    if (command.peek && command.verb != Verb::malloc)
        return usage("--peek SIZE is of `nmtx malloc PID`", "a place of its own: nmtx peek PID ADDRESS");
    const auto processes = static_cast<std::size_t>(std::count_if(
        command.moments.begin(), command.moments.end(), [](const MomentName& m) { return m.is_process(); }));
    const bool of_a_file = !command.file.empty() || (command.verb == Verb::diff && processes == 0);
    if (command.verb == Verb::diff && !command.output.empty() && processes != 1)
        return usage("-o keeps the evidence of the one process that is compared with a capture");
    if (command.verb != Verb::diff && command.scale != SizeScale::mib)
        return usage("--scale is of `nmtx diff`");
    if (command.verb != Verb::fit && command.limit) return usage("--limit is of `nmtx fit`");
    if (command.verb != Verb::glossary && command.jdk) return usage("--jdk is of `nmtx glossary`");
    if (command.verb == Verb::glossary && !command.output.empty())
        return usage("`nmtx glossary` looks at no process: there is nothing to keep");
    if (command.verb == Verb::explain && !command.output.empty())
        return usage("`nmtx explain` reads what was pasted: there is nothing to keep");
    if (command.verb == Verb::nmt && (command.json || !command.attach || !command.output.empty()))
        return usage("`nmtx nmt` prints what the JVM answers, and nothing else");
    if (command.peek && of_a_file)
        return usage("--peek looks into a running process: a capture holds no memory contents");
    if (command.peek && command.json)
        return usage("--peek shows contents of memory, as text alone", "leave out --json, or --peek");
    const MallocOptions& malloc = command.malloc;
    if (of_a_file && (malloc.freeze || malloc.owners || malloc.malloc_limit || !malloc.malloc_walk))
        return usage(
            "--freeze, --owners, --malloc-limit and --malloc are of a running process, not of a capture");
    const ThreadOptions& threads = command.threads;
    const bool of_threads =
        threads.top || threads.order != ThreadOrder::cpu || !threads.match.empty() || threads.stacks.any();
    if (of_threads && command.verb != Verb::threads)
        return usage("--stacks, --stack-of, --sort, --top and --match are of `nmtx threads`");
    if (of_a_file && threads.stacks.any())
        return usage("--stacks and --stack-of stop threads of a running process, not of a capture",
                     "a capture that was taken with them shows its stacks by itself");
    const bool a_process = command.verb == Verb::reconcile || command.verb == Verb::capture ||
                           ((command.verb == Verb::threads || command.verb == Verb::ticket) && !of_a_file);
    if (command.measure_threads && !a_process)
        return usage(
            "--interval is of a running process: `nmtx PID`, `nmtx threads PID`, `nmtx capture PID`, "
            "`nmtx ticket PID`");
    if (command.verb == Verb::malloc && !malloc.malloc_walk)
        return usage("`nmtx malloc` is the walk that --malloc=never leaves out");
    return check_record_command(command);
}

// Beside `watch`, what is about another form of output, another moment or a stop of the target is refused.
Expected<void> check_watch(const Command& command) {
    if (command.json || command.all || command.maps || !command.output.empty() || command.force)
        return usage("`nmtx watch` is a screen: --json, --all, --maps, -o and --force are of other verbs",
                     "the key c saves a capture of what is on the screen");
    if (command.malloc.freeze)
        return usage("--freeze would stop the target at each refresh", "nmtx malloc PID --freeze");
    if (command.nmt_file)
        return usage("--nmt FILE is of one moment, `nmtx watch` of many", "leave it out, or --nmt=off");
    if (command.every < std::chrono::milliseconds(200) || command.every > std::chrono::hours(1))
        return usage("`nmtx watch` refreshes every 200ms to every hour");
    return {};
}

// A ticket is files, and no table is cut or sorted by options.
Expected<void> check_ticket(const Command& command) {
    if (command.output.empty())
        return usage("`nmtx ticket` needs -o: where to",
                     "-o DIR for all of it, -o FILE.md, -o FILE.html, or -o - for the Markdown here");
    if (const auto form = ticket_form(command.output); !form) return tl::make_unexpected(form.error());
    if (command.json || command.all || command.maps)
        return usage("`nmtx ticket` writes Markdown and HTML: --json, --all and --maps are of `nmtx report`",
                     "nmtx report ticket/capture.nmtx --json");
    return {};
}

Expected<void> check_redact(const Command& command) {
    const bool may =
        command.verb == Verb::ticket || command.verb == Verb::capture || command.verb == Verb::report;
    if (command.redact && !may)
        return usage("--redact is of `nmtx ticket`, `nmtx capture` and `nmtx report`");
    if (!command.history.empty() && command.redact && command.verb != Verb::ticket)
        return usage("--redact takes no names out of a record here",
                     "nmtx ticket FILE --record FILE.db --redact -o DIR");
    return {};
}

}  // namespace

Expected<TicketForm> ticket_form(std::string_view output) {
    if (output == "-") return TicketForm::markdown;
    if (output.ends_with('/')) return TicketForm::directory;
    const std::string_view name = base_name(output);
    if (name.size() > 3 && name.ends_with(".md")) return TicketForm::markdown;
    if (name.size() > 5 && name.ends_with(".html")) return TicketForm::html;
    if (name.find('.') == std::string_view::npos || name == "." || name == "..") return TicketForm::directory;
    if (name.ends_with(".nmtx"))
        return usage(fmt::format("-o {}: a ticket is no capture", output),
                     "for a capture: nmtx capture PID -o FILE.nmtx");
    return usage(fmt::format("-o {}: neither FILE.md nor FILE.html", output),
                 fmt::format("for a directory with all of it write -o {}/", output));
}

Expected<void> check_options(const Command& command) {
    if (command.verb == Verb::watch) {
        if (auto checked = check_watch(command); !checked) return checked;
    }
    if (command.verb == Verb::ticket) {
        if (auto checked = check_ticket(command); !checked) return checked;
    }
    if (auto checked = check_redact(command); !checked) return checked;
    return check_together(command);
}

}  // namespace nmtx
