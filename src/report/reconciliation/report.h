// The reconciliation report in its forms. All of them format the same ledger and compute nothing.
#pragma once

#include <optional>
#include <string>

#include "change/trend.h"
#include "findings/judgement/judgement.h"
#include "ledger/headline.h"
#include "ledger/ledger.h"
#include "report/style/style.h"
#include "threads/thread_table.h"

namespace nmtx {

// One screen: the whole, who owns it, the areas of the JVM, what is wrong with it, what to know about it.
// With options.all every row, with options.maps every mapping. `history`: a record of the same process, for
// the findings.
std::string text_report(const ProcessView& view, const Ledger& ledger,
                        const std::optional<ThreadTable>& threads, const ReportOptions& options,
                        const TextStyle& style, const RunTrend* history = nullptr);

// As it was judged already.
std::string text_report(const ProcessView& view, const Ledger& ledger, const Judgement& judged,
                        const std::optional<ThreadTable>& threads, const ReportOptions& options,
                        const TextStyle& style);

// `nmtx malloc`: the arenas, what their memory is made of, and who holds the blocks that NMT does not know.
// With options.all every arena, size and owner.
std::string malloc_report(const ProcessView& view, const Ledger& ledger, const ReportOptions& options,
                          const TextStyle& style);

// docs/json.md; one object, two blanks of indentation, a newline at the end.
std::string json_report(const ProcessView& view, const Ledger& ledger,
                        const std::optional<ThreadTable>& threads, const RunTrend* history = nullptr);

}  // namespace nmtx
