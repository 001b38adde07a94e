// The sentences below the tables: what the figures are based on, what is less certain than it could be, and
// what to do about it.
#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/moment.h"
#include "report/style/style.h"

namespace nmtx {

enum class NoteDepth {
    screen,  // only what affects the reading of the figures
    most,
    all,  // including every missing document
};
// What the figures are based on and what is missing, in printing order.
std::vector<std::string> notes_on_evidence(const Moment& moment, NoteDepth depth);
// "Cost: JVM 98 ms, nmtx 27 ms CPU."; empty where no process was queried.
std::string cost_text(const ProcessView& view);
// All notes below a report: the gap, the evidence, the cost.
std::vector<std::string> notes_of(const Moment& moment, bool all);

// "Bootstrap · pid 3938 · OpenJDK 17.0.15 G1 · glibc 2.36 · NMT detail · up 3 min"; with RSS if it is given.
std::string target_line(const ProcessView& view, const TextStyle& style, const std::string& rss = {});
// "RSS 96.1 MiB"; "true RSS 92.6 MiB (kernel: 102.6)" where the kernel counts pages of ZGC's heap several
// times.
std::string rss_text(const Ledger& ledger);
// The main class without its package, or the jar; empty where the command line has none.
std::string main_name(const ProcessView& view);
// The same at any length, always with "Target"; printable.
std::string target_text(const ProcessView& view, bool unicode = true, const std::string& rss = {});
// "OpenJDK 17.0.15 G1", "not Java", "OpenJ9", …
std::string who(const ProcessView& view);
// "NMT detail"; empty where there is no HotSpot.
std::string nmt_state(const ProcessView& view);

}  // namespace nmtx
