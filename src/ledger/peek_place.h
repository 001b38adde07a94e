// The place of an address and the possible targets of pointers, from the ledger, for a peek.
#pragma once

#include "allocator/peek.h"
#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// The ledger's piece that contains an address.
struct PeekPlace {
    Range range;
    const Mapping* mapping = nullptr;
    std::string owner;     // "unexplained" where it is unknown
    std::string evidence;  // its source; empty where there is none
    bool estimated = false;
    Bytes resident;  // by smaps
};

// Fails for an address that is not mapped, and names the neighbouring mappings.
Expected<PeekPlace> peek_place(const Moment& moment, Address address);

// Every accessible mapping, named by its file, else by its owner. Pointers into `itself` are named so.
PointerMap pointer_map(const Moment& moment, Range itself = {});

}  // namespace nmtx
