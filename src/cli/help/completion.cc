#include "cli/help/completion.h"

#include "findings/knowledge/glossary.h"

namespace nmtx {

CompletionNames completion_names() {
    CompletionNames names;
    for (const GlossaryEntry& entry : glossary_categories()) names.glossary.emplace_back(entry.name);
    for (const GlossaryEntry& entry : glossary_owners()) {
        names.glossary.emplace_back(entry.name);
        names.owners.emplace_back(entry.name);
    }
    return names;
}

std::string completion_script(std::string_view shell) {
    const CompletionNames names = completion_names();
    if (shell == "zsh") return zsh_completion(names);
    if (shell == "fish") return fish_completion(names);
    return bash_completion(names);
}

}  // namespace nmtx
