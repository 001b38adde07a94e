// `nmtx diff A B -o FILE.html`: what changed, as a page like the ticket's.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/diff/diff_report.h"
#include "report/diff/diff_table.h"
#include "report/diff/html/change_icicle.h"
#include "report/diff/html/change_tables.h"
#include "report/style/style.h"
#include "report/ticket/html/html_data_parts.h"
#include "report/ticket/html/html_document.h"
#include "report/ticket/html/html_map.h"
#include "report/ticket/html/html_page.h"
#include "report/ticket/html/html_parts.h"

namespace nmtx {
namespace {

// "malloc/untracked/libtarget.so +19.5 MiB, jvm/java heap +2.1 MiB"
std::string largest_changes(const Diff& diff) {
    constexpr std::size_t most = 3;
    constexpr std::uint64_t least = std::uint64_t{1} << 20U;
    std::vector<const OwnerChange*> owners;
    for (const OwnerChange& owner : diff.owners) {
        if (magnitude(owner.resident.change()) >= least) owners.push_back(&owner);
    }
    std::stable_sort(owners.begin(), owners.end(), [](const OwnerChange* a, const OwnerChange* b) {
        return magnitude(a->resident.change()) > magnitude(b->resident.change());
    });
    std::string text;
    for (std::size_t i = 0; i < std::min(most, owners.size()); ++i)
        text += fmt::format("{}{} {} MiB", i == 0 ? "" : ", ", owners[i]->path,
                            html_change(owners[i]->resident.change()));
    return text;
}

std::string sentence_of(const Diff& diff) {
    const std::string before = in_mib(diff.rss.before), after = in_mib(diff.rss.after);
    std::string text = fmt::format("RSS went from {} to {} MiB", before, after);
    if (!diff.same_process) {
        text = fmt::format("RSS is {} MiB; that of the first process is {} MiB", after, before);
    } else if (diff.rss.before == diff.rss.after) {
        text = fmt::format("RSS is {} MiB in both snapshots", after);
    } else if (diff.seconds) {
        text += fmt::format(" in {}", human_seconds(std::abs(*diff.seconds)));
    }
    const std::string most = largest_changes(diff);
    return text + (most.empty() ? ". No owner changed by 1 MiB." : ". Most: " + most + ".");
}

std::string different_processes(const Ticket& before, const Diff& diff) {
    if (diff.same_process) return "";
    std::string how;
    for (const std::string& difference : diff.differences) how += (how.empty() ? "" : "; ") + difference;
    return "<p class=\"hint\">" +
           html_text(fmt::format("Two different processes: {}. The earlier snapshot is from {}.", how,
                                 html_behind_target(before.target))) +
           "</p>\n";
}

std::string shares_changed(const IcicleNode& icicle) {
    std::string out;
    for (const IcicleNode& share : icicle.children) {
        const std::string now = in_mib(share.bytes) + " MiB";
        out += share.before
                   ? html_headline_figure(
                         share.name, html_change(difference(share.bytes, *share.before)) + " MiB",
                         fmt::format("{} → {}", in_mib(*share.before), now), family_of(share.owner))
                   : html_headline_figure(share.name, now, "before: not comparable", family_of(share.owner));
    }
    return out;
}

std::string title_of_change(const Diff& diff) {
    return diff.rss.before == diff.rss.after ? "RSS unchanged"
                                             : fmt::format("RSS {} MiB", html_change(diff.rss.change()));
}

std::string headline(const Ticket& before, const Ticket& after, const Diff& diff, const IcicleNode& icicle) {
    return fmt::format(
               "<header class=\"headline\">\n<p class=\"eyebrow\">Change "
               "of the native memory of {}</p>\n"
               "<h1>{}</h1>\n",
               html_application(after.application), html_text(title_of_change(diff))) +
           html_paragraph(html_behind_target(after.target), "target") + different_processes(before, diff) +
           html_paragraph(sentence_of(diff), "lead") +
           fmt::format("<dl class=\"figures\">\n{}</dl>\n</header>\n", shares_changed(icicle));
}

std::string taken(const Ticket& before, const Ticket& after) {
    return html_paragraph(fmt::format("From {} to {}, compared by nmtx {}.", before.taken_at, after.taken_at,
                                      after.nmtx_version),
                          "when");
}

}  // namespace

std::string html_diff(const Account& before, const Account& after, const Diff& diff) {
    const Ticket first = ticket_of(before, {}), second = ticket_of(after, {});
    const IcicleNode icicle = change_icicle(first, second, diff);
    const MallocWalk* const walk = after.view().walk();
    const bool by_header = walk != nullptr && !walk->headers.empty();
    HtmlDocument page;
    page.title = fmt::format(
        "{}: {}", second.application.empty() ? fmt::format("pid {}", second.pid) : second.application,
        title_of_change(diff));
    page.nmtx_version = second.nmtx_version;
    page.header = headline(first, second, diff, icicle);
    page.sections = {{"rss", "Where it changed", "Changes", html_icicle(icicle) + taken(first, second)},
                     {"owners", "Owners", "Owners", html_owner_changes(diff)},
                     {"malloc", "malloc", "malloc", html_malloc_changes(diff, by_header)},
                     {"categories", "NMT categories", "NMT categories", html_category_changes(diff)},
                     {"sites", "NMT call sites", "Call sites", html_site_changes(diff)},
                     {"threads", "Threads", "Threads", html_thread_changes(diff)},
                     {"classes", "Loaded classes", "Classes", html_class_changes(diff)},
                     {"mappings", "Mappings", "Mappings", html_mapping_changes(diff)},
                     {"notes", "Limits of the comparison", "Limits", html_list(diff.notes)}};
    page.data = {{"icicle", icicle_data(icicle)}};
    return html_document(std::move(page));
}

}  // namespace nmtx
