#include "redaction/redact_capture.h"

#include "redaction/documents.h"

namespace nmtx {
namespace {

Redaction summary_of(const NameRedactor& names, std::vector<std::string> left_out) {
    Redaction redaction;
    const RedactionCounts& counts = names.counts();
    for (std::size_t kind = 0; kind < placeholder_kinds; ++kind) {
        if (counts.different[kind] > 0)
            redaction.different[std::string(name_of(static_cast<Placeholder>(kind)))] =
                counts.different[kind];
    }
    redaction.places = counts.places;
    redaction.left_out = std::move(left_out);
    return redaction;
}

}  // namespace

Capture redact_capture(const Capture& capture, NameRedactor& names) {
    Capture redacted;
    redacted.header = capture.header;
    const bool before = capture.header.redaction.has_value();
    std::vector<std::string> left_out;
    for (const auto& [name, text] : capture.documents()) {
        auto rewritten = before ? std::optional(*text) : redact_document(name, *text, names);
        if (rewritten) {
            redacted.add(name, std::move(*rewritten));
            continue;
        }
        left_out.push_back(name);
        redacted.miss(name, {"left out by --redact: its names cannot be separated from its figures", ""});
    }
    for (const auto& [name, missing] : capture.missing_documents()) {
        redacted.miss(name, before ? missing
                                   : Missing{names.redact(missing.why, Numbers::kept),
                                             names.redact(missing.hint, Numbers::kept)});
    }
    for (const Step& step : capture.steps()) redacted.note_step(step);
    if (!before) redacted.header.redaction = summary_of(names, std::move(left_out));
    return redacted;
}

}  // namespace nmtx
