#include "hotspot/nmt/nmt_sites.h"

#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/nmt/nmt_sites_reader.h"
#include "hotspot/nmt/nmt_text.h"

namespace nmtx {
namespace {

// Finds where the call sites begin.
class Beginning {
  public:
    enum class Found { nothing, heading, frame };

    Found look_at(std::string_view text) {
        if (text == nmt::title) titled_ = true;
        if (text == "Virtual memory map:" || text == "Memory file details") map_ = true;
        if (text == "Details:") return Found::heading;
        // detail.diff has no heading above its call sites.
        return titled_ && !map_ && nmt::is_frame(text) ? Found::frame : Found::nothing;
    }

  private:
    bool titled_ = false, map_ = false;
};

}  // namespace

Expected<std::optional<NmtSites>> parse_nmt_sites(std::string_view text, std::string_view document) {
    nmt::Notes notes(document);
    nmt::SitesReader reader(document, notes);
    Beginning beginning;
    bool inside = false;
    Lines lines(text);
    while (lines.next()) {
        const nmt::Line line{lines.line(), lines.number(), lines.rest().empty() && !text.ends_with('\n')};
        if (!inside) {
            const auto found = beginning.look_at(trim(line.text));
            inside = found != Beginning::Found::nothing;
            if (found != Beginning::Found::frame) continue;
        } else if (trim(line.text) == nmt::title) {
            notes.add(line.number, "another report begins here; only the first one was read");
            break;
        }
        if (auto done = reader.read(line); !done) return tl::make_unexpected(std::move(done.error()));
    }
    if (!inside) return std::optional<NmtSites>();
    NmtSites sites = reader.take(lines.number());
    sites.notes = notes.take();
    return std::optional<NmtSites>(std::move(sites));
}

}  // namespace nmtx
