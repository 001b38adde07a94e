#include "evidence/redact.h"

#include <algorithm>
#include <array>

#include "base/words.h"
#include "evidence/capture.h"
#include "evidence/secrets/secret_marks.h"
#include "evidence/secrets/secret_walk.h"
#include "hotspot/hsperfdata.h"

namespace nmtx {
namespace {

using std::string_view;

// The values of the section, whose end is a line that no JDK lacks there. A value may hold newlines: a line
// without '=' goes on with the value before, and is masked as a whole.
void mark_environment(string_view text, SecretMarks& marks) {
    constexpr string_view heading = "Environment Variables:";
    std::size_t at = text.find(heading);
    bool inside = false;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const string_view line = text.substr(at, end - at);
        if (inside) {
            const bool over = line.starts_with("Active Locale:") || line.starts_with("Signal Handlers:") ||
                              line.starts_with("Native Memory Tracking:") ||
                              line.starts_with("---------------");
            if (over) inside = false;
        }
        if (inside) {
            const std::size_t sign = line.find('=');
            const std::size_t value = sign == npos ? 0 : sign + 1;
            marks.add(at + value, at + (line.ends_with('\r') ? line.size() - 1 : line.size()));
        }
        const bool begins = line.starts_with(heading) && (at == 0 || text[at - 1] == '\n');
        if (begins) inside = true;
        at = end + 1;
        if (!inside && at < text.size()) at = text.find(heading, at);
    }
}

std::size_t redact_walked(std::string& text, WalkedText kind) {
    SecretMarks marks;
    mark_secrets(text, kind, marks);
    return marks.apply(text);
}

}  // namespace

std::string without_secrets(string_view document, std::string text) {
    constexpr std::array<string_view, 3> of_figures{"kernel/", "malloc/", "threads/"};
    if (document == document::cmdline) {
        redact_options(text, string_view("\0", 1));
    } else if (document == document::hsperfdata) {
        redact_counters(text);
    } else if (std::none_of(of_figures.begin(), of_figures.end(),
                            [&](string_view room) { return document.starts_with(room); })) {
        redact_reply(text);
    }
    return text;
}

std::size_t redact_options(std::string& text, string_view separators) {
    std::size_t count = 0;
    const bool joined = separators.find(' ') != npos;
    if (!joined) count += redact_walked(text, {.joined = false, .command = true});
    // A word of a NUL-separated text may be a command line itself (-XX:OnError=…, "sh -c"), hence a second
    // look into the words.
    return count + redact_walked(text, {.joined = true, .command = true});
}

std::size_t redact_reply(std::string& text) {
    SecretMarks marks;
    mark_environment(text, marks);
    mark_secrets(text, {.joined = true, .command = false}, marks);
    return marks.apply(text);
}

std::size_t redact_counters(std::string& bytes) {
    std::size_t count = 0;
    auto rewritten = rewrite_hsperfdata(bytes, [&](string_view name, string_view value) {
        std::string kept(value);
        const bool command =
            name == "sun.rt.javaCommand" || name == "java.rt.vmArgs" || name == "java.rt.vmFlags";
        count += redact_walked(kept, {.joined = true, .command = command});
        return kept;
    });
    if (!rewritten) return redact_walked(bytes, {.joined = true, .command = true});
    bytes = std::move(*rewritten);
    return count;
}

}  // namespace nmtx
