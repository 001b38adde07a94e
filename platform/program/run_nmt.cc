// `nmtx nmt PID …`: prints NMT's own answer unchanged.
#include <fmt/format.h>

#include <variant>

#include "base/lines.h"
#include "base/printable.h"
#include "hotspot/nmt/nmt.h"
#include "platform/program/run.h"
#include "process/one_question.h"

namespace nmtx {
namespace {

// Every line printable; tabs, which indent the map up to JDK 21, stay.
std::string printable_lines(std::string_view text) {
    std::string out;
    Lines lines(text);
    while (lines.next()) {
        std::string_view rest = lines.line();
        for (std::size_t tab = rest.find('\t'); tab != std::string_view::npos; tab = rest.find('\t')) {
            out += printable(rest.substr(0, tab)) + '\t';
            rest.remove_prefix(tab + 1);
        }
        out += printable(rest) + '\n';
    }
    return out;
}

// What NMT refuses comes with return code 0, too.
std::optional<std::string> refusal_in(std::string_view answer) {
    const auto parsed = parse_nmt(answer);
    const auto* refusal = parsed ? std::get_if<NmtRefusal>(&*parsed) : nullptr;
    if (refusal == nullptr || refusal->text.starts_with("Baseline ")) return std::nullopt;
    return refusal->text;
}

std::string what_to_do(std::string_view refusal, std::uint64_t pid) {
    if (refusal.starts_with("No baseline")) return fmt::format("first: nmtx nmt {} baseline", pid);
    if (refusal.starts_with("Native memory tracking is not enabled"))
        return "start the JVM with -XX:NativeMemoryTracking=summary or =detail";
    if (refusal.starts_with("Detail tracking")) return "start the JVM with -XX:NativeMemoryTracking=detail";
    if (refusal.starts_with("Incorrect scale")) return "JDK 8 supports only KB, MB and GB";
    return "";
}

}  // namespace

Expected<int> run_nmt(const Command& command) {
    OneQuestion plan("VM.native_memory " + command.nmt_request);
    const auto capture = capture_of(command, command.target.pid, plan);
    if (!capture) return tl::make_unexpected(capture.error());
    const std::string where = fmt::format("pid {}", command.target.pid);
    const std::string asked = plan.document();
    const auto answer = capture->text(asked);
    if (!answer) {
        for (const std::string_view name : {std::string_view(asked), document::attach}) {
            if (const Missing* missing = capture->missing(name))
                return failure(missing->why.starts_with(where + ": ") ? "" : where, missing->why,
                               missing->hint);
        }
        return failure(where, "is not a JVM that can be asked", "list the JVMs: nmtx list");
    }
    if (const auto refusal = refusal_in(*answer))
        return failure(where, fmt::format("the JVM answered: {}", *refusal),
                       what_to_do(*refusal, command.target.pid));
    return done(print(printable_lines(*answer)));
}

}  // namespace nmtx
