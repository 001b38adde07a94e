// All verbs, one per file.
#pragma once

#include <string_view>
#include <vector>

#include "cli/verb_entry.h"

namespace nmtx {

// In the order in which help lists them.
const std::vector<VerbEntry>& all_verbs();
// Null where there is none of that name.
const VerbEntry* verb_named(std::string_view name);
const VerbEntry& entry_of(Verb verb);

namespace verb {
VerbEntry pid();
VerbEntry malloc();
VerbEntry threads();
VerbEntry stacks();
VerbEntry allocs();
VerbEntry watch();
VerbEntry list();
VerbEntry record();
VerbEntry serve();
VerbEntry trend();
VerbEntry diff();
VerbEntry gate();
VerbEntry capture();
VerbEntry report();
VerbEntry ticket();
VerbEntry explain();
VerbEntry fit();
VerbEntry peek();
VerbEntry glossary();
VerbEntry nmt();
VerbEntry doctor();
VerbEntry demo();
VerbEntry completion();
VerbEntry help();
VerbEntry version();
}  // namespace verb

}  // namespace nmtx
