#include "findings/wording.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/characters.h"

namespace nmtx {
namespace {

bool is_word_letter(char c) {
    return is_letter(c) || c == '_';
}

void put_pid(std::string& text, const std::string& pid) {
    for (std::size_t at = 0; (at = text.find("PID", at)) != std::string::npos;) {
        const bool word = (at == 0 || !is_word_letter(text[at - 1])) &&
                          (at + 3 == text.size() || !is_word_letter(text[at + 3]));
        if (word) text.replace(at, 3, pid);
        at += word ? pid.size() : 3;
    }
}

}  // namespace

std::string amount_with_share(Bytes part, Bytes whole) {
    return fmt::format("{} ({} %)", human(part), percent(part, whole));
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view more) {
    return fmt::format("{} {}", grouped(number), number == 1 ? one : more);
}

Remedy check_growth() {
    return {"Check whether it grows", "nmtx record PID -o rec.db --for 10m && nmtx trend rec.db"};
}

void with_pid(Finding& finding, const ProcessView& view) {
    if (view.header.pid == 0) return;  // not known: PID stays
    const std::string pid = std::to_string(view.header.pid);
    put_pid(finding.title, pid);
    put_pid(finding.refuted_by, pid);
    for (std::string& sentence : finding.evidence) put_pid(sentence, pid);
    for (Remedy& remedy : finding.remedies) {
        put_pid(remedy.what, pid);
        put_pid(remedy.command, pid);
    }
}

namespace {

bool keeps_from_walk(const MissingDocument& missing) {
    return missing.what == document::residency || missing.what == document::malloc_walk;
}

}  // namespace

bool walk_not_tried(const ProcessView& view) {
    return !view.malloc_walk && std::none_of(view.missing.begin(), view.missing.end(), keeps_from_walk);
}

std::vector<std::string> hints_on_walk(const ProcessView& view) {
    std::vector<std::string> hints;
    for (const MissingDocument& missing : view.missing) {
        if (keeps_from_walk(missing) && !missing.hint.empty()) hints.push_back(missing.hint);
    }
    return hints;
}

}  // namespace nmtx
