// What shells complete: commands, their options and values, running JVMs, files, and names of owners and
// categories.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

// What the scripts offer and the tables of verbs and options do not have.
struct CompletionNames {
    std::vector<std::string> glossary;  // categories and owners, as `nmtx glossary` takes them
    std::vector<std::string> owners;    // as `nmtx gate --owner` takes them
};
CompletionNames completion_names();

// `shell` is bash, zsh or fish.
std::string completion_script(std::string_view shell);

// Each shell's own, in a source of its own.
std::string bash_completion(const CompletionNames& names);
std::string zsh_completion(const CompletionNames& names);
std::string fish_completion(const CompletionNames& names);

}  // namespace nmtx
