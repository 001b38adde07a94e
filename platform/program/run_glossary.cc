// `nmtx glossary [NAME]`: no process is looked at.
#include "platform/program/run.h"
#include "report/verbs/glossary_report.h"

namespace nmtx {

Expected<void> run_glossary(const Command& command) {
    if (command.glossary_name.empty() && !command.json)
        return print(glossary_list_text(command.jdk, style_of_stdout()));
    if (command.glossary_name.empty()) return print(json_glossary(all_entries(command.jdk), command.jdk));
    const auto entries = look_up(command.glossary_name, command.jdk);
    if (!entries) return tl::make_unexpected(entries.error());
    return print(command.json ? json_glossary(*entries, command.jdk)
                              : glossary_text(*entries, command.jdk, style_of_stdout()));
}

}  // namespace nmtx
