#include "pasted/pasted.h"

#include "pasted/clean_text.h"
#include "pasted/join.h"

namespace nmtx {
namespace {

PastedText read_text(PastedInput input) {
    PastedText read;
    read.name = std::move(input.name);
    read.clean =
        std::make_unique<const std::string>(without_marks(clean_text(std::move(input.text)), is_anchor));
    Segments segments = divide(*read.clean);
    read.lines = segments.lines;
    read.leftovers = std::move(segments.leftovers);
    read.parts.reserve(segments.parts.size());
    for (const Part& part : segments.parts) read.parts.push_back(read_part(part, *read.clean));
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
