// The sections of a ticket in Markdown that have their own files, and what all sections share.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/style/style.h"
#include "report/ticket/markdown/markdown_text.h"
#include "report/ticket/ticket.h"

namespace nmtx {

std::string findings_markdown(const std::vector<TicketFinding>& findings);
std::string malloc_markdown(const TicketMalloc& malloc);
std::string threads_markdown(const TicketThreads& threads);

inline std::string mib_cell(const std::optional<Bytes>& bytes) {
    return bytes ? in_mib(*bytes) : std::string();
}

inline std::string name_cell(std::string_view name) {
    return code_span(name, Place::cell);
}

// How much was left out of a table.
template <typename Row, typename Resident>
std::string left_out(const std::vector<Row>& rows, std::size_t shown, std::string_view what,
                     Resident resident) {
    if (rows.size() <= shown) return {};
    Bytes sum;
    for (std::size_t i = shown; i < rows.size(); ++i) sum += resident(rows[i]);
    return fmt::format("{} more {} with {} MiB resident are left out.\n\n", grouped(rows.size() - shown),
                       what, in_mib(sum));
}

}  // namespace nmtx
