#include "kernel/mappings/program_files.h"

namespace nmtx {

ProgramFiles::ProgramFiles(const Smaps& smaps, const std::optional<LoadedImages>& images) : images_(images) {
    for (const Mapping& mapping : smaps.mappings) {
        if (is_code_of_file(mapping)) files_.insert(identity_of(mapping));
    }
}

bool ProgramFiles::executed(const Mapping& mapping) const {
    return files_.contains(identity_of(mapping));
}

bool ProgramFiles::bss_may_follow(const Mapping& file, const Mapping& next) const {
    const Protection& data = file.protection;
    return next.anonymous_mapping() && next.range.begin == file.range.end && next.protection.write &&
           !next.protection.shared && data.write && !data.shared && executed(file);
}

std::optional<Bss> ProgramFiles::bss_behind(const Mapping& file, const Mapping& next) const {
    if (!bss_may_follow(file, next)) return std::nullopt;
    const LoadedImage* const image = images_ ? images_->at(file.range.begin) : nullptr;
    if (image == nullptr) {
        if (next.range.size() > largest_unknown_bss) return std::nullopt;
        return Bss{next.range, false};
    }
    for (const Range& bss : image->bss) {
        if (bss.contains(next.range.begin)) return Bss{intersect(bss, next.range), true};
    }
    return std::nullopt;
}

}  // namespace nmtx
