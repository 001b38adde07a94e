#include "kernel/containers/container_identity.h"

#include <algorithm>
#include <initializer_list>

#include "base/json_fields.h"
#include "base/lines.h"

namespace nmtx {
namespace {

constexpr std::size_t id_length = 64;

bool is_hexadecimal(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "docker-ID.scope", "cri-containerd-ID.scope", "ID"; conmon is the runtime's own process beside it.
std::optional<std::string> id_in(std::string_view component) {
    if (component.ends_with(".scope")) component.remove_suffix(6);
    if (component.size() < id_length) return std::nullopt;
    const std::string_view before = component.substr(0, component.size() - id_length);
    if (!before.empty() && (!before.ends_with("-") || before.ends_with("conmon-"))) return std::nullopt;
    const std::string_view id = component.substr(before.size());
    return is_hexadecimal(id) ? std::optional(std::string(id)) : std::nullopt;
}

std::optional<std::string> last_id_in(std::string_view path) {
    std::optional<std::string> found;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (auto id = id_in(path.substr(0, end))) found = std::move(id);
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return found;
}

constexpr int deepest_state = 8;

nlohmann::json parsed(std::string_view text) {
    auto json = parse_json(text, "", deepest_state);
    return json ? std::move(*json) : nlohmann::json();
}

// The text under the first of these keys that has one.
std::string first_of(const nlohmann::json& object, std::initializer_list<const char*> keys) {
    if (!object.is_object()) return {};
    for (const char* key : keys) {
        const auto found = object.find(key);
        if (found != object.end() && found->is_string()) return found->get<std::string>();
    }
    return {};
}

const nlohmann::json& member(const nlohmann::json& object, const char* key) {
    static const nlohmann::json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

// The keys of containerd's CRI plugin, of the kubelet (CRI-O, dockershim) and of nerdctl.
ContainerNames names_of_labels(const nlohmann::json& labels) {
    return {first_of(labels,
                     {"io.kubernetes.cri.container-name", "io.kubernetes.container.name", "nerdctl/name"}),
            first_of(labels, {"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"}),
            first_of(labels, {"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"})};
}

}  // namespace

std::string ContainerNames::joined() const {
    std::string all;
    for (const std::string* part : {&pod_space, &pod, &name}) {
        if (part->empty()) continue;
        all += (all.empty() ? "" : "/") + *part;
    }
    return all;
}

std::optional<std::string> container_id_of_cgroup(std::string_view cgroup) {
    std::optional<std::string> found;
    for (Lines lines(cgroup); lines.next();) {
        // "5:memory:/docker/…"
        const std::string_view line = lines.line();
        const std::size_t controllers = line.find(':');
        if (controllers == std::string_view::npos) continue;
        const std::size_t path = line.find(':', controllers + 1);
        if (path == std::string_view::npos) continue;
        if (auto id = last_id_in(line.substr(path + 1)); id && !found) found = std::move(id);
    }
    return found;
}

ContainerNames names_of_docker(std::string_view config) {
    const nlohmann::json json = parsed(config);
    ContainerNames names = names_of_labels(member(member(json, "Config"), "Labels"));
    if (!names.name.empty()) return names;
    names.name = first_of(json, {"Name"});
    if (names.name.starts_with("/")) names.name.erase(0, 1);
    return names;
}

ContainerNames names_of_bundle(std::string_view config) {
    return names_of_labels(member(parsed(config), "annotations"));
}

ContainerNames names_in_storage(std::string_view containers, std::string_view id) {
    const nlohmann::json list = parsed(containers);
    if (!list.is_array()) return {};
    for (const nlohmann::json& container : list) {
        if (first_of(container, {"id"}) != id) continue;
        const nlohmann::json& names = member(container, "names");
        if (names.is_array() && !names.empty() && names.front().is_string())
            return {names.front().get<std::string>(), {}, {}};
    }
    return {};
}

ContainerNames names_of_log(std::string_view file_name, std::string_view id) {
    const std::string ending = "-" + std::string(id) + ".log";
    if (id.empty() || !file_name.ends_with(ending)) return {};
    file_name.remove_suffix(ending.size());
    // No name of Kubernetes has an underscore.
    const std::size_t first = file_name.find('_');
    const std::size_t second = file_name.find('_', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return {};
    return {std::string(file_name.substr(second + 1)), std::string(file_name.substr(0, first)),
            std::string(file_name.substr(first + 1, second - first - 1))};
}

}  // namespace nmtx
