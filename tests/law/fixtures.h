// The captures of fixtures/, read the way the program reads them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
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

inline Capture read_fixture(const std::filesystem::path& path) {
    auto capture = read_archive(read_whole(path), path.filename().string());
    if (!capture) throw std::runtime_error(to_string(capture.error()));
    return std::move(*capture);
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
