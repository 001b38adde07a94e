// The documents that are ours: read, without their names, and written again.
#include "allocator/malloc_walk.h"
#include "base/paths.h"
#include "documents/java_threads.h"
#include "documents/native_stacks.h"
#include "process/thread_entries.h"
#include "redaction/documents.h"
#include "redaction/words.h"

namespace nmtx {
namespace {

void redact_sentence(std::string& sentence, NameRedactor& names) {
    sentence = names.redact(sentence, Numbers::kept);
}

// Of Java frames the names of classes that are not the JDK's, and of their sources.
void redact_frame(NativeFrame& frame, NameRedactor& names) {
    if (frame.kind == FrameKind::stub || frame.kind == FrameKind::gap) return;
    if (is_java(frame.kind)) {
        if (is_jdk_name(frame.symbol)) return;
        frame.symbol = names.redact(frame.symbol, Numbers::kept);
        frame.file = names.redact(frame.file, Numbers::kept);
        return;
    }
    // Symbols of public libraries are public.
    std::string file = names.redact(frame.file);
    if (base_name(file) != base_name(frame.file)) frame.symbol = names.redact(frame.symbol);
    frame.file = std::move(file);
}

void redact_holders(BlockHolders& found, NameRedactor& names) {
    redact_sentence(found.heap_not_read, names);
    redact_sentence(found.heap_may_miss, names);
    for (Holder& holder : found.holders) {
        const bool java = holder.kind == HolderKind::java_field || holder.kind == HolderKind::java_static;
        if (!java || !is_jdk_name(holder.name)) holder.name = names.redact(holder.name, Numbers::kept);
        holder.library = names.redact(holder.library);
        for (std::string& other : holder.also) redact_sentence(other, names);
    }
    if (found.chain) redact_sentence(found.chain->holder, names);
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
    if (walk->holders) redact_holders(*walk->holders, names);
    return format_malloc_walk(*walk);
}

std::optional<std::string> redact_native_stacks(std::string_view text, NameRedactor& names) {
    auto stacks = parse_native_stacks(text);
    if (!stacks) return std::nullopt;
    for (NativeStack& stack : stacks->stacks) {
        for (NativeFrame& frame : stack.frames) redact_frame(frame, names);
    }
    for (NativeStackFailure& failure : stacks->failed) redact_sentence(failure.why, names);
    redact_sentence(stacks->java_missing, names);
    return format_native_stacks(*stacks);
}

std::optional<std::string> redact_java_threads(std::string_view text, NameRedactor& names) {
    auto list = parse_java_threads(text);
    if (!list) return std::nullopt;
    for (JavaThreadEntry& thread : list->threads) {
        if (thread.name) thread.name = redact_thread_name(*thread.name, names);
        if (!is_jdk_name(thread.compiling)) redact_sentence(thread.compiling, names);
    }
    redact_sentence(list->names_missing, names);
    return format_java_threads(*list);
}

std::optional<std::string> redact_thread_entries(std::string_view text, NameRedactor& names) {
    auto entries = parse_thread_entries(text);
    if (!entries) return std::nullopt;
    for (ThreadEntry& entry : *entries) entry.file = names.redact(entry.file);
    return format_thread_entries(*entries);
}

}  // namespace nmtx
