// Everything that nmtx concludes of one snapshot, made once and in this one place: live, from a capture and
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

// What an account takes in besides the ledger.
struct AccountOptions {
    const RunTrend* history = nullptr;  // of a record of the same process
    std::vector<Finding> told{};        // what texts beside the ledger's have shown of this process
    bool judge = true;                  // no: neither findings nor verdict, for reports that show none
};

struct Account {
    Moment moment;
    std::unique_ptr<const Ledger> own;      // where the account has made the ledger itself
    std::optional<ThreadTable> threads;     // where they could be read
    std::optional<ContainerUse> container;  // where the process is in one, or has a limit
    Judgement judged;                       // of the default one: nothing was judged

    [[nodiscard]] const ProcessView& view() const { return *moment.view; }
    [[nodiscard]] const Ledger& ledger() const { return *moment.ledger; }
};

// Reconciles the view, which must outlive the account. Fails where there is nothing to reconcile.
Expected<Account> account_of(const ProcessView& view, AccountOptions options = {});
// Of a moment that is reconciled already; it must outlive the account.
Account account_of(const Moment& moment, AccountOptions options = {});

// Of a record the run of this very process; null where it has none.
const RunTrend* run_of_process(const ProcessView& view, const std::optional<Trend>& record);

}  // namespace nmtx
