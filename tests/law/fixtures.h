// The captures of fixtures/, read the way the program reads them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "evidence/archive.h"
#include "ledger/ledger.h"
#include "paths.h"

namespace nmtx {

inline std::vector<std::filesystem::path> fixture_files() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() + "/fixtures/captures")) {
        if (entry.path().extension() == ".nmtx") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

inline std::string read_whole(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline Capture copy_of(const Capture& capture) {
    Capture copy;
    copy.header = capture.header;
    for (const auto& [name, text] : capture.documents()) copy.add(name, *text);
    for (const auto& [name, missing] : capture.missing_documents()) copy.miss(name, missing);
    for (const Step& step : capture.steps()) copy.note_step(step);
    return copy;
}

// Each file is read once: most of the time goes into the search for secrets.
inline Capture read_fixture(const std::filesystem::path& path) {
    static std::map<std::filesystem::path, Capture> kept;
    auto known = kept.find(path);
    if (known == kept.end()) {
        auto capture = read_archive(read_whole(path), path.filename().string());
        if (!capture) throw std::runtime_error(to_string(capture.error()));
        known = kept.emplace(path, std::move(*capture)).first;
    }
    return copy_of(known->second);
}

// The same capture without some documents.
inline Capture without(const Capture& capture, const std::vector<std::string>& names) {
    Capture rest;
    rest.header = capture.header;
    for (const auto& [name, text] : capture.documents()) {
        if (std::find(names.begin(), names.end(), name) == names.end()) rest.add(name, *text);
    }
    return rest;
}

}  // namespace nmtx
