// JSON output held to docs/reference/nmtx.schema.json, by tests/validate_json.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "paths.h"

namespace nmtx::test {

// The definition of what `nmtx WORD --json` prints; a word that is no verb is a process.
inline std::string_view definition_of(std::string_view word) {
    for (const std::string_view verb :
         {"threads", "diff", "fit", "glossary", "list", "doctor", "watch", "trend", "explain"}) {
        if (word == verb) return verb;
    }
    if (word == "stacks") return "profile";
    if (word == "allocs") return "allocations";
    return "report";
}

// Likewise, of a whole command line without "nmtx": two runs of `nmtx allocs` are compared by their JSON.
inline std::string_view definition_of(const std::vector<std::string>& arguments) {
    if (arguments.front() == "diff") {
        for (const std::string& word : arguments) {
            if (word.ends_with(".json")) return "allocations_diff";
        }
    }
    return definition_of(std::string_view(arguments.front()));
}

// Outputs of one test, validated in one go.
class JsonOutputs {
  public:
    void add(std::string_view definition, std::string_view from, std::string_view json) {
        outputs_ += "\x1e";
        outputs_.append(definition).append("\t").append(from).append("\n").append(json);
        ++number_;
    }
    // What is wrong with them, "" where nothing is.
    [[nodiscard]] std::string errors() const {
        std::string path = "/tmp/nmtx-json-XXXXXX";
        const int made = ::mkstemp(path.data());
        if (made < 0) throw std::runtime_error("no file could be made in /tmp");
        ::close(made);
        std::ofstream(path, std::ios::binary) << outputs_;
        const std::string command = "'" + source_dir() + "/tests/validate_json' <'" + path + "' 2>&1";
        std::string said;
        FILE* const pipe = ::popen(command.c_str(), "re");
        for (int c = 0; pipe != nullptr && (c = std::fgetc(pipe)) != EOF;) said += static_cast<char>(c);
        const int status = pipe == nullptr ? -1 : ::pclose(pipe);
        ::unlink(path.c_str());
        const bool valid = status == 0 && said == std::to_string(number_) + " valid\n";
        return valid ? std::string() : "not valid: " + said;
    }

  private:
    std::string outputs_;
    std::size_t number_ = 0;
};

}  // namespace nmtx::test
