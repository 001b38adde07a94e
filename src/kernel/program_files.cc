#include "kernel/program_files.h"

namespace nmtx {

ProgramFiles::ProgramFiles(const Smaps& smaps) {
    for (const Mapping& mapping : smaps.mappings) {
        if (mapping.of_file() && mapping.protection.execute) names_.insert(mapping.name);
    }
}

bool ProgramFiles::executed(const Mapping& mapping) const {
    return names_.contains(mapping.name);
}

bool ProgramFiles::bss_behind(const Mapping& file, const Mapping& next) const {
    const Protection& data = file.protection;
    return next.anonymous_mapping() && next.range.begin == file.range.end && next.protection.write &&
           !next.protection.shared && data.write && !data.shared && executed(file);
}

}  // namespace nmtx
