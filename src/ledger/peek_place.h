// Where an address lies, and what pointers may lead to: what a peek at memory needs of the ledger.
#pragma once

#include "allocator/peek.h"
#include "ledger/ledger.h"
#include "ledger/moment.h"

namespace nmtx {

// The piece of the ledger that an address lies in.
struct PeekPlace {
    Range range;
    const Mapping* mapping = nullptr;
    std::string owner;     // "unexplained" where nobody knows
    std::string evidence;  // which document says so; empty where none
    bool estimated = false;
    Bytes resident;  // as smaps had it
};

// Fails for an address that is not mapped, and names the mappings beside it.
Expected<PeekPlace> peek_place(const Moment& moment, Address address);

// Every mapping that may be accessed, by the name of its file, else by its owner. Pointers into `itself` are
// called so.
PointerMap pointer_map(const Moment& moment, Range itself = {});

}  // namespace nmtx
