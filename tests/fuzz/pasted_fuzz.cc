// libFuzzer: no bytes make the reading of a paste crash, every line is in one part or left over, and what was
// joined is a view that the rest can look at.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "pasted/divide/clean_text.h"
#include "pasted/parts/pasted.h"
#include "pasted/read/read_pasted.h"

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

void check(const nmtx::PastedText& text) {
    // The lines of a diff of two NMT reports are read apart: a table that they interrupt has them as blanks.
    std::size_t taken = 0, of_nmt = 0;
    for (const nmtx::PastedPart& part : text.parts) {
        require(!part.part.runs.empty() && part.text->data() != nullptr);
        std::size_t line = 0;
        for (const nmtx::LineRun& run : part.part.runs) {
            require(run.lines > 0 && run.first_line > line && run.begin <= run.end &&
                    run.end <= text.clean->size());
            line = run.first_line + run.lines - 1;
        }
        require(line <= text.lines);
        (part.part.kind == nmtx::PastedKind::nmt ? of_nmt : taken) += part.part.lines();
        for (const nmtx::UnreadLine& unread : part.unread)
            require(unread.line >= 1 && unread.line <= text.lines);
    }
    for (const nmtx::Leftover& left : text.leftovers) {
        require(left.lines > 0 && left.first_line + left.lines - 1 <= text.lines);
        require(left.text.data() >= text.clean->data());
    }
    require(taken <= text.lines && of_nmt <= text.lines);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    std::vector<nmtx::PastedInput> inputs;
    inputs.push_back({"fuzz", std::string(bytes)});
    const nmtx::Pasted pasted = nmtx::read_pasted(std::move(inputs));
    for (const nmtx::PastedText& text : pasted.texts) check(text);
    for (const nmtx::PastedProcess& process : pasted.processes) {
        require(!process.moments.empty());
        for (const nmtx::PastedMoment& moment : process.moments)
            require(!moment.reconcilable() || (moment.view.smaps && moment.view.smaps->rss_known));
    }
    return 0;
}
