// Output of container runtimes and init systems: kubectl describe pod, docker inspect, systemd-cgtop.
#include <algorithm>
#include <array>

#include "kernel/containers/cgroup_top.h"
#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

namespace {

// Keys of a pod itself, which nothing stands before.
constexpr std::array pod_keys{string_view{"Name:"},
                              string_view{"Namespace:"},
                              string_view{"Priority:"},
                              string_view{"Priority Class Name:"},
                              string_view{"Runtime Class Name:"},
                              string_view{"PriorityClassName:"},
                              string_view{"Service Account:"},
                              string_view{"Node:"},
                              string_view{"Start Time:"},
                              string_view{"Labels:"},
                              string_view{"Annotations:"},
                              string_view{"Status:"},
                              string_view{"Reason:"},
                              string_view{"Message:"},
                              string_view{"SeccompProfile:"},
                              string_view{"IP:"},
                              string_view{"IPs:"},
                              string_view{"Controlled By:"},
                              string_view{"Controllers:"},
                              string_view{"Init Containers:"},
                              string_view{"Containers:"},
                              string_view{"Ephemeral Containers:"},
                              string_view{"Readiness Gates:"},
                              string_view{"Conditions:"},
                              string_view{"Volumes:"},
                              string_view{"QoS Class:"},
                              string_view{"Node-Selectors:"},
                              string_view{"Tolerations:"},
                              string_view{"Topology Spread Constraints:"},
                              string_view{"Events:"}};
// Those of a container: they belong wherever they stand.
constexpr std::array container_keys{string_view{"Container ID:"},  string_view{"Image:"},
                                    string_view{"Image ID:"},      string_view{"Port:"},
                                    string_view{"Ports:"},         string_view{"Host Port:"},
                                    string_view{"Host Ports:"},    string_view{"Command:"},
                                    string_view{"Args:"},          string_view{"State:"},
                                    string_view{"Last State:"},    string_view{"Exit Code:"},
                                    string_view{"Signal:"},        string_view{"Started:"},
                                    string_view{"Finished:"},      string_view{"Ready:"},
                                    string_view{"Restart Count:"}, string_view{"Limits:"},
                                    string_view{"Requests:"},      string_view{"cpu:"},
                                    string_view{"memory:"},        string_view{"ephemeral-storage:"},
                                    string_view{"Liveness:"},      string_view{"Readiness:"},
                                    string_view{"Startup:"},       string_view{"Environment:"},
                                    string_view{"Mounts:"}};

bool is_phase(string_view text, string_view key) {
    if (!text.starts_with(key)) return false;
    const string_view value = trim(text.substr(key.size()));
    return value == "Terminated" || value == "Running" || value == "Waiting";
}

}  // namespace

bool begins_pod(const LineInContext& at) {
    const string_view text = at.trimmed();
    if (!contains(text, ":")) return false;
    if (text.starts_with("Name:")) return at.next().starts_with("Namespace:");
    if (text == "Containers:" || text == "Init Containers:") return at.next().ends_with(':');
    if (text == "Limits:" || text == "Requests:")
        return at.next().starts_with("memory:") || at.next().starts_with("cpu:");
    if (text.starts_with("Reason:")) return text.ends_with(" OOMKilled");
    if (text.starts_with("Container ID:")) return contains(text, "://");
    if (text.starts_with("Exit Code:")) return is_digit(text.back());
    if (text.starts_with("Restart Count:")) return is_digit(text.back());
    return is_phase(text, "Last State:") || is_phase(text, "State:");
}

// What is deeper than the first line belongs to it, whatever it is: arguments, variables, events.
LineFit belongs_pod(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (part.lines == 0) {
        part.indent = at.indent();
        part.total = text.starts_with("Name:") || text.ends_with("Containers:");
        return LineFit::yes;
    }
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (text.starts_with("Name:") && begins_pod(at) && at.indent() <= part.indent) return LineFit::fresh;
    constexpr std::size_t most = 5000;
    if (part.lines > most) return LineFit::no;
    if (part.total && at.indent() > part.indent) return LineFit::yes;
    if (begins_with_one_of(text, container_keys)) return LineFit::yes;
    if (part.total && begins_with_one_of(text, pod_keys)) return LineFit::yes;
    return begins_pod(at) || text.starts_with("Reason:") ? LineFit::yes : LineFit::no;
}

namespace {

// Of a container's answer, in some order: an image or a network has none of them.
bool is_of_container(string_view text) {
    return contains(text, "\"OOMKilled\"") || contains(text, "\"HostConfig\"") ||
           (contains(text, "\"State\"") && contains(text, "\"ExitCode\""));
}

}  // namespace

bool begins_inspect(const LineInContext& at) {
    const string_view text = at.trimmed();
    constexpr std::size_t window = 4000;
    if (text == "[" || text == "{" || text == "[{") return is_of_container(at.below(window));
    if (text.front() != '"') return is_of_container(text);
    if (text.starts_with("\"State\":") || text.starts_with("\"HostConfig\":"))
        return is_of_container(text) || is_of_container(at.below(window)) ||
               contains(at.below(window), "\"Memory\"");
    return text.starts_with("\"OOMKilled\":") || text.starts_with("\"ExitCode\":") ||
           text.starts_with("\"MemoryReservation\":") ||
           (text.starts_with("\"Memory\":") && text.find_first_of("0123456789") != string_view::npos);
}

LineFit belongs_inspect(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty() || is_elision(text)) return LineFit::filler;
    if (part.apart && begins_inspect(at)) return LineFit::fresh;
    constexpr std::size_t most = 20'000;
    const bool scalar = text == "null" || text == "null," || text == "true" || text == "false" ||
                        text.find_first_not_of("-0123456789.,") == string_view::npos;
    const bool bracket =
        text.front() == '{' || text.front() == '}' || text.front() == '[' || text.front() == ']';
    return part.lines < most && (text.front() == '"' || bracket || scalar) ? LineFit::yes : LineFit::no;
}

bool begins_cgroup_rows(const LineInContext& at) {
    const string_view text = at.trimmed();
    return is_cgroup_top_heading(text) || (text.front() == '/' && is_cgroup_top_row(text));
}

LineFit belongs_cgroup_rows(const LineInContext& at, PartSoFar& part) {
    const string_view text = at.trimmed();
    if (text.empty()) return LineFit::filler;
    if (is_cgroup_top_heading(text)) return part.lines > 0 ? LineFit::fresh : LineFit::yes;
    return is_cgroup_top_row(text) ? LineFit::yes : LineFit::no;
}

}  // namespace nmtx::kinds
