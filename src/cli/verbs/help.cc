// `nmtx help [COMMAND]`
#include "cli/usage.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> take_topic(const std::vector<std::string>& operands, Command& command) {
    if (!operands.empty()) command.topic = operands.front();
    return {};
}

Expected<void> check_help(const Command& command) {
    if (command.manual && !command.topic.empty())
        return usage("--man prints the manual page of all commands", "usage: nmtx help --man");
    return {};
}

}  // namespace

VerbEntry help() {
    VerbEntry entry{.verb = Verb::help, .name = "help"};
    entry.group = VerbGroup::more;
    entry.summary = "Help for a command, same as nmtx COMMAND --help";
    entry.operands = "[COMMAND]";
    entry.most = 1;
    entry.options = {{"man"}, {"pager"}};
    entry.examples = {{"nmtx help malloc", ""},
                      {"nmtx help PID", "for the report on a process"},
                      {"nmtx help --man | man -l -", "the manual page"}};
    entry.check = check_help;
    entry.take = take_topic;
    return entry;
}

VerbEntry version() {
    VerbEntry entry{.verb = Verb::version, .name = "version"};
    entry.summary = "Print the version, same as nmtx --version";
    entry.examples = {{"nmtx version", ""}};
    return entry;
}

}  // namespace nmtx::verb
