// `nmtx completion SHELL`
#include <fmt/format.h>

#include "cli/usage.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> take_shell(const std::vector<std::string>& operands, Command& command) {
    command.shell = operands.front();
    if (command.shell != "bash" && command.shell != "zsh" && command.shell != "fish")
        return usage(fmt::format("no completion for '{}'", command.shell),
                     "usage: nmtx completion bash|zsh|fish");
    return {};
}

}  // namespace

VerbEntry completion() {
    VerbEntry entry{.verb = Verb::completion, .name = "completion"};
    entry.group = VerbGroup::more;
    entry.summary = "Print the completion script of bash, zsh or fish";
    entry.operands = "SHELL";
    entry.least = 1;
    entry.most = 1;
    entry.details = "An installed nmtx has its completions in place. For one that is not installed:";
    entry.examples = {{"eval \"$(nmtx completion bash)\"", "in ~/.bashrc"},
                      {"eval \"$(nmtx completion zsh)\"", "in ~/.zshrc, after compinit"},
                      {"nmtx completion fish | source", "in ~/.config/fish/config.fish"}};
    entry.take = take_shell;
    return entry;
}

}  // namespace nmtx::verb
