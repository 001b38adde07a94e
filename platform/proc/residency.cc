#include "platform/proc/residency.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/range_map.h"
#include "platform/os/page_size.h"
#include "platform/os/system_error.h"
#include "platform/proc/pagemap_scan.h"

namespace nmtx {
namespace {

constexpr std::uint64_t word_present = std::uint64_t{1} << 63U;
constexpr std::uint64_t word_swapped = std::uint64_t{1} << 62U;

// 8 bytes for each page: what one range may cost to read, 64 GiB of addresses with pages of 4 KiB. The ioctl
// has no such limit, it passes over what was never mapped.
constexpr std::uint64_t most_words = std::uint64_t{16} << 20;
constexpr std::size_t words_at_once = 16384;

void append(std::vector<Range>& present, Range run) {
    if (!present.empty() && present.back().end == run.begin) {
        present.back().end = run.end;
    } else {
        present.push_back(run);
    }
}

}  // namespace

Expected<PageResidency> PageResidency::open(const ProcessFiles& process, ResidencyMethod method) {
    auto pagemap = process.open_file("pagemap", O_RDONLY);
    if (!pagemap) return tl::make_unexpected(pagemap.error());
    if (method != ResidencyMethod::pagemap) {
        const bool known = knows_pagemap_scan(pagemap->get());
        if (!known && method == ResidencyMethod::pagemap_scan) {
            return failure(process.path("pagemap"), "no PAGEMAP_SCAN: " + errno_text(errno),
                           "needs Linux 6.7 or later");
        }
        method = known ? ResidencyMethod::pagemap_scan : ResidencyMethod::pagemap;
    }
    return PageResidency(std::move(*pagemap), page_size(), method);
}

std::optional<PageResidency> PageResidency::another() const {
    Descriptor pagemap(::fcntl(pagemap_.get(), F_DUPFD_CLOEXEC, 0));
    if (!pagemap) return std::nullopt;
    return PageResidency(std::move(pagemap), page_size_, method_);
}

Range PageResidency::whole_pages(Range range) const {
    const std::uint64_t mask = page_size_ - 1;
    const std::uint64_t end = range.end.value > ~mask ? ~mask : (range.end.value + mask) & ~mask;
    return range_of(range.begin.value & ~mask, end);
}

bool PageResidency::scan(Range pages, std::vector<Range>& present) const {
    return scan_resident(pagemap_.get(), pages, {}, [&](const ScannedPages& found) {
        append(present, found.range);
        return true;
    });
}

bool PageResidency::read_words(Range pages, std::vector<Range>& present) {
    std::uint64_t page = pages.begin.value / page_size_;
    const std::uint64_t end = pages.end.value / page_size_;
    if (end - page > most_words) return false;
    words_.resize(words_at_once);
    while (page < end) {
        const std::size_t wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(end - page, words_at_once));
        const ssize_t got = ::pread(pagemap_.get(), words_.data(), wanted * sizeof(std::uint64_t),
                                    static_cast<off_t>(page * sizeof(std::uint64_t)));
        if (got < 0 && errno == EINTR) continue;
        const std::size_t words = got <= 0 ? 0 : static_cast<std::size_t>(got) / sizeof(std::uint64_t);
        if (words == 0) return false;
        for (std::size_t i = 0; i < words; ++i, ++page) {
            if ((words_[i] & (word_present | word_swapped)) == word_present) {
                append(present, range_of(page * page_size_, (page + 1) * page_size_));
            }
        }
    }
    return true;
}

bool PageResidency::add_runs(Range pages, std::vector<Range>& present) {
    const std::size_t before = present.size();
    const bool answered =
        method_ == ResidencyMethod::pagemap_scan ? scan(pages, present) : read_words(pages, present);
    if (!answered) present.resize(before);
    return answered;
}

Residency PageResidency::of(std::span<const Range> ranges) {
    std::vector<Range> wanted;
    for (const Range range : ranges) {
        if (!range.empty()) wanted.push_back(whole_pages(range));
    }

    Residency residency;
    residency.method = method_ == ResidencyMethod::pagemap_scan ? "PAGEMAP_SCAN" : "pagemap";
    residency.page_size = Bytes(page_size_);
    for (const Range range : joined(std::move(wanted))) {
        if (add_runs(range, residency.present)) residency.asked.push_back(range);
    }
    return residency;
}

std::vector<Range> PageResidency::runs(Range range) {
    std::vector<Range> present;
    if (range.empty()) return present;
    add_runs(whole_pages(range), present);
    for (Range& run : present) run = intersect(run, range);
    return present;
}

}  // namespace nmtx
