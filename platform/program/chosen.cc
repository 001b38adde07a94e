#include "platform/program/chosen.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/printable.h"
#include "cli/parse/parse.h"

namespace nmtx {
namespace {

Expected<void> choose(Target& target) {
    if (!target.given() || target.pid != 0 || target.is_file()) return {};
    std::error_code ignored;
    if (target.name_may_be_file && std::filesystem::exists(target.name, ignored)) {
        target.file = std::exchange(target.name, {});
        return {};
    }
    return failure("", fmt::format("'{}' is neither a process ID nor a file", printable(target.name)),
                   "nmtx list shows the JVMs");
}

}  // namespace

Expected<Command> chosen(Command command) {
    for (Target* target : {&command.target, &command.compared[0], &command.compared[1]}) {
        if (auto found = choose(*target); !found) return tl::make_unexpected(found.error());
    }
    if (auto checked = check_command(command); !checked) return tl::make_unexpected(checked.error());
    return command;
}

}  // namespace nmtx
