// `nmtx glossary [NAME]`: reads no process.
#include "platform/program/run.h"
#include "report/verbs/glossary_report.h"

namespace nmtx {

Expected<int> run_glossary(const Command& command) {
    const TextStyle style = style_of_stdout(command);
    const bool everything = command.glossary_name.empty();
    if (everything && !command.json()) return done(print(glossary_list_text(command.jdk, style)));
    if (everything) return done(print(json_glossary(all_entries(command.jdk), command.jdk)));
    const auto entries = look_up(command.glossary_name, command.jdk);
    if (!entries) return tl::make_unexpected(entries.error());
    return done(print(command.json() ? json_glossary(*entries, command.jdk)
                                     : glossary_text(*entries, command.jdk, style)));
}

}  // namespace nmtx
