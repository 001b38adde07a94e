#include <fmt/format.h>

#include <sstream>

#include "cli/options.h"

namespace nmtx {

std::string help_text() {
    std::string text =
        "nmtx reconciles what the kernel says is resident of a JVM with what the JVM's Native Memory "
        "Tracking knows of,\n"
        "address by address: each resident byte gets one owner.\n\n"
        "  nmtx PID                      the reconciliation of a running process\n"
        "  nmtx malloc PID|FILE          malloc's arenas, what their memory is made of, and who holds the "
        "rest\n"
        "  nmtx threads PID|FILE         who is on the CPU and doing what, and what the stacks cost\n"
        "  nmtx watch PID                the reconciliation on the terminal, refreshed, with what has "
        "changed\n"
        "  nmtx diff A B                 what has changed between two captures, or a capture and a PID\n"
        "  nmtx ticket PID|FILE -o DIR   what a stranger needs to help: Markdown to paste, an HTML file and "
        "the "
        "capture\n"
        "  nmtx list                     the JVMs on this host, containers included\n"
        "  nmtx capture PID -o FILE      the evidence of one moment as a file (tar + zstd) to attach to a "
        "ticket\n"
        "  nmtx report FILE              the report that the live process gave, from such a file\n"
        "  nmtx peek PID ADDRESS         what the memory around an address holds: zeros, text, pointers, "
        "strings\n"
        "  nmtx nmt PID COMMAND          NMT's own baseline, summary, detail, summary.diff or detail.diff\n"
        "  nmtx record PID -o FILE.db    samples it every 10 s into a file, cheaply, for hours or months\n"
        "  nmtx trend FILE.db            who grows in such a file, how fast, and whether it is a leak\n"
        "  nmtx gate PID|FILE            fails where it has grown too much against a --baseline\n"
        "  nmtx explain [FILE…|-]        what somebody pasted: NMT reports, pmap, smaps, hs_err logs, thread "
        "dumps …\n"
        "  nmtx fit PID|FILE             the -Xmx that a memory limit (--limit SIZE) leaves room for, line "
        "by line\n"
        "  nmtx glossary [NAME]          what a category of NMT or an owner is, what bounds it, known bugs\n"
        "  nmtx demo                     starts a small JVM with a known leak and reconciles it\n\n";
    text += fmt::format("{}", [] {
        std::ostringstream out;
        out << options_of(false);
        return out.str();
    }());
    return text +
           "\nExit status: 0 success; 1 error, nothing understood by `explain`, or growth that `trend` and "
           "`gate` cannot decide on; 2 bad usage; 3 a leak (`trend`), too much growth (`gate`), or no heap "
           "that fits (`fit`).\n";
}

}  // namespace nmtx
