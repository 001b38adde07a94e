#include "platform/program/run_rights.h"

#include <algorithm>

namespace nmtx {
namespace {

bool reads_process(const Command& command) {
    switch (command.verb) {
        case Verb::help:
        case Verb::version:
        case Verb::completion:
        case Verb::report:
        case Verb::trend:
        case Verb::glossary:
        case Verb::explain:
            return false;
        case Verb::malloc:
        case Verb::threads:
        case Verb::gate:
        case Verb::fit:
        case Verb::ticket:
            return !command.target.is_file();
        case Verb::diff:
            return std::any_of(command.compared.begin(), command.compared.end(),
                               [](const Target& target) { return !target.is_file(); });
        default:
            return true;
    }
}

// Records count: SQLite makes files beside one even to read it.
bool writes(const Command& command) {
    switch (command.verb) {
        case Verb::capture:
        case Verb::record:
        case Verb::serve:
        case Verb::trend:
        case Verb::gate:
        case Verb::ticket:
        case Verb::watch:
            return true;
        default:
            return !command.output.empty() || !command.history.empty();
    }
}

}  // namespace

Needs needs_of(const Command& command) {
    Needs needs;
    needs.processes = reads_process(command);
    needs.attach =
        needs.processes && command.attach && command.verb != Verb::stacks && command.verb != Verb::allocs;
    needs.probes = needs.processes && command.verb == Verb::allocs;
    needs.stops = needs.processes && (command.malloc.freeze || command.verb == Verb::threads ||
                                      command.verb == Verb::stacks || command.verb == Verb::watch);
    needs.writes = writes(command);
    return needs;
}

std::optional<FileWork> file_work_of(const Command& command) {
    if (reads_process(command)) return std::nullopt;
    return writes(command) ? FileWork::read_and_write : FileWork::read;
}

}  // namespace nmtx
