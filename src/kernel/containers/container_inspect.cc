// [ { "Id": "9afc…", "Name": "/web", "RestartCount": 3,
//     "State": { "Status": "exited", "OOMKilled": true, "Pid": 0, "ExitCode": 137, "FinishedAt": "2026-…" },
//     "HostConfig": { "Memory": 536870912, "MemoryReservation": 0 },
//     "Config": { "Env": [ "JAVA_TOOL_OPTIONS=-Xmx512m" ] } } ]
//
// Read from left to right, key by key: pastes are cut at either end, so they are seldom valid JSON.
#include <algorithm>
#include <vector>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/containers/container_state.h"
#include "kernel/fields.h"

namespace nmtx {
namespace {

using std::string_view;

constexpr string_view blanks = " \t\r\n";

class InspectReader {
  public:
    explicit InspectReader(string_view text) : text_(text) {}

    ContainerReport run() {
        report_.docker = true;
        while (at_ < text_.size()) token();
        return std::move(report_);
    }

  private:
    static constexpr std::size_t deepest = 64;

    void token() {
        const char c = text_[at_];
        if (c == '"') {
            string_token();
        } else if (c == '{' || c == '[') {
            open(c);
            ++at_;
        } else if (c == '}' || c == ']') {
            close();
            ++at_;
        } else if (c == ',' || c == ':' || blanks.find(c) != string_view::npos) {
            if (c == ',') key_ = {};
            ++at_;
        } else {
            const std::size_t end = std::min(text_.find_first_of(",}] \t\r\n", at_ + 1), text_.size());
            value(text_.substr(at_, end - at_));
            at_ = end;
        }
    }

    // Items of a list belong to the list's key.
    void open(char bracket) {
        const string_view parent = key_.empty() && !parents_.empty() ? parents_.back() : key_;
        ++depth_;
        if (depth_ <= deepest) parents_.push_back(parent);
        if (bracket == '{' && parent.empty()) fresh_ = true;
        key_ = {};
    }
    void close() {
        if (depth_ == 0) return;
        if (depth_ <= deepest) parents_.pop_back();
        --depth_;
        key_ = {};
    }

    void string_token() {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2U : 1U;
        end = std::min(end, text_.size());
        const string_view word = text_.substr(at_ + 1, end - at_ - 1);
        at_ = std::min(end + 1, text_.size());
        const std::size_t next = text_.find_first_not_of(blanks, at_);
        if (next != string_view::npos && text_[next] == ':') {
            key_ = word;
            at_ = next + 1;
        } else {
            value(word);
        }
    }

    [[nodiscard]] bool in(string_view parent) const { return !parents_.empty() && parents_.back() == parent; }
    // In the object itself, or at the top of a piece.
    [[nodiscard]] bool at_top() const { return parents_.empty() || parents_.back().empty(); }

    void value(string_view word) {
        add_memory_options(word, options_);
        if (!options_.empty()) {
            std::string& options = container().options;
            if (options.find(options_) == std::string::npos)
                options += (options.empty() ? "" : " ") + options_;
            options_.clear();
        }
        if (in("State") || at_top()) state(word);
        if (in("HostConfig") || at_top()) host_config(word);
        if (at_top() && key_ == "Name") container().name = word.starts_with('/') ? word.substr(1) : word;
        if (at_top() && key_ == "RestartCount") read_number(word, container().restarts);
    }

    void state(string_view word) {
        if (key_ == "Status" && !word.empty()) container().now.state = word;
        if (key_ == "OOMKilled" && (word == "true" || word == "false")) container().oom_flag = word == "true";
        if (key_ == "ExitCode") read_number(word, container().now.exit_code);
        if (key_ == "FinishedAt" && !word.starts_with("0001-")) container().now.finished = word;
    }

    void host_config(string_view word) {
        std::optional<std::uint64_t> number;
        if (!read_number(word, number)) return;
        if (key_ == "Memory") {
            container().unlimited = *number == 0;
            if (*number > 0) container().limit = Bytes(*number);
        }
        if (key_ == "MemoryReservation" && *number > 0) container().request = Bytes(*number);
    }

    ContainerState& container() {
        if (report_.containers.empty() || fresh_) report_.containers.emplace_back();
        fresh_ = false;
        return report_.containers.back();
    }

    string_view text_;
    std::size_t at_ = 0, depth_ = 0;
    std::vector<string_view> parents_;
    string_view key_;
    bool fresh_ = true;
    std::string options_;
    ContainerReport report_;
};

}  // namespace

Expected<ContainerReport> parse_container_inspect(std::string_view text, std::string_view document) {
    ContainerReport report = InspectReader(text).run();
    std::erase_if(report.containers, [](const ContainerState& c) {
        return c.now.state.empty() && !c.oom_flag && !c.limit && !c.unlimited && !c.now.exit_code;
    });
    // A container that is running has no exit code: docker prints 0.
    for (ContainerState& container : report.containers) {
        if (container.now.state == "running" || container.now.state == "created")
            container.now.exit_code.reset();
    }
    if (report.containers.empty()) {
        Lines lines(text);
        lines.next();
        report.not_understood.add_line(1, lines.line());
        return nothing_understood(document, "\"State\" or \"HostConfig\" of a container",
                                  report.not_understood);
    }
    return report;
}

}  // namespace nmtx
