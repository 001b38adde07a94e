#include "kernel/mappings/loaded_images.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/cursor.h"
#include "base/lines.h"

namespace nmtx {

const LoadedImage* LoadedImages::at(Address address) const {
    const auto behind =
        std::upper_bound(images.begin(), images.end(), address,
                         [](Address a, const LoadedImage& image) { return a < image.range.begin; });
    if (behind == images.begin() || !std::prev(behind)->range.contains(address)) return nullptr;
    return &*std::prev(behind);
}

std::string format_loaded_images(const LoadedImages& images) {
    std::string out;
    for (const LoadedImage& image : images.images) {
        out += fmt::format("image {:x}-{:x}\n", image.range.begin.value, image.range.end.value);
        for (const Range& bss : image.bss)
            out += fmt::format("bss {:x}-{:x}\n", bss.begin.value, bss.end.value);
    }
    return out;
}

Expected<LoadedImages> parse_loaded_images(std::string_view text, std::string_view document) {
    LoadedImages found;
    for (Lines lines(text); lines.next();) {
        Cursor cursor(lines.line());
        const bool is_image = cursor.take("image ");
        if (!is_image && !cursor.take("bss "))
            return lines.error(document, fmt::format("expected 'image' or 'bss', found '{}'", lines.line()));
        const auto begin = cursor.hex();
        const bool dash = cursor.take("-");
        const auto end = cursor.hex();
        if (!begin || !dash || !end || *end <= *begin || !cursor.at_end())
            return lines.error(document,
                               fmt::format("expected BEGIN-END in hexadecimal, found '{}'", lines.line()));
        const Range range = range_of(*begin, *end);
        if (is_image) {
            if (!found.images.empty() && range.begin < found.images.back().range.end)
                return lines.error(document, "images overlap or are not ascending");
            found.images.push_back({range, {}});
            continue;
        }
        if (found.images.empty() || !found.images.back().range.contains(range))
            return lines.error(document, "a .bss lies outside the image before it");
        std::vector<Range>& bss = found.images.back().bss;
        if (!bss.empty() && range.begin < bss.back().end)
            return lines.error(document, "ranges of .bss overlap or are not ascending");
        bss.push_back(range);
    }
    return found;
}

}  // namespace nmtx
