// Everything that nmtx concludes from one snapshot, computed once and only here: live, from a capture and
// from a paste. Reports take an account and only format it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/error.h"
#include "change/trend.h"
#include "findings/figures/container.h"
#include "findings/judgement/judgement.h"
#include "ledger/moment.h"
#include "threads/thread_table.h"

namespace nmtx {

// The inputs of an account besides the ledger.
struct AccountOptions {
    const RunTrend* history = nullptr;  // from a record of the same process
    std::vector<Finding> told{};        // findings from other texts about this process
    bool judge = true;                  // no: neither findings nor verdict, for reports that show none
};

struct Account {
    Moment moment;
    std::unique_ptr<const Ledger> own;      // set if the account computed the ledger itself
    std::optional<ThreadTable> threads;     // absent if they could not be read
    std::optional<ContainerUse> container;  // if the process is in one, or has a limit
    Judgement judged;                       // default-constructed: nothing was judged

    [[nodiscard]] const ProcessView& view() const { return *moment.view; }
    [[nodiscard]] const Ledger& ledger() const { return *moment.ledger; }
};

// Reconciles the view, which must outlive the account. Fails where there is nothing to reconcile.
Expected<Account> account_of(const ProcessView& view, AccountOptions options = {});
// From a snapshot that is already reconciled; it must outlive the account.
Account account_of(const Moment& moment, AccountOptions options = {});

// The run of this process in a record; null where there is none.
const RunTrend* run_of_process(const ProcessView& view, const std::optional<Trend>& record);

}  // namespace nmtx
