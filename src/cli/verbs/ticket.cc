// `nmtx ticket PID|FILE -o DIR`
#include <fmt/format.h>

#include "base/paths.h"
#include "cli/usage.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx {

Expected<TicketForm> ticket_form(std::string_view output) {
    if (output == "-") return TicketForm::markdown;
    if (output.ends_with('/')) return TicketForm::directory;
    const std::string_view name = base_name(output);
    if (name.size() > 3 && name.ends_with(".md")) return TicketForm::markdown;
    if (name.size() > 5 && name.ends_with(".html")) return TicketForm::html;
    if (name.find('.') == std::string_view::npos || name == "." || name == "..") return TicketForm::directory;
    if (name.ends_with(".nmtx"))
        return usage(fmt::format("-o {}: a ticket is not a snapshot", output),
                     "for a snapshot: nmtx capture PID -o FILE.nmtx");
    return usage(fmt::format("-o {}: neither FILE.md nor FILE.html", output),
                 fmt::format("for a directory with all of it: -o {}/", output));
}

namespace verb {
namespace {

Expected<void> check_ticket(const Command& command) {
    if (command.output.empty())
        return lacks(ticket(), "-o DIR, -o FILE.md, -o FILE.html, or -o - for Markdown");
    if (const auto form = ticket_form(command.output); !form) return tl::make_unexpected(form.error());
    return check_history(command);
}

}  // namespace

VerbEntry ticket() {
    VerbEntry entry{.verb = Verb::ticket, .name = "ticket"};
    entry.group = VerbGroup::share;
    entry.summary = "Bundle for a bug report: Markdown, HTML, raw capture";
    entry.operands = "PID|NAME|FILE";
    entry.usage = "-o DIR|FILE.md|FILE.html|-";
    entry.subject = Subject::process_or_file;
    entry.options = joined({{{"output", "where to; - prints the Markdown"},
                             {"force", "replace existing files"},
                             {"redact"},
                             {"fail-on"},
                             {"interval"},
                             {"dump"}},
                            option_set::history(),
                            option_set::walking(),
                            option_set::asking(),
                            option_set::choosing(),
                            {{"quiet", "show no progress, no closing notes"}}});
    entry.examples = {{"nmtx ticket 4711 -o ticket/ --redact", "all three, without names"},
                      {"nmtx ticket app.nmtx -o - | xclip", "Markdown, to paste"},
                      {"nmtx ticket app.nmtx -o app.html --record app.db", "a page with charts"}};
    entry.exits = {{3, "--fail-on met"}};
    entry.check = check_ticket;
    return entry;
}

}  // namespace verb
}  // namespace nmtx
