#include "report/parts/container_text.h"

#include <fmt/format.h>

namespace nmtx {
namespace {

// ", page tables 2.0" where it is known.
std::string part(std::string_view name, const std::optional<Bytes>& bytes) {
    return bytes ? fmt::format(", {} {}", name, in_mib(*bytes)) : std::string();
}

std::string without_comma(const std::string& text) {
    return text.starts_with(", ") ? text.substr(2) : text;
}

std::string files(const CgroupMemory& figures) {
    if (!figures.file) return "";
    const std::string kinds =
        without_comma(part("active", figures.active_file) + part("inactive", figures.inactive_file));
    return part("files", figures.file) + (kinds.empty() ? "" : fmt::format(" ({})", kinds));
}

std::string charged(const ContainerUse& use) {
    const CgroupMemory& figures = use.figures;
    std::string text =
        fmt::format("Container (cgroup v{}): memory usage {} MiB", figures.version, in_mib(*figures.current));
    text += figures.limit ? fmt::format(" of {}", in_mib(*figures.limit)) : std::string();
    std::string more = figures.limit ? "" : ", no limit";
    if (use.bound) more += fmt::format(", {} left", in_mib(use.bound->left));
    more += part("peak", figures.peak);
    text += fmt::format(" ({})", without_comma(more));
    if (more.empty()) text.erase(text.size() - 3);
    if (use.working_set) {
        text += fmt::format(", working set {}", in_mib(*use.working_set));
        if (use.working_set_bound) text += fmt::format(" ({} left)", in_mib(use.working_set_bound->left));
    }
    return text + ".";
}

// The figures above are of the process's own cgroup.
std::string left_above(const ContainerUse& use) {
    if (!use.bound || !use.bound->above) return "";
    return fmt::format(
        "The limit of a cgroup above is closer: memory usage {} MiB of {} there, including {} "
        "outside this cgroup.",
        in_mib(use.bound->used), in_mib(use.bound->limit),
        in_mib(minus_or_zero(use.bound->used, *use.figures.current)));
}

std::string made_of(const ContainerUse& use) {
    const CgroupMemory& figures = use.figures;
    const std::string parts =
        without_comma(part("anonymous", figures.anon) + files(figures) + part("kernel", figures.kernel) +
                      part("page tables", figures.pagetables) + part("sockets", figures.sock));
    std::string text = parts.empty() ? "" : fmt::format("Charged memory, MiB: {}. ", parts);
    if (figures.swap_current && *figures.swap_current != Bytes())
        text += fmt::format("Swapped out, in addition: {} MiB. ", in_mib(*figures.swap_current));
    if (use.beyond_rss.value >= 0) {
        text +=
            fmt::format("{} MiB more than RSS: page cache, kernel, other processes.", in_mib(use.beyond_rss));
    } else {
        text += fmt::format("{} MiB less than RSS: file pages that are charged to another cgroup.",
                            in_mib(Delta{-use.beyond_rss.value}));
    }
    return text;
}

std::string events(const CgroupMemory& figures) {
    std::string text;
    if (figures.oom_kills.value_or(0) > 0)
        text += fmt::format("OOM kills: {}. ", grouped(*figures.oom_kills));
    if (figures.limit_hits.value_or(0) > 0)
        text += fmt::format("The limit was hit {} time{}. ", grouped(*figures.limit_hits),
                            *figures.limit_hits == 1 ? "" : "s");
    if (!text.empty()) text.pop_back();
    return text;
}

}  // namespace

std::vector<std::string> container_sentences(const ContainerUse& use) {
    std::vector<std::string> sentences{charged(use), made_of(use)};
    if (std::string above = left_above(use); !above.empty())
        sentences.insert(sentences.begin() + 1, std::move(above));
    if (std::string hit = events(use.figures); !hit.empty()) sentences.push_back(std::move(hit));
    return sentences;
}

std::string container_text(const ContainerUse& use, const TextStyle& style) {
    std::string out;
    for (const std::string& sentence : container_sentences(use)) out += paragraph(sentence, style, 2);
    return out;
}

}  // namespace nmtx
