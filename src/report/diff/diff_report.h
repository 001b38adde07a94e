// The difference between two snapshots, as text, JSON and a page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "account/account.h"
#include "change/diff.h"
#include "report/style/style.h"

namespace nmtx {

// The unit of sizes in text; JSON has bytes.
enum class SizeScale { bytes, kib, mib, gib };
std::optional<SizeScale> size_scale_named(std::string_view name);  // "b", "k", "m", "g"

// RSS first, then the change by owner, NMT's categories and call sites, malloc's blocks, threads, classes
// and mappings: the largest changes of each, with options.all every row.
std::string diff_text(const Moment& before, const Moment& after, const Diff& diff, SizeScale scale,
                      const ReportOptions& options, const TextStyle& style);

// docs/reference/json.md: `nmtx diff`. Every row, whatever the text shows.
std::string json_diff(const Moment& before, const Moment& after, const Diff& diff);

// One self-contained file (report/diff/html). The accounts need not be judged.
std::string html_diff(const Account& before, const Account& after, const Diff& diff);

}  // namespace nmtx
