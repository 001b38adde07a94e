// The parts of a ticket, each made by a file of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/ticket/ticket.h"

namespace nmtx {

std::vector<TicketFact> versions_of(const ProcessView& view);
std::vector<TicketFact> limits_of(const ProcessView& view);
std::vector<TicketFact> taking_of(const ProcessView& view, const Ledger& ledger);
std::vector<std::string> given_flags(const ProcessView& view);
std::vector<std::string> effective_flags(const ProcessView& view);
// What could not be had, and what was not asked for.
std::vector<MissingDocument> missing_of(const ProcessView& view, bool with_history);
std::vector<TicketCommand> commands_of(const ProcessView& view, bool with_history);

std::vector<TicketFinding> ticket_findings(const ProcessView& view, const Ledger& ledger,
                                           const std::optional<ThreadTable>& threads,
                                           const std::optional<Trend>& history);
std::vector<TicketArea> ticket_areas(const Ledger& ledger);
std::vector<TicketCategory> ticket_categories(const Ledger& ledger);
std::vector<TicketOwner> ticket_owners(const Ledger& ledger);
std::vector<TicketFile> ticket_files(const ProcessView& view, const Ledger& ledger);
std::vector<TicketRange> ticket_map(const ProcessView& view, const Ledger& ledger);
std::optional<TicketMalloc> ticket_malloc(const ProcessView& view, const Ledger& ledger);
TicketThreads ticket_threads(const ProcessView& view, const ThreadTable& table);

}  // namespace nmtx
