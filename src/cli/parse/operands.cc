#include "cli/parse/operands.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/usage.h"
#include "cli/values.h"
#include "cli/verbs/verbs.h"

namespace nmtx {
namespace {

bool looks_like_file(std::string_view word) {
    return word == "-" || word.find('/') != std::string_view::npos || word.ends_with(".nmtx") ||
           word.ends_with(".db") || word.ends_with(".json");
}

std::string usage_hint(const VerbEntry& entry) {
    return "usage: " + usage_of(entry);
}

// One more than the verb takes.
tl::unexpected<Error> unexpected_argument(const VerbEntry& entry, const Command& command,
                                          const std::string& word) {
    const std::string what = fmt::format("unexpected argument '{}'", word);
    if (entry.verb != Verb::reconcile || command.target.chooses()) return usage(what, usage_hint(entry));
    const VerbEntry* meant = verb_named(word);
    const std::string first =
        command.target.pid != 0 ? std::to_string(command.target.pid) : command.target.name;
    if (meant != nullptr && meant->subject != Subject::none && meant->subject != Subject::file)
        return usage(fmt::format("{} (did you mean: nmtx {} {}?)", what, word, first));
    return usage(what, "one process at a time: " + usage_hint(entry));
}

Expected<void> take_compared(const std::vector<std::string>& operands, Command& command) {
    for (std::size_t i = 0; i < command.compared.size(); ++i) {
        auto target = target_of(operands[i], Subject::process_or_file);
        if (!target) return tl::make_unexpected(target.error());
        command.compared[i] = std::move(*target);
    }
    return {};
}

// The process or file that the verb is about. Takes it off the operands, unless options have chosen it.
Expected<void> take_subject(const VerbEntry& entry, std::vector<std::string>& operands, Command& command) {
    const bool every_jvm = command.verb == Verb::record && command.all;
    if (every_jvm && (!operands.empty() || command.target.chooses()))
        return usage("--all records every JVM: leave the process out", "nmtx record --all -o FILE.db");
    if (entry.subject == Subject::none || every_jvm) return {};
    if (command.target.chooses()) {
        if (!command.target.container.empty() && !command.target.match.empty())
            return usage("both --container and --match: use only one of them");
        // The word in the process's place is the superfluous one, because more is known about it than about
        // the last one.
        if (operands.size() <= entry.most) return {};
        return usage(fmt::format("unexpected argument '{}': {} chooses the process", operands.front(),
                                 command.target.match.empty() ? "--container" : "--match"));
    }
    if (operands.empty()) {
        if (entry.subject_optional) return {};
        if (entry.subject == Subject::file) return usage("which file?", usage_hint(entry));
        return usage("which process?", usage_hint(entry) + "; nmtx list shows the JVMs");
    }
    auto target = target_of(operands.front(), entry.subject);
    if (!target) return tl::make_unexpected(target.error());
    command.target = std::move(*target);
    operands.erase(operands.begin());
    return {};
}

}  // namespace

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Expected<Target> target_of(const std::string& word, Subject subject) {
    Target target;
    if (is_number(word)) {
        const auto pid = parse_pid(word);
        if (!pid) return usage(fmt::format("'{}' is not a process ID", word), "nmtx list shows the JVMs");
        if (subject == Subject::file)
            return usage(fmt::format("'{}' is a process ID, not a file", word),
                         fmt::format("for the process: nmtx {0}; for a file of that name: ./{0}", word));
        target.pid = *pid;
    } else if (word.empty()) {
        return usage("an empty word names no process and no file");
    } else if (subject == Subject::file) {
        target.file = word;
    } else if (looks_like_file(word)) {
        if (subject == Subject::process)
            return usage(fmt::format("'{}' is a file, and a running process is needed", word),
                         "nmtx list shows the JVMs");
        target.file = word;
    } else {
        target.name = word;
        target.name_may_be_file = subject == Subject::process_or_file;
    }
    return target;
}

Expected<void> take_operands(const VerbEntry& entry, std::vector<std::string> operands, Command& command) {
    if (auto taken = take_subject(entry, operands, command); !taken) return taken;
    if (operands.size() < entry.least) return usage("missing argument", usage_hint(entry));
    if (operands.size() > entry.most) return unexpected_argument(entry, command, operands[entry.most]);
    if (command.verb == Verb::diff) return take_compared(operands, command);
    return entry.take == nullptr ? Expected<void>() : entry.take(operands, command);
}

}  // namespace nmtx
