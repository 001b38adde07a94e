// jstat(1): the columns of -gc, -gcutil, -gccapacity, -gcmetacapacity, -gcnew, -gcold, -gccause and similar,
// with or without -t. Format: jdk.jcmd, sun/tools/jstat/resources/jstat_options. Capacities and uses are in
// KB; S0, S1, E, O, M and CCS are percentages of what is currently committed, not of a limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct JstatSample {
    std::vector<std::optional<double>> values;  // as many as there are columns; nothing for "-"
    std::string_view last_cause;                // -gccause: LGCC
};

struct JstatTable {
    std::vector<std::string_view> columns;  // "S0C", "S1C", …
    std::vector<JstatSample> samples;
    NotUnderstood not_understood;

    [[nodiscard]] std::optional<double> value(const JstatSample& sample, std::string_view column) const;
    // The value of a column in KB.
    [[nodiscard]] std::optional<Bytes> bytes(const JstatSample& sample, std::string_view column) const;
    [[nodiscard]] std::optional<std::uint64_t> count(const JstatSample& sample,
                                                     std::string_view column) const;
    [[nodiscard]] bool has(std::string_view column) const;
};

bool is_jstat_heading(std::string_view line);
// Can the line be a row below such a heading?
bool is_jstat_row(std::string_view line);
// Fails where no row follows a heading.
Expected<JstatTable> parse_jstat(std::string_view text, std::string_view document = "jstat");

}  // namespace nmtx
