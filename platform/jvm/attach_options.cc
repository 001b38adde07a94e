#include "platform/jvm/attach_options.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/proc/target_root.h"

namespace nmtx {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20U;
constexpr std::string_view nul("\0", 1);
constexpr std::string_view blanks = " \t\r\n\f\"'";

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(separators), text.size());
        if (end > 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

class Options {
  public:
    explicit Options(const OptionFiles& read) : read_(read) {}

    Expected<void> look(std::string_view environment, std::string_view command) {
        for (const std::string_view name : {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"})
            take_variable(environment, name);
        take_command_line(split(command, nul));
        take_variable(environment, "_JAVA_OPTIONS");
        if (disabled_by_)
            return failure({}, "was started with -XX:+DisableAttachMechanism (set in " + *disabled_by_ + ")",
                           "start it without -XX:+DisableAttachMechanism to let tools ask it");
        if (unread_)
            return failure({},
                           "takes options from " + *unread_ +
                               ", which cannot be read, so it is not known whether it can be asked",
                           "run as a user who may read that file, or start it without -XX:-UsePerfData");
        return {};
    }

  private:
    // Up to the main class or jar: what follows is the application's.
    void take_command_line(const std::vector<std::string_view>& words) {
        constexpr std::string_view with_value =
            " -cp -classpath --class-path -p --module-path --upgrade-module-path --add-modules --add-reads "
            "--add-exports --add-opens --limit-modules --patch-module --enable-native-access --source ";
        for (std::size_t i = 1; i < words.size(); ++i) {
            const std::string_view word = words[i];
            if (word == "-jar" || word == "-m" || word == "--module") return;
            if (word.front() != '-' && word.front() != '@') return;
            take(word, "its command line");
            if (with_value.find(" " + std::string(word) + " ") != std::string_view::npos) ++i;
        }
    }

    void take_variable(std::string_view environment, std::string_view name) {
        for (const std::string_view entry : split(environment, nul)) {
            if (entry.substr(0, name.size()) != name || entry.substr(name.size(), 1) != "=") continue;
            for (const std::string_view word : split(entry.substr(name.size() + 1), blanks))
                take(word, std::string(name));
        }
    }

    void take(std::string_view word, const std::string& where) {
        constexpr std::array files{std::string_view("@"), std::string_view("-XX:Flags="),
                                   std::string_view("-XX:VMOptionsFile=")};
        for (const std::string_view prefix : files) {
            if (word.substr(0, prefix.size()) == prefix && word.size() > prefix.size())
                take_file(std::string(word.substr(prefix.size())));
        }
        take_flag(word, where);
    }

    // A file of -XX:Flags has "+NAME", the others have options as on the command line.
    void take_flag(std::string_view word, const std::string& where) {
        if (word.substr(0, 4) == "-XX:") word.remove_prefix(4);
        if (word == "+DisableAttachMechanism") disabled_by_ = where;
        if (word == "-DisableAttachMechanism") disabled_by_.reset();
    }

    void take_file(const std::string& path) {
        const auto text = read_(path);
        if (!text) unread_ = path;
        if (!text) return;
        for (const std::string_view word : split(*text, blanks)) take_flag(word, path);
    }

    const OptionFiles& read_;
    std::optional<std::string> disabled_by_;
    std::optional<std::string> unread_;
};

Expected<std::string> option_file(const AttachTarget& target, const std::string& path) {
    const bool whole = path.front() == '/';
    const auto directory = whole ? open_below(target.root, ".") : open_cwd(target.cwd);
    if (!directory) return tl::make_unexpected(directory.error());
    return read_in(*directory, whole ? path.substr(1) : path, path, most_bytes, FileSystem::storage);
}

}  // namespace

Expected<void> check_attach_enabled(std::string_view environment, std::string_view command,
                                    const OptionFiles& read) {
    return Options(read).look(environment, command);
}

Expected<void> check_attach_enabled(const ProcessFiles& process, const AttachTarget& target) {
    const auto environment = process.read("environ");
    const auto command = process.read("cmdline");
    if (!environment || !command) return {};  // then neither can it be signalled
    auto enabled = check_attach_enabled(*environment, *command,
                                        [&](const std::string& path) { return option_file(target, path); });
    if (enabled) return enabled;
    return failure("pid " + std::to_string(process.pid()), enabled.error().what, enabled.error().hint);
}

}  // namespace nmtx
