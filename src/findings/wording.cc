#include "findings/wording.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/characters.h"
#include "base/printable.h"

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

// "4 blocks of 1,052,656 bytes (4.0 MiB, 16 KiB resident)"
std::string blocks_text(const UntrackedOwner& blocks) {
    const ChunkSum& sum = blocks.chunks;
    const std::string size =
        blocks.block == Bytes() ? "" : fmt::format(" of {} bytes", grouped(blocks.block.value()));
    const std::string resident =
        sum.resident == sum.bytes ? "" : fmt::format(", {} resident", human(sum.resident));
    return fmt::format("{}{} ({}{})", counted(sum.blocks, "block", "blocks"), size, human(sum.bytes),
                       resident);
}

}  // namespace

std::string amount_with_share(Bytes part, Bytes whole) {
    return fmt::format("{} ({} %)", human(part), percent(part, whole));
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view more) {
    return fmt::format("{} {}", grouped(number), number == 1 ? one : more);
}

std::string owner_words(const UntrackedOwner& entry) {
    if (entry.owner.empty()) return "owner unknown";
    std::string text = "owner " + printable(entry.owner);
    if (entry.evidence == held_evidence::natives_of_class)
        text += " (has the native methods of the Java class that holds them)";
    if (entry.evidence == held_evidence::natives_of_package)
        text += " (has native methods of the Java package that holds them)";
    return text;
}

std::string largest_sentence(const LargestUntracked& largest, Bytes whole, std::string_view what) {
    const auto& [group, of_one_size] = largest;
    const bool most = group.chunks.resident.value() > whole.value() / 2;
    const bool all_alike = of_one_size.chunks == group.chunks;
    std::string text = most ? "Most of it" : "Largest group";
    if (!what.empty()) text = fmt::format("{} of {}", most ? "Most" : "Largest group", what);
    text += fmt::format(": {}, {}", blocks_text(all_alike ? of_one_size : group), owner_words(group));
    if (!all_alike && of_one_size.block != Bytes())
        text += fmt::format(", among them {}", blocks_text(of_one_size));
    return text + ".";
}

std::string record_command(std::string_view pid) {
    return fmt::format("nmtx record {} -o rec.db --for {}", pid, recording_time);
}

Remedy check_growth() {
    return {"Check whether it grows", fmt::format("{} && {}", record_command("PID"), trend_command)};
}

std::string with_pid(std::string text, std::uint64_t pid) {
    if (pid != 0) put_pid(text, std::to_string(pid));
    return text;
}

std::string with_pid(std::string text, const ProcessView& view) {
    return with_pid(std::move(text), view.header.pid);
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

}  // namespace nmtx
