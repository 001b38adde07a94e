// The report on a record as text, JSON and CSV, and the gate's line.
#pragma once

#include <string>

#include "change/gate.h"
#include "change/trend.h"
#include "report/style/style.h"

namespace nmtx {

// `nmtx trend`: for each run the verdict with its reasons, then the course of RSS and its owners. With
// options.all every owner, and NMT's figures by category.
std::string trend_report(const Trend& trend, const ReportOptions& options, const TextStyle& style);

// Only the verdicts, for --quiet: as the report opens, with the run's name above it where there are several.
std::string trend_verdicts(const Trend& trend, const TextStyle& style);

// "Undecided: malloc/nmt-tracked/other grows by 112.3 MiB an hour, so far by 1.8 MiB; growth counts from 2.0
// MiB on. At this rate it needs 6 s more."
std::string run_verdict_text(const RunTrend& run);

// docs/reference/json.md, "nmtx trend".
std::string json_trend(const Trend& trend);

// A header and a line for each owner of each run: RFC 4180.
std::string csv_trend(const Trend& trend);

// "passed: RSS grew by 1.2 MiB (allowed: 50.0 MiB); most: malloc/untracked/libx.so, 0.9 MiB"
std::string gate_line(const GateResult& result, const GateOptions& options);

}  // namespace nmtx
