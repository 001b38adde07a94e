// `nmtx explain [FILE…|-]`
#include <algorithm>

#include "cli/usage.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

constexpr std::size_t most_pastes = 1000;

Expected<void> take_pastes(const std::vector<std::string>& operands, Command& command) {
    command.files = operands;
    if (command.files.empty()) command.files.emplace_back("-");
    if (std::count(command.files.begin(), command.files.end(), "-") > 1)
        return usage("standard input can be read only once");
    return {};
}

}  // namespace

VerbEntry explain() {
    VerbEntry entry{.verb = Verb::explain, .name = "explain"};
    entry.group = VerbGroup::share;
    entry.summary = "Analyse pasted output (NMT, pmap, smaps, hs_err, …)";
    entry.operands = "[FILE…|-]";
    entry.most = most_pastes;
    entry.options =
        joined({{{"all"}, {"fail-on"}, {"quiet", "print only the findings"}, {"format"}, {"json"}},
                option_set::printing()});
    entry.formats = {Format::text, Format::json};
    entry.details = "Texts may be mixed with prose and with each other: a whole mail thread will do.";
    entry.examples = {{"jcmd 4711 VM.native_memory | nmtx explain", ""},
                      {"nmtx explain issue.txt hs_err_pid4711.log", "several files together"}};
    entry.exits = {{1, "error, or nothing was recognised"}, {3, "--fail-on met"}};
    entry.take = take_pastes;
    return entry;
}

}  // namespace nmtx::verb
