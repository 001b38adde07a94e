// Values in our JSON: null where unknown, names of the target without control characters.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/printable.h"
#include "change/diff.h"
#include "change/trend.h"
#include "findings/finding.h"
#include "threads/thread_choice.h"

namespace nmtx {

// 2: `threads` is a list; how many the kernel counts is `thread_counts.status`.
inline constexpr int json_schema_version = 2;

template <typename T, typename F>
nlohmann::ordered_json json_or_null(const std::optional<T>& value, F to_number) {
    return value ? nlohmann::ordered_json(to_number(*value)) : nlohmann::ordered_json(nullptr);
}

inline nlohmann::ordered_json bytes_or_null(const std::optional<Bytes>& value) {
    return json_or_null(value, [](Bytes b) { return b.value(); });
}

inline nlohmann::ordered_json text_or_null(const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(printable(text));
}

// An amount before and after, and the difference.
inline nlohmann::ordered_json amount_json(const AmountChange& change) {
    return {{"before_bytes", change.before.value()},
            {"after_bytes", change.after.value()},
            {"change_bytes", change.change().value}};
}

inline nlohmann::ordered_json chunks_json(const ChunkSum& sum) {
    return {{"blocks", sum.blocks}, {"bytes", sum.bytes.value()}, {"resident_bytes", sum.resident.value()}};
}

// The object `malloc` of docs/reference/json.md; null where no walk was tried (json_malloc.cc).
nlohmann::ordered_json malloc_json(const ProcessView& view);
// `findings` (json_findings.cc).
nlohmann::ordered_json findings_json(std::span<const Finding> findings);
// `threads` and `thread_counts` (json_threads.cc).
nlohmann::ordered_json threads_json(const ThreadTable& table, const ThreadOptions& choice);
nlohmann::ordered_json thread_counts_json(const ThreadTable& table);

}  // namespace nmtx
