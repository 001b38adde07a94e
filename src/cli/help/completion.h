// Shell completion of commands, their options and values, running JVMs, files, and names of owners and
// categories.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nmtx {

// Completions that are not in the tables of verbs and options.
struct CompletionNames {
    std::vector<std::string> glossary;  // categories and owners, for `nmtx glossary`
    std::vector<std::string> owners;    // for `nmtx gate --owner`
};
CompletionNames completion_names();

// `shell` is bash, zsh or fish.
std::string completion_script(std::string_view shell);

// One function per shell, each in its own source.
std::string bash_completion(const CompletionNames& names);
std::string zsh_completion(const CompletionNames& names);
std::string fish_completion(const CompletionNames& names);

}  // namespace nmtx
