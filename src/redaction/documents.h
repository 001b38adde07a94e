// The documents of a capture without names: the same figures, in the same formats.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "redaction/names.h"

namespace nmtx {

// Nothing for a document that nobody knows here, or that cannot be understood: it is left out.
std::optional<std::string> redact_document(std::string_view name, std::string_view text, NameRedactor& names);

// Those of them with a format of lines, or of bytes, each.
std::string redact_smaps(std::string_view text, NameRedactor& names);
std::string redact_tasks(std::string_view text, NameRedactor& names);
std::string redact_cgroup(std::string_view text, NameRedactor& names);
std::string redact_nmt(std::string_view text, NameRedactor& names);
std::string redact_system_map(std::string_view text, NameRedactor& names);
std::string redact_thread_dump(std::string_view text, NameRedactor& names);
std::string redact_command_line_reply(std::string_view text, NameRedactor& names);
std::optional<std::string> redact_hsperfdata(std::string_view bytes, NameRedactor& names);
std::optional<std::string> redact_malloc_walk(std::string_view text, NameRedactor& names);
std::optional<std::string> redact_native_stacks(std::string_view text, NameRedactor& names);
std::optional<std::string> redact_java_threads(std::string_view text, NameRedactor& names);
std::optional<std::string> redact_thread_entries(std::string_view text, NameRedactor& names);

// Of a mapping, in smaps and in System.map. The kernel's own names stay, "[heap]".
std::string redact_mapping_name(std::string_view name, NameRedactor& names);

// HotSpot's own names stay.
std::string redact_thread_name(std::string_view name, NameRedactor& names);

}  // namespace nmtx
