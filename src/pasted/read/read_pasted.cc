#include "pasted/read/read_pasted.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"
#include "evidence/redact.h"
#include "pasted/divide/clean_text.h"
#include "pasted/join/join.h"
#include "pasted/read/part_readers.h"

namespace nmtx {
namespace {

// All tables of a text together keep a limited number of rows, of which `left` are still free.
void bound_rows(PastedPart& part, std::size_t& left) {
    std::vector<ProcessRow>* rows = nullptr;
    if (auto* table = std::get_if<ProcessTable>(&part.contents)) rows = &table->rows;
    if (auto* top = std::get_if<Top>(&part.contents); top != nullptr && !top->frames.empty())
        rows = &top->frames.back().rows;
    if (rows == nullptr) return;
    // Its first rows are what its figures are of.
    constexpr std::size_t fewest = 100;
    const std::size_t kept = std::max(left, fewest);
    if (rows->size() > kept) {
        part.notes.push_back(fmt::format("{} of its rows were not kept: the tables above it have very many",
                                         grouped(rows->size() - kept)));
        rows->resize(kept);
        rows->shrink_to_fit();
    }
    left -= std::min(left, rows->size());
}

PastedText read_text(PastedInput input) {
    PastedText read;
    read.name = std::move(input.name);
    std::string clean = without_marks(with_unified_diffs(clean_text(std::move(input.text))), is_anchor);
    redact_reply(clean);
    const NmtUnixDiffs diffs = take_unix_diffs(clean);
    read.clean = std::make_unique<const std::string>(std::move(clean));
    Segments segments = divide(*read.clean);
    read.lines = segments.lines;
    read.leftovers = std::move(segments.leftovers);
    read.leftovers_left_out = segments.leftovers_left_out;
    read.lines_left_out = segments.lines_left_out;
    read.left_out = std::move(segments.left_out);
    if (diffs.left_out.parts > 0) read.left_out.push_back(diffs.left_out);
    read.parts.reserve(segments.parts.size() + diffs.diffs.size());
    std::size_t rows_left = most_process_rows;
    for (const Part& part : segments.parts) {
        read.parts.push_back(read_part(part, *read.clean));
        bound_rows(read.parts.back(), rows_left);
    }
    for (const NmtUnixDiff& diff : diffs.diffs) read.parts.push_back(pasted::read_unix_diff(diff));
    if (!diffs.diffs.empty())
        std::ranges::stable_sort(read.parts, {}, [](const PastedPart& p) { return p.part.first_line(); });
    return read;
}

}  // namespace

Pasted read_pasted(std::vector<PastedInput> inputs) {
    Pasted pasted;
    for (PastedInput& input : inputs) pasted.texts.push_back(read_text(std::move(input)));
    join_parts(pasted);
    return pasted;
}

}  // namespace nmtx
