// Where programs and libraries lie in memory, and how far their .bss reaches. smaps shows .bss as anonymous
// memory after a file. Other anonymous memory can follow without a gap, even in the same mapping:
//
//   r-xp libz.so │ rw-p libz.so │ rw-p [ .bss │ a pool of somebody's … ]
//   image ─────────────────────────────────────╯ ends with the last segment's p_memsz (elf(5))
//
// The document "kernel/loaded images" is ours, plain text, hexadecimal, images ascending, each with its .bss:
//   image 7f1c40000000-7f1c40021000
//   bss 7f1c40020000-7f1c40021000
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace nmtx {

struct LoadedImage {
    Range range;             // of all segments, in whole pages
    std::vector<Range> bss;  // the parts of segments beyond the file; ascending, inside `range`
};

struct LoadedImages {
    std::vector<LoadedImage> images;  // ascending, disjoint
    // Null where no image is known at that address.
    [[nodiscard]] const LoadedImage* at(Address address) const;
};

Expected<LoadedImages> parse_loaded_images(std::string_view text,
                                           std::string_view document = "loaded images");
std::string format_loaded_images(const LoadedImages& images);

}  // namespace nmtx
