// `nmtx nmt PID COMMAND`
#include "cli/values.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> take_request(const std::vector<std::string>& operands, Command& command) {
    auto request = parse_nmt_request(operands);
    if (!request) return tl::make_unexpected(request.error());
    command.nmt_request = std::move(*request);
    return {};
}

}  // namespace

VerbEntry nmt() {
    VerbEntry entry{.verb = Verb::nmt, .name = "nmt"};
    entry.group = VerbGroup::more;
    entry.summary = "NMT's own summary, detail, baseline or diff";
    entry.operands = "PID|NAME COMMAND";
    entry.subject = Subject::process;
    entry.least = 1;
    entry.most = 2;
    entry.options = joined({{{"attach-timeout"}}, option_set::choosing(), {{"quiet"}, {"pager"}}});
    entry.details =
        "COMMAND is summary, detail, baseline, summary.diff or detail.diff, all but baseline "
        "followed by scale=b, KB, MB or GB if wanted. nmtx never sends "
        "shutdown, which turns NMT off until the JVM is restarted.";
    entry.examples = {{"nmtx nmt 4711 baseline", "first"},
                      {"nmtx nmt 4711 detail.diff scale=KB", "later: NMT's own diff"}};
    entry.take = take_request;
    return entry;
}

}  // namespace nmtx::verb
