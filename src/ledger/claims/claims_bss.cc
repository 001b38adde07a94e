// .bss of programs and libraries, by the program headers of their files.
#include "kernel/mappings/program_files.h"
#include "ledger/claims/claims.h"
#include "ledger/mapping_owner.h"

namespace nmtx {

Layer<Claim> claims_of_bss(const ProcessView& view, Owners& owners) {
    Layer<Claim> layer;
    if (!view.loaded_images) return layer;
    const ProgramFiles programs(*view.smaps, view.loaded_images);
    const std::string_view java_home = java_home_of(*view.smaps);
    auto mapping = view.smaps->mappings.begin();
    for (const LoadedImage& image : view.loaded_images->images) {
        while (mapping != view.smaps->mappings.end() && mapping->range.end <= image.range.begin) ++mapping;
        if (mapping == view.smaps->mappings.end()) break;
        if (!mapping->of_file()) continue;
        const FileKind kind = file_kind(mapping->name, programs.executed(*mapping), java_home);
        const Claim claim{owners.id(path_of_bss(kind)), Evidence::elf_header, false};
        auto part = mapping;
        for (const Range& bss : image.bss) {
            // A file may have been mapped there since: only what is anonymous is .bss.
            for (; part != view.smaps->mappings.end() && part->range.begin < bss.end; ++part) {
                const Range inside = intersect(part->range, bss);
                if (part->private_anonymous() && !inside.empty()) layer.push_back({inside, claim});
                if (part->range.end >= bss.end) break;
            }
        }
    }
    normalise(layer);
    return layer;
}

}  // namespace nmtx
