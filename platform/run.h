// What the verbs of the program share, and those that have a file of their own (run_VERB.cc).
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "cli/command.h"
#include "evidence/capture.h"
#include "evidence/plan.h"
#include "platform/collect.h"
#include "report/style.h"

namespace nmtx {

TextStyle style_of_stdout();
Expected<void> print(const std::string& text);

// How the options call for a running process to be read.
Expected<CollectOptions> collect_options(const Command& command, std::uint64_t pid);
// Its evidence, read so.
Expected<Capture> capture_of(const Command& command, std::uint64_t pid, CapturePlan& plan);
// To where -o says.
Expected<void> write_capture(const Command& command, const Capture& capture);
Expected<Capture> read_capture(const std::string& file);

inline constexpr int exit_found = 3;  // a leak, or too much growth

Expected<void> run_diff(const Command& command);
Expected<void> run_nmt(const Command& command);
Expected<void> run_watch(const Command& command);
Expected<void> run_glossary(const Command& command);
Expected<void> run_fit(const Command& command);
Expected<void> run_explain(const Command& command);
// With the exit code where it did what it was to do.
Expected<int> run_record(const Command& command);
Expected<int> run_trend(const Command& command);
Expected<int> run_gate(const Command& command);

}  // namespace nmtx
