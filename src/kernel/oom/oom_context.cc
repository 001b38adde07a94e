#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "kernel/oom/oom_lines.h"

namespace nmtx {

bool is_oom_context(std::string_view line) {
    const std::size_t code = line.find("+0x");
    if (code != std::string_view::npos && line.find("/0x", code) != std::string_view::npos) return true;
    constexpr std::array<std::string_view, 34> beginnings{"CPU:",
                                                          "CPU ",
                                                          "Hardware name:",
                                                          "Call Trace",
                                                          "<TASK>",
                                                          "</TASK>",
                                                          "RIP:",
                                                          "RSP:",
                                                          "Code:",
                                                          "RAX:",
                                                          "RDX:",
                                                          "RBP:",
                                                          "R10:",
                                                          "R13:",
                                                          "Mem-Info:",
                                                          "Node ",
                                                          "lowmem_reserve",
                                                          "Total swap",
                                                          "Free swap",
                                                          "Swap cache",
                                                          "active_anon:",
                                                          "active_file:",
                                                          "isolated",
                                                          "unevictable:",
                                                          "slab_",
                                                          "mapped:",
                                                          "free:",
                                                          "kernel_misc",
                                                          "Tasks state",
                                                          "sec_pagetables",
                                                          "Unreclaimable slab",
                                                          "Mem abort",
                                                          "Workqueue:",
                                                          "hi:"};
    if (std::any_of(beginnings.begin(), beginnings.end(),
                    [&](std::string_view b) { return line.starts_with(b); }))
        return true;
    if (line.starts_with("DMA") || line.starts_with("Normal") || line.starts_with("HighMem")) return true;
    // "java cpuset=/ mems_allowed=0", "262044 pages RAM", "ORIG_RAX: …", "0 pages in swap cache"
    if (line.find(" mems_allowed=") != std::string_view::npos || line.find("_RAX:") != std::string_view::npos)
        return true;
    Cursor cursor(line);
    return cursor.decimal() && cursor.take(" ") &&
           (cursor.rest().starts_with("pages ") || cursor.rest().starts_with("total pagecache pages"));
}

}  // namespace nmtx
