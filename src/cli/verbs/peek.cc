// `nmtx peek PID ADDRESS`
#include <fmt/format.h>

#include "cli/usage.h"
#include "cli/values.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> take_address(const std::vector<std::string>& operands, Command& command) {
    const auto address = parse_address(operands.front());
    if (!address) return usage(fmt::format("'{}' is not an address in hexadecimal", operands.front()));
    command.address = *address;
    return {};
}

}  // namespace

VerbEntry peek() {
    VerbEntry entry{.verb = Verb::peek, .name = "peek"};
    entry.group = VerbGroup::more;
    entry.summary = "Show what is at an address";
    entry.operands = "PID|NAME ADDRESS";
    entry.subject = Subject::process;
    entry.least = 1;
    entry.most = 1;
    entry.options = joined({option_set::choosing(), {{"color"}, {"pager"}}});
    entry.details = "Zeros, text, pointers and strings around ADDRESS (hexadecimal). Read, never saved.";
    entry.examples = {{"nmtx peek 4711 7f2d54000030", ""}};
    entry.take = take_address;
    return entry;
}

}  // namespace nmtx::verb
