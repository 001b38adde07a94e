// Reads the call sites of an NMT detail report, or of a detail.diff, line by line: the part below
// "Details:".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "hotspot/nmt/nmt_sites.h"
#include "hotspot/nmt/nmt_text.h"

namespace nmtx::nmt {

// "[0x00007f81410d8740] os::malloc(…)+0x1c" up to 17, no blank after the bracket from 21 on; a word in
// brackets where HotSpot has no address ("[BOOTSTRAP]"). An entry of the map has two addresses.
bool is_frame(std::string_view text);
// The line below the frames, "(malloc=32770KB type=Other #33)": it has the category, unlike the lines of the
// summary.
bool is_site_figures(std::string_view text);

class SitesReader {
  public:
    SitesReader(std::string_view document, Notes& notes) : document_(document), notes_(notes) {}

    tl::expected<void, Error> read(const Line& line);
    // Drops the pending frames: they do not belong to a site.
    void forget_frames() { frames_.clear(); }
    [[nodiscard]] bool empty() const { return sites_.sites.empty(); }
    // Without notes.
    NmtSites take(std::size_t last_line);

  private:
    tl::expected<void, Error> frame(const Line& line, std::string_view text);
    tl::expected<void, Error> malloc_figures(const Line& line, std::string_view text);
    tl::expected<void, Error> mmap_figures(const Line& line, std::string_view text);
    tl::expected<void, Error> not_figures(const Line& line, std::string_view expected);
    tl::expected<void, Error> add(NmtSite site, Bytes unit);
    bool left_out(std::string_view text);

    std::string_view document_;
    Notes& notes_;
    NmtSites sites_;
    std::vector<NmtFrame> frames_;  // of the site whose figures follow
};

}  // namespace nmtx::nmt
