#include "process/given_options.h"

#include "base/printable.h"

namespace nmtx {

std::vector<std::string_view> jvm_options(const ProcessView& view) {
    if (view.perf) {
        if (const auto joined = view.perf->text("java.rt.vmArgs")) return split_joined_options(*joined);
    }
    return read_java_arguments(view.arguments).options;
}

std::string command_line(const ProcessView& view, std::size_t most_bytes) {
    std::string command;
    for (const std::string_view argument : view.arguments) {
        if (!command.empty()) command += ' ';
        command += printable(argument.substr(0, most_bytes));
        if (command.size() > most_bytes) break;
    }
    return command;
}

}  // namespace nmtx
