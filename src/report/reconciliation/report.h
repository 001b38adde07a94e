// The reconciliation report in its forms. All of them format the same account and conclude nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "account/account.h"
#include "ledger/moment.h"
#include "report/style/style.h"

namespace nmtx {

// One screen: the whole, who owns it, the areas of the JVM, what is wrong with it, what to know about it.
// With options.all every row, with options.maps every mapping.
std::string text_report(const Account& account, const ReportOptions& options, const TextStyle& style);

// `nmtx malloc`: the arenas, what their memory is made of, and who holds the blocks that NMT does not know.
// With options.all every arena, size and owner.
std::string malloc_report(const Moment& moment, const ReportOptions& options, const TextStyle& style);

// docs/reference/json.md; one object, two blanks of indentation, a newline at the end.
std::string json_report(const Account& account);
// The object itself.
nlohmann::ordered_json report_json(const Account& account);

}  // namespace nmtx
