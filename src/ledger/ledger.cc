#include "ledger/ledger.h"

namespace nmtx {

Ledger::Ledger() = default;
Ledger::Ledger(const Ledger&) = default;
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(const Ledger&) = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

}  // namespace nmtx
