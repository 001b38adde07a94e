#include "pasted/pasted.h"

#include <algorithm>

#include "evidence/redact.h"
#include "pasted/clean_text.h"
#include "pasted/join.h"
#include "pasted/part_readers.h"

namespace nmtx {
namespace {

PastedText read_text(PastedInput input) {
    PastedText read;
    read.name = std::move(input.name);
    std::string clean =
        without_marks(with_unified_diffs(clean_text(std::move(input.text))), is_anchor);
    redact_reply(clean);
    const std::vector<NmtUnixDiff> diffs = take_unix_diffs(clean);
    read.clean = std::make_unique<const std::string>(std::move(clean));
    Segments segments = divide(*read.clean);
    read.lines = segments.lines;
    read.leftovers = std::move(segments.leftovers);
    read.parts.reserve(segments.parts.size());
    for (const Part& part : segments.parts) read.parts.push_back(read_part(part, *read.clean));
    for (const NmtUnixDiff& diff : diffs) read.parts.push_back(pasted::read_unix_diff(diff));
    if (!diffs.empty())
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
