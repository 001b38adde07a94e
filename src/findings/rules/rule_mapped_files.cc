// Files that the program maps: page cache for those on a disk, memory for those on tmpfs and for memfd.
// Libraries, jars and CDS archives do not count: every JVM has them.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/printable.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"

namespace nmtx::rule {
namespace {

constexpr Bytes mapped_files_least = mib(32);
constexpr std::size_t shown_files = 3;

struct File {
    std::string_view name;
    Bytes resident, pss, unsaved, own;  // unsaved: dirty and the file's; own: copied on write
};

struct Files {
    std::vector<File> files;  // largest first
    Bytes resident, pss, unsaved, own;
};

File& entry(std::vector<File>& files, std::string_view name) {
    const auto found =
        std::find_if(files.begin(), files.end(), [&](const File& file) { return file.name == name; });
    return found != files.end() ? *found : files.emplace_back(File{name, {}, {}, {}, {}});
}

// A mapping counts once, however many pieces it has.
Files files_of(const FindingInput& input, std::initializer_list<std::string_view> owners) {
    Files all;
    std::set<std::uint32_t> seen;
    for (const Piece& piece : input.ledger.pieces) {
        const std::string& path = input.ledger.owners.path(piece.claim.owner);
        if (std::find(owners.begin(), owners.end(), path) == owners.end()) continue;
        if (piece.resident == Bytes() || !seen.insert(piece.mapping).second) continue;
        const Mapping& mapping = input.view.smaps->mappings[piece.mapping];
        const Bytes dirty = mapping.shared_dirty + mapping.private_dirty;
        File& file = entry(all.files, mapping.name);
        file.resident += mapping.rss;
        file.pss += mapping.pss;
        file.own += mapping.anonymous;
        file.unsaved += minus_or_zero(dirty, mapping.anonymous);
    }
    for (const File& file : all.files) {
        all.resident += file.resident;
        all.pss += file.pss;
        all.own += file.own;
        all.unsaved += file.unsaved;
    }
    std::stable_sort(all.files.begin(), all.files.end(),
                     [](const File& a, const File& b) { return a.resident > b.resident; });
    return all;
}

// Of what is mapped as files: pages that the kernel counts as shared memory, beyond those whose names say so.
Bytes on_tmpfs(const FindingInput& input, const Files& data) {
    if (!input.view.status || !input.view.status->rss_shmem) return {};
    Bytes named;
    for (const Mapping& mapping : input.view.smaps->mappings) {
        if (mapping.name.starts_with("/memfd:") || mapping.name.starts_with("/dev/shm/") ||
            mapping.name.starts_with("/SYSV") || mapping.name.starts_with("/dev/zero"))
            named += mapping.rss;
    }
    const Bytes rest = minus_or_zero(*input.view.status->rss_shmem, named);
    return std::min(rest, minus_or_zero(data.resident, data.own));
}

// The largest, and of the rest how many there are. Shared memory has no disk to be written to.
void add_files(Finding& finding, const Files& all, bool on_disk) {
    std::size_t told = 0;
    for (; told < all.files.size() && told < shown_files; ++told) {
        const File& file = all.files[told];
        if (told > 0 && file.resident.value() < all.resident.value() / 20) break;
        std::string text = fmt::format("{}: {} resident", printable(file.name), human(file.resident));
        if (on_disk && file.unsaved != Bytes())
            text += fmt::format(", {} not written back yet", human(file.unsaved));
        if (file.own != Bytes()) text += fmt::format(", {} copied on write", human(file.own));
        finding.evidence.push_back(text + ".");
    }
    if (all.files.size() > told)
        finding.evidence.push_back(
            fmt::format("And {}.", counted(all.files.size() - told, "smaller file", "smaller files")));
    if (all.pss.value() < all.resident.value() / 10 * 9)
        finding.evidence.push_back(
            fmt::format("Other processes map them too; this one's share (PSS) is {}.", human(all.pss)));
    finding.remedies.push_back({"List all files", "nmtx PID --all"});
}

bool is_much(Bytes bytes, const FindingInput& input) {
    return bytes >= mapped_files_least && bytes.value() >= input.ledger.rss.value() / 10;
}

// Less than a twentieth of the limit is left, and nothing that could be dropped.
bool leaves_no_room(const FindingInput& input) {
    if (input.container == nullptr || !input.container->kept_bound) return false;
    const CgroupBound& bound = *input.container->kept_bound;
    return bound.left.value() < bound.limit.value() / 20;
}

Finding of_cache(const Files& data, Bytes cache) {
    Finding finding;
    finding.confidence = Confidence::high;
    finding.title =
        fmt::format("{} of RSS is mapped files: page cache, reclaimable under pressure", human(cache));
    finding.bytes = cache;
    finding.outside_nmt = true;
    add_files(finding, data, true);
    finding.refutes = Refutes::claim;
    finding.refuted_by = "RSS of these files stays when memory is short (pages locked, or dirty)";
    return finding;
}

Finding of_memory(const FindingInput& input, const Files& files, Bytes bytes, std::string_view what) {
    Finding finding;
    finding.severity = leaves_no_room(input) ? Severity::warning : Severity::note;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("{} of RSS is {}: not page cache, it stays until unmapped and removed",
                                human(bytes), what);
    finding.bytes = bytes;
    finding.outside_nmt = true;
    if (input.view.status && input.view.status->rss_shmem)
        finding.evidence.push_back(
            fmt::format("RssShmem {} (status).", human(*input.view.status->rss_shmem)));
    add_files(finding, files, false);
    finding.refutes = Refutes::claim;
    finding.refuted_by = "the file is on a disk (findmnt -T FILE): then it is page cache";
    return finding;
}

}  // namespace

std::vector<Finding> mapped_files(const FindingInput& input) {
    if (!input.view.smaps) return {};
    std::vector<Finding> findings;
    const Files data = files_of(input, {owner_path::mapped_data, owner_path::deleted_file});
    const Bytes tmpfs = on_tmpfs(input, data);
    const Bytes cache = minus_or_zero(data.resident, data.own + tmpfs);
    if (is_much(cache, input)) findings.push_back(of_cache(data, cache));
    if (is_much(tmpfs, input)) findings.push_back(of_memory(input, data, tmpfs, "mapped files on tmpfs"));
    const Files shared = files_of(input, {owner_path::memfd, owner_path::shared_memory});
    if (is_much(shared.resident, input))
        findings.push_back(
            of_memory(input, shared, shared.resident, "shared memory (memfd, /dev/shm, System V)"));
    return findings;
}

}  // namespace nmtx::rule
