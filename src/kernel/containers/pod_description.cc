// Name:             shop-7d4b9c6f5-abcde
// Containers:
//   web:
//     Container ID:   containerd://8d…
//     State:          Running
//       Started:      Mon, 01 Jun 2026 10:00:00 +0000
//     Last State:     Terminated
//       Reason:       OOMKilled
//       Exit Code:    137
//     Restart Count:  5
//     Limits:
//       memory:  1Gi
//
// The keys decide, not the indentation, which pastes lose.
#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/containers/container_state.h"
#include "kernel/fields.h"
#include "kernel/human_size.h"

namespace nmtx {
namespace {

using std::string_view;

struct PodField {
    string_view key, value;
};

// "Last State:     Terminated"; without a key where the line has none.
PodField field_of(string_view line) {
    const string_view text = trim(line);
    const std::size_t colon = text.find(':');
    if (colon == string_view::npos) return {};
    if (colon + 1 < text.size() && text[colon + 1] != ' ' && text[colon + 1] != '\t') return {};
    return {text.substr(0, colon), trim(text.substr(colon + 1))};
}

class PodReader {
  public:
    explicit PodReader(string_view text) : lines_(text) {}

    ContainerReport run() {
        while (lines_.next()) line();
        return std::move(report_);
    }

  private:
    enum class Section { pod, containers, events };
    enum class Block { none, now, last, limits, requests, words };

    void line() {
        const PodField field = field_of(lines_.line());
        add_memory_options(lines_.line(), waiting_options_);
        if (section_of(field)) return;
        if (section_ == Section::events) return;
        if (container_begins(field)) return;
        if (section_ == Section::pod && pod_field(field)) return;
        container_field(field);
        if (!waiting_options_.empty() && in_container_) {
            std::string& options = container().options;
            options += (options.empty() ? "" : " ") + waiting_options_;
        }
        waiting_options_.clear();
    }

    bool section_of(const PodField& field) {
        constexpr std::array lists{string_view{"Containers"}, string_view{"Init Containers"},
                                   string_view{"Ephemeral Containers"}};
        constexpr std::array ends{string_view{"Conditions"}, string_view{"Volumes"}, string_view{"Events"}};
        const bool list = std::ranges::find(lists, field.key) != lists.end();
        const bool end = std::ranges::find(ends, field.key) != ends.end();
        if (!list && !end) return false;
        section_ = list ? Section::containers : Section::events;
        in_container_ = false;
        block_ = Block::none;
        pending_ = {};
        return true;
    }

    // "  web:", and "Container ID:" below it.
    bool container_begins(const PodField& field) {
        if (field.key == "Container ID") {
            // Without its name above, where the paste begins here.
            if (!pending_.empty() || !in_container_ || seen_id_) begin(pending_);
            seen_id_ = true;
            pending_ = {};
            return true;
        }
        const bool known = field.key == "Limits" || field.key == "Requests" || field.key == "Command" ||
                           field.key == "Args" || field.key == "Mounts" || field.key == "Environment" ||
                           field.key == "Devices" || field.key == "Environment Variables from";
        if (section_ == Section::containers && field.value.empty() && !field.key.empty() && !known &&
            field.key.find(' ') == string_view::npos) {
            pending_ = field.key;
            return true;
        }
        if (field.key == "Image" && !pending_.empty()) {
            begin(pending_);  // of a container that has not been created yet
            pending_ = {};
            return true;
        }
        return false;
    }

    bool pod_field(const PodField& field) {
        if (in_container_) return false;
        if (field.key == "Name") {
            report_.pod = field.value;
        } else if (field.key == "Node") {
            report_.node = field.value;
        } else if (field.key == "Reason" && field.value == "Evicted") {
            report_.reason = field.value;
        } else if (field.key == "Message") {
            report_.message = field.value;
        } else {
            return false;
        }
        return true;
    }

    void container_field(const PodField& field) {
        if (field.key == "State" || field.key == "Last State") {
            if (!is_phase(field.value)) return;
            const bool now = field.key == "State";
            if (now && in_container_ && !container().now.state.empty()) begin({});
            block_ = now ? Block::now : Block::last;
            phase().state = field.value;
        } else if (field.key == "Reason" || field.key == "Exit Code" || field.key == "Finished") {
            if (block_ != Block::now && block_ != Block::last) {
                if (field.key != "Reason" || field.value != "OOMKilled") return;
                block_ = Block::last;  // a line that was cut out
            }
            phase_field(field);
        } else if (field.key == "Restart Count") {
            read_number(field.value, container().restarts);
            block_ = Block::none;
        } else if (field.key == "Limits") {
            block_ = Block::limits;
        } else if (field.key == "Requests") {
            block_ = Block::requests;
        } else if (field.key == "memory") {
            if (block_ == Block::limits) container().limit = read_quantity(field.value);
            if (block_ == Block::requests) container().request = read_quantity(field.value);
        } else if (field.key == "Ready" || field.key == "Environment" || field.key == "Mounts" ||
                   field.key == "Args" || field.key == "Command") {
            block_ = Block::words;
        }
    }

    static bool is_phase(string_view value) {
        return value.starts_with("Running") || value.starts_with("Waiting") ||
               value.starts_with("Terminated");
    }

    void phase_field(const PodField& field) {
        ContainerPhase& into = phase();
        if (field.key == "Reason") into.reason = field.value;
        if (field.key == "Exit Code") read_number(field.value, into.exit_code);
        if (field.key == "Finished") into.finished = field.value;
    }

    void begin(string_view name) {
        report_.containers.emplace_back().name = name;
        in_container_ = true;
        seen_id_ = false;
        block_ = Block::none;
    }
    ContainerState& container() {
        if (!in_container_) {
            // The paste begins inside of one, and inside of the block that this line belongs to.
            const Block open = block_;
            begin({});
            block_ = open;
        }
        return report_.containers.back();
    }
    ContainerPhase& phase() { return block_ == Block::now ? container().now : container().last; }

    Lines lines_;
    ContainerReport report_;
    Section section_ = Section::pod;
    Block block_ = Block::none;
    bool in_container_ = false, seen_id_ = false;
    string_view pending_;  // "web", before it is known to be a container's name
    std::string waiting_options_;
};

}  // namespace

void add_memory_options(std::string_view words, std::string& into) {
    constexpr std::array names{string_view{"-Xmx"},
                               string_view{"-Xms"},
                               string_view{"-Xss"},
                               string_view{"-XX:MaxRAMPercentage="},
                               string_view{"-XX:InitialRAMPercentage="},
                               string_view{"-XX:MaxDirectMemorySize="},
                               string_view{"-XX:MaxMetaspaceSize="},
                               string_view{"-XX:ReservedCodeCacheSize="},
                               string_view{"-XX:NativeMemoryTracking="}};
    constexpr std::size_t longest = 64, most = 16;
    std::size_t found = 0;
    for (std::size_t at = 0; at < words.size() && found < most;) {
        at = words.find("-X", at);
        if (at == string_view::npos) return;
        const string_view rest = words.substr(at);
        const string_view word = rest.substr(0, rest.find_first_of(" \t\"',\\\n"));
        const bool known =
            std::ranges::any_of(names, [&](string_view name) { return word.starts_with(name); });
        if (known && word.size() <= longest) {
            into += (into.empty() ? "" : " ") + std::string(word);
            ++found;
        }
        at += word.size();
    }
}

Expected<ContainerReport> parse_pod_description(std::string_view text, std::string_view document) {
    ContainerReport report = PodReader(text).run();
    const auto says_something = [](const ContainerState& c) {
        return !c.now.state.empty() || !c.last.state.empty() || c.oom_killed() || c.limit || c.request ||
               c.restarts;
    };
    std::erase_if(report.containers, [&](const ContainerState& c) { return !says_something(c); });
    if (report.containers.empty() && report.reason.empty()) {
        Lines lines(text);
        lines.next();
        report.not_understood.add_line(1, lines.line());
        return nothing_understood(document, "containers with \"State:\" or \"Limits:\"",
                                  report.not_understood);
    }
    return report;
}

}  // namespace nmtx
