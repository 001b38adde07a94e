// The icicle's leaves below the ledger's rows. For html_icicle.cc only.
#pragma once

#include "report/ticket/html/html_icicle.h"

namespace nmtx {

// Adds what the ticket has below its owners: files by name, libraries' malloc blocks by class and size,
// unexplained memory and malloc mappings that were not walked by address. Sums are not yet settled.
void add_icicle_leaves(IcicleNode& root, const Ticket& ticket, IcicleLeaves leaves);

}  // namespace nmtx
