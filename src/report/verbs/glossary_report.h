// `nmtx glossary`: what a category of NMT or an owner is, and the bugs of JDKs that make it grow.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "findings/knowledge/glossary.h"
#include "report/style/style.h"

namespace nmtx {

// Every entry in a line. `jdk`: what that release has alone.
std::string glossary_list_text(std::optional<int> jdk, const TextStyle& style);
// These entries in full.
std::string glossary_text(std::span<const GlossaryEntry* const> entries, std::optional<int> jdk,
                          const TextStyle& style);
// docs/reference/json.md: `nmtx glossary`. These entries, and the bugs that they name.
std::string json_glossary(std::span<const GlossaryEntry* const> entries, std::optional<int> jdk);
// All of them, for the one above.
std::vector<const GlossaryEntry*> all_entries(std::optional<int> jdk);

}  // namespace nmtx
