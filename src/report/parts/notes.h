// The sentences below the tables: what the figures rest on, what is weaker than it could be, and what to do
// about it.
#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/moment.h"
#include "report/style/style.h"

namespace nmtx {

// In the order of printing. `all`: with every document that is missing.
std::vector<std::string> notes_of(const Moment& moment, bool all);

// "Target · pid 3938 · OpenJDK 17.0.15 G1 · glibc 2.36 · NMT detail · up 3 min · no memory limit"
std::string target_line(const ProcessView& view, const TextStyle& style);
// The same, whatever its length; printable.
std::string target_text(const ProcessView& view, bool unicode = true);
// "OpenJDK 17.0.15 G1", "not Java", "OpenJ9", …
std::string who(const ProcessView& view);
// "NMT detail"; empty where there is no HotSpot.
std::string nmt_state(const ProcessView& view);

}  // namespace nmtx
