// The parts of a ticket, each made by its own file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/moment.h"
#include "report/ticket/ticket.h"

namespace nmtx {

std::vector<TicketFact> versions_of(const ProcessView& view);
std::vector<TicketFact> limits_of(const ProcessView& view);
std::vector<TicketFact> taking_of(const Moment& moment);
std::vector<std::string> given_flags(const ProcessView& view);
std::vector<std::string> effective_flags(const ProcessView& view);
// What could not be collected, and what was not requested.
std::vector<MissingDocument> missing_of(const ProcessView& view, bool with_history);
std::vector<TicketCommand> commands_of(const ProcessView& view, bool with_history);

std::vector<TicketFinding> ticket_findings(const std::vector<Finding>& findings);
std::vector<TicketArea> ticket_areas(const Ledger& ledger);
std::vector<TicketCategory> ticket_categories(const Ledger& ledger);
std::vector<TicketOwner> ticket_owners(const Ledger& ledger);
std::vector<TicketFile> ticket_files(const Moment& moment);
std::vector<TicketRange> ticket_map(const Moment& moment);
std::optional<TicketMalloc> ticket_malloc(const Moment& moment);
TicketThreads ticket_threads(const ProcessView& view, const ThreadTable& table);

}  // namespace nmtx
