// `nmtx glossary`: what an NMT category or an owner is, and the JDK bugs that make it grow.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "findings/knowledge/glossary.h"
#include "report/style/style.h"

namespace nmtx {

// All entries, one line each. `jdk`: only those of that release.
std::string glossary_list_text(std::optional<int> jdk, const TextStyle& style);
// These entries in full.
std::string glossary_text(std::span<const GlossaryEntry* const> entries, std::optional<int> jdk,
                          const TextStyle& style);
// docs/reference/json.md: `nmtx glossary`. These entries, and the bugs that they refer to.
std::string json_glossary(std::span<const GlossaryEntry* const> entries, std::optional<int> jdk);
// All entries, for the function above.
std::vector<const GlossaryEntry*> all_entries(std::optional<int> jdk);

}  // namespace nmtx
