// The documents that are ours: read, without their names, and written again.
#include "allocator/malloc_walk.h"
#include "base/paths.h"
#include "documents/native_stacks.h"
#include "process/thread_entries.h"
#include "redaction/documents.h"

namespace nmtx {
namespace {

void redact_sentence(std::string& sentence, NameRedactor& names) {
    sentence = names.redact(sentence, Numbers::kept);
}

}  // namespace

std::optional<std::string> redact_malloc_walk(std::string_view text, NameRedactor& names) {
    auto walk = parse_malloc_walk(text);
    if (!walk) return std::nullopt;
    redact_sentence(walk->why_not_walked, names);
    for (std::string& note : walk->notes) redact_sentence(note, names);
    for (UntrackedOwner& owner : walk->untracked) {
        owner.owner = names.redact(owner.owner);
        owner.kind = names.redact(owner.kind);
    }
    return format_malloc_walk(*walk);
}

// A symbol of a library that everybody can have is everybody's.
std::optional<std::string> redact_native_stacks(std::string_view text, NameRedactor& names) {
    auto stacks = parse_native_stacks(text);
    if (!stacks) return std::nullopt;
    for (NativeStack& stack : stacks->stacks) {
        for (NativeFrame& frame : stack.frames) {
            std::string file = names.redact(frame.file);
            if (base_name(file) != base_name(frame.file)) frame.symbol = names.redact(frame.symbol);
            frame.file = std::move(file);
        }
    }
    for (NativeStackFailure& failure : stacks->failed) redact_sentence(failure.why, names);
    return format_native_stacks(*stacks);
}

std::optional<std::string> redact_thread_entries(std::string_view text, NameRedactor& names) {
    auto entries = parse_thread_entries(text);
    if (!entries) return std::nullopt;
    for (ThreadEntry& entry : *entries) entry.file = names.redact(entry.file);
    return format_thread_entries(*entries);
}

}  // namespace nmtx
