#include "account/account.h"

#include <utility>

#include "ledger/partition/reconcile.h"

namespace nmtx {

Account account_of(const Moment& moment, AccountOptions options) {
    Account account;
    account.moment = moment;
    account.threads = thread_table_if_read(moment);
    account.container = container_use(moment);
    if (!options.judge) return account;
    account.judged = judge({*moment.view, *moment.ledger, account.threads ? &*account.threads : nullptr,
                            account.container ? &*account.container : nullptr, options.history},
                           std::move(options.told));
    return account;
}

Expected<Account> account_of(const ProcessView& view, AccountOptions options) {
    auto ledger = reconcile(view);
    if (!ledger) return tl::make_unexpected(ledger.error());
    auto own = std::make_unique<const Ledger>(std::move(*ledger));
    Account account = account_of(Moment{&view, own.get()}, std::move(options));
    account.own = std::move(own);
    return account;
}

const RunTrend* run_of_process(const ProcessView& view, const std::optional<Trend>& record) {
    const RunTrend* found = nullptr;
    if (!record) return found;
    for (const RunTrend& run : record->runs) {
        if (is_run_of(run.run, view.header)) found = &run;
    }
    return found;
}

}  // namespace nmtx
