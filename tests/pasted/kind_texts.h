// The texts of fixtures/pasted/kinds: a file for each kind of the table, its name made of the kind's by
// file_of_kind(). Sections begin with a line of two percent signs:
//
//   %% text         a text of the kind
//   %% bytes        likewise, "\xNN" in it being a byte
//   %% read         what is read from the text above: title, process, figures, one a line
//   %% near miss    a text that looks like one of the kind and is not
//   %% whole files  its texts are recognised only where nothing stands above them
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/characters.h"
#include "paths.h"

namespace nmtx::test {

struct KindText {
    std::string written;  // as the file has it
    std::string text;     // as it would be pasted
    std::string read;
    bool bytes = false;
    std::size_t line = 0;  // of the file
};

struct KindTexts {
    std::filesystem::path file;
    bool whole_files = false;
    std::vector<KindText> texts, near_misses;
};

// "hs_err log" is in hs-err-log.txt, "-XshowSettings" in xshowsettings.txt.
inline std::filesystem::path file_of_kind(std::string_view name) {
    std::string words;
    for (const char c : name) {
        if (is_letter(c) || is_digit(c))
            words += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        else if (!words.empty() && words.back() != '-')
            words += '-';
    }
    return source_dir() + "/fixtures/pasted/kinds/" + words + ".txt";
}

inline std::string with_bytes(std::string_view written) {
    std::string out;
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (written.substr(i, 2) != "\\x") {
            out += written[i];
            continue;
        }
        out += static_cast<char>(std::stoi(std::string(written.substr(i + 2, 2)), nullptr, 16));
        i += 3;
    }
    return out;
}

inline KindTexts read_kind_texts(const std::filesystem::path& file) {
    KindTexts found;
    found.file = file;
    std::ifstream in(file, std::ios::binary);
    if (!in) return found;
    std::string* into = nullptr;
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (!line.starts_with("%% ")) {
            if (into != nullptr) *into += line + '\n';
            continue;
        }
        const std::string section = line.substr(3);
        if (section == "whole files") {
            found.whole_files = true;
            into = nullptr;
        } else if (section == "text" || section == "bytes" || section == "near miss") {
            auto& list = section == "near miss" ? found.near_misses : found.texts;
            list.emplace_back();
            list.back().bytes = section == "bytes";
            list.back().line = number;
            into = &list.back().written;
        } else if (section == "read" && !found.texts.empty()) {
            into = &found.texts.back().read;
        } else {
            throw std::runtime_error(file.string() + ":" + std::to_string(number) +
                                     ": unknown section: " + line);
        }
    }
    for (auto* list : {&found.texts, &found.near_misses}) {
        for (KindText& text : *list) text.text = text.bytes ? with_bytes(text.written) : text.written;
    }
    return found;
}

// The file anew, with what `read` holds now.
inline void write_kind_texts(const KindTexts& texts) {
    std::ostringstream out;
    if (texts.whole_files) out << "%% whole files\n";
    for (const KindText& text : texts.texts)
        out << (text.bytes ? "%% bytes\n" : "%% text\n") << text.written << "%% read\n" << text.read;
    for (const KindText& miss : texts.near_misses) out << "%% near miss\n" << miss.written;
    std::ofstream(texts.file, std::ios::binary) << out.str();
}

}  // namespace nmtx::test
