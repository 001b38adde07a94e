// The folders of evidence in --evidence DIR: their names, and which have to go so that there is room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "triggers/condition.h"

namespace nmtx {

inline constexpr std::string_view evidence_capture = "capture.nmtx";
inline constexpr std::string_view evidence_markdown = "ticket.md";
inline constexpr std::string_view evidence_html = "ticket.html";

// "20261201T044307Z-pid4711-usage" of "2026-12-01T04:43:07Z": names sort by time.
std::string evidence_name(std::string_view utc, std::uint64_t pid, ConditionKind kind);
// Is it such a name? Everything else in the directory is somebody else's and stays.
bool is_evidence_name(std::string_view name);

struct KeptEvidence {
    std::string name;
    Bytes size;
};
// The oldest ones that have to go so that `coming` bytes fit below `most`, but for the one named `except`.
// Nothing where they would not fit even then: then nothing goes.
std::optional<std::vector<std::string>> evidence_to_drop(std::vector<KeptEvidence> kept, Bytes coming,
                                                         Bytes most, std::string_view except = {});

}  // namespace nmtx
