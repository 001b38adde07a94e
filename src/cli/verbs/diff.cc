// `nmtx diff BEFORE AFTER`
#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "cli/usage.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx {

bool is_page_of_change(std::string_view output) {
    constexpr std::string_view suffix = ".html";
    const std::string_view name = base_name(output);
    return name.size() > suffix.size() && name.ends_with(suffix);
}

namespace verb {
namespace {

Expected<void> check_diff(const Command& command) {
    const auto& [a, b] = command.compared;
    if (a.pid != 0 && a.pid == b.pid)
        return usage(
            fmt::format("both are process {} as it is now", a.pid),
            fmt::format("first: nmtx capture {0} -o BEFORE.nmtx, later: nmtx diff BEFORE.nmtx {0}", a.pid));
    if (a.file == "-" && b.file == "-") return usage("standard input is one snapshot, not two");
    if (is_page_of_change(command.output)) return {};
    const auto files = std::count_if(command.compared.begin(), command.compared.end(),
                                     [](const Target& target) { return target.is_file(); });
    if (!command.output.empty() && files != 1)
        return usage("-o saves the one running process that is compared with a snapshot",
                     "nmtx diff BEFORE.nmtx PID -o AFTER.nmtx; for a page with charts: -o FILE.html");
    return check_output_is_file(command);
}

}  // namespace

VerbEntry diff() {
    VerbEntry entry{.verb = Verb::diff, .name = "diff"};
    entry.group = VerbGroup::grow;
    entry.summary = "What changed between two snapshots, or since one";
    entry.operands = "BEFORE AFTER";
    entry.least = 2;
    entry.most = 2;
    entry.options = joined({{{"all"},
                             {"unit"},
                             {"output", "write the page FILE.html, or save the process"},
                             {"force", "compare different processes; replace FILE"}},
                            option_set::walking(),
                            option_set::asking(),
                            {{"format"}, {"json"}, {"quiet"}},
                            option_set::printing()});
    entry.formats = {Format::text, Format::json};
    entry.details =
        "Each is a saved snapshot, or a PID or NAME for a running process as it is now. Or both are runs of 'nmtx "
        "allocs --json': then it shows which sites allocate more or less than before, beyond their intervals, and "
        "FILE.html is a flame graph of the change.";
    entry.examples = {{"nmtx diff before.nmtx 4711", "what has changed since"},
                      {"nmtx diff a.nmtx b.nmtx -o diff.html", "a page: owners coloured by growth"},
                      {"nmtx diff monday.json friday.json", "two runs of nmtx allocs --json"}};
    entry.check = check_diff;
    return entry;
}

}  // namespace verb
}  // namespace nmtx
