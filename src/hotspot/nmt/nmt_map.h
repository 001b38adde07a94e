// Reads "Virtual memory map:" and "Memory file details" of an NMT detail report line by line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "hotspot/nmt/nmt.h"
#include "hotspot/nmt/nmt_text.h"

namespace nmtx::nmt {

// "[0x00000000e0000000 - 0x0000000100000000]"; a frame of a call stack has one address in its brackets, or a
// word ("[BOOTSTRAP]").
bool is_map_entry(std::string_view text);

class MapReader {
  public:
    MapReader(std::string_view document, NmtReport& report, Notes& notes)
        : document_(document), report_(report), notes_(notes) {}

    tl::expected<void, Error> read(const Line& line);
    // Puts the regions in order and makes them disjoint.
    void finish();

  private:
    struct Entry;
    tl::expected<void, Error> entry(const Line& line, std::string_view text);
    void region(const Line& line, const Entry& found, bool wholly_committed);
    void committed(const Line& line, const Entry& found);
    void close_region();

    std::string_view document_;
    NmtReport& report_;
    Notes& notes_;
    bool open_ = false;  // the last of report_.regions still takes committed ranges
    std::size_t region_line_ = 0;
    std::string file_;
};

}  // namespace nmtx::nmt
