// `nmtx ticket PID|FILE -o DIR|FILE.md|FILE.html`.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdio>

#include "account/account.h"
#include "base/printable.h"
#include "evidence/archive.h"
#include "ledger/owner_paths.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/output/output_file.h"
#include "platform/program/opened_process.h"
#include "platform/program/run.h"
#include "redaction/arguments.h"
#include "report/ticket/ticket.h"

namespace nmtx {
namespace {

constexpr std::string_view markdown_name = "ticket.md";
constexpr std::string_view html_name = "ticket.html";
constexpr std::string_view capture_name = "capture.nmtx";

Expected<Capture> evidence_of(const Command& command) {
    if (!command.target.file.empty()) return read_capture(command.target.file);
    ReconciliationPlan plan({command.effort, command.nmt}, command.malloc, command.measure_threads,
                            thread_questions(command));
    return capture_of(command, command.target.pid, plan);
}

// Of an owner's path all is ours but what follows one of these.
std::string redact_owner(const std::string& path, NameRedactor& names) {
    for (const std::string_view ours : {owner_path::untracked, owner_path::live, owner_path::named}) {
        if (const std::string_view name = name_below(path, ours); !name.empty())
            return path_below(ours, names.redact(name));
    }
    return path;
}

void redact_series(RecordedSeries& series, NameRedactor& names) {
    series.run.command = redact_joined_options(names, series.run.command);
    for (Sample& sample : series.samples) {
        for (OwnerBytes& owner : sample.owners) owner.path = redact_owner(owner.path, names);
    }
}

bool is_directory(const std::string& path) {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Expected<void> write_directory(const Command& command, const Capture& capture, const Ticket& ticket) {
    auto archive = write_archive(capture);
    if (!archive) return tl::make_unexpected(archive.error());
    const std::vector<NamedFile> files{{std::string(markdown_name), markdown_report(ticket)},
                                       {std::string(html_name), html_report(ticket)},
                                       {std::string(capture_name), std::move(*archive)}};
    return write_files(command.output, files, command.force);
}

Expected<void> write_ticket(const Command& command, const Capture& capture, const Ticket& ticket) {
    const auto form = ticket_form(command.output);
    if (!form) return tl::make_unexpected(form.error());
    if (command.output == "-") return print(markdown_report(ticket));
    if (*form == TicketForm::directory || is_directory(command.output))
        return write_directory(command, capture, ticket);
    return write_file(command.output,
                      *form == TicketForm::html ? html_report(ticket) : markdown_report(ticket),
                      command.force);
}

// Where it went, and what to do with it.
void say_where(const Command& command, const Capture& capture) {
    if (command.output == "-" || command.quiet) return;
    const std::string where = printable(command.output);
    const bool all = is_directory(command.output);
    std::fputs(fmt::format("nmtx: {} written{}\n", where,
                           all ? ": paste ticket.md, attach ticket.html and capture.nmtx" : "")
                   .c_str(),
               stderr);
    if (!capture.header.redaction)
        std::fputs("nmtx: secrets in options are redacted; for paths and names add --redact\n", stderr);
}

}  // namespace

Expected<int> run_ticket(const Command& command) {
    auto evidence = evidence_of(command);
    if (!evidence) return tl::make_unexpected(evidence.error());
    // Without names from here on: nothing that is written has seen any.
    NameRedactor names(certain_names(command));
    const auto process = opened(redacted(command, std::move(*evidence), names));
    if (!process) return tl::make_unexpected(process.error());
    const ProcessView& view = process->view;
    auto history = recorded_trend(command, view, [&](RecordedSeries& series) {
        if (command.redact) redact_series(series, names);
    });
    if (!history) return tl::make_unexpected(history.error());
    const auto account = account_of(view, {run_of_process(view, *history)});
    if (!account) return tl::make_unexpected(account.error());
    const Ticket ticket = ticket_of(*account, std::move(*history));
    if (auto written = write_ticket(command, process->capture, ticket); !written)
        return tl::make_unexpected(written.error());
    say_where(command, process->capture);
    return exit_code_of(command, account->judged.findings);
}

}  // namespace nmtx
