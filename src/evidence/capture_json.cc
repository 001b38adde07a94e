#include "evidence/capture_json.h"

#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

namespace nmtx {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int known_format = 1;
constexpr int deepest = 8;

constexpr std::string_view hex_digits = "0123456789abcdef";

ordered_json text_json(const std::string& text) {
    ordered_json plain = text;
    try {
        (void)plain.dump();
        return plain;
    } catch (const json::exception&) {
        std::string hex;
        for (const char c : text) {
            hex += hex_digits[static_cast<unsigned char>(c) >> 4U];
            hex += hex_digits[static_cast<unsigned char>(c) & 0xFU];
        }
        return {{"hex", hex}};
    }
}

// JSON has no infinity; a clock that gave one is no reason to lose the capture.
double finite(double value) {
    return std::isfinite(value) ? value : 0;
}

std::optional<std::string> text_of_hex(const std::string& hex) {
    if (hex.size() % 2 != 0) return std::nullopt;
    std::string text;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const std::size_t high = hex_digits.find(hex[i]);
        const std::size_t low = hex_digits.find(hex[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        text += static_cast<char>(high * 16 + low);
    }
    return text;
}

// Reads the values of one object and remembers the first that was not what its key calls for.
class Fields {
  public:
    Fields(const json& object, std::string path) : object_(object), path_(std::move(path)) {
        if (!object_.is_object()) wrong_ = path_ + ": expected an object, found " + object_.type_name();
    }

    [[nodiscard]] const std::optional<std::string>& wrong() const { return wrong_; }

    void read(const char* key, std::string& into) {
        const json* value = find(key);
        if (value == nullptr) return;
        if (const auto* text = value->get_ptr<const json::string_t*>()) {
            into = *text;
            return;
        }
        if (value->is_object() && value->contains("hex"))
            if (const auto* hex = value->at("hex").get_ptr<const json::string_t*>())
                if (auto text = text_of_hex(*hex)) {
                    into = std::move(*text);
                    return;
                }
        complain(key, "a text", *value);
    }
    void read(const char* key, double& into) {
        const json* value = find(key);
        if (value == nullptr) return;
        if (!value->is_number() || !std::isfinite(value->get<double>()))
            return complain(key, "a number", *value);
        into = value->get<double>();
    }
    template <typename T>
    void read_whole(const char* key, T& into) {
        const json* value = find(key);
        if (value == nullptr) return;
        const bool fits =
            value->is_number_unsigned() &&
            value->get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<T>::max());
        if (!fits) return complain(key, "a whole number", *value);
        into = static_cast<T>(value->get<std::uint64_t>());
    }
    // The value of the key, nothing where there is none.
    [[nodiscard]] const json* find(const char* key) const {
        if (!object_.is_object()) return nullptr;
        const auto it = object_.find(key);
        return it == object_.end() ? nullptr : &*it;
    }
    [[nodiscard]] std::string path(const char* key) const { return path_.empty() ? key : path_ + "." + key; }

    void complain(const char* key, const char* wanted, const json& found) {
        if (!wrong_) wrong_ = path(key) + ": expected " + wanted + ", found " + found.type_name();
    }

  private:
    const json& object_;
    std::string path_;
    std::optional<std::string> wrong_;
};

std::optional<std::string> read_header(const json& object, CaptureHeader& header) {
    Fields fields(object, "");
    if (fields.wrong()) return fields.wrong();
    if (fields.find("format") == nullptr) return "format: expected the number of the format, found none";
    fields.read_whole("format", header.format);
    if (!fields.wrong() && header.format != known_format)
        return "format: expected " + std::to_string(known_format) + ", found " +
               std::to_string(header.format);
    fields.read("nmtx_version", header.nmtx_version);
    fields.read_whole("pid", header.pid);
    fields.read_whole("start_ticks", header.start_ticks);
    fields.read("taken_at", header.taken_at);
    fields.read("target_uptime_s", header.target_uptime_s);
    fields.read("kernel_release", header.kernel_release);
    fields.read("effort", header.effort);
    fields.read_whole("page_size", header.page_size);
    if (!fields.wrong() && (header.page_size < 4096 || !std::has_single_bit(header.page_size)))
        return "page_size: expected a power of two from 4096 on, found " + std::to_string(header.page_size);
    if (const json* cost = fields.find("cost")) {
        Fields costs(*cost, "cost");
        costs.read("cpu_ms", header.cost.cpu_ms);
        costs.read("wall_ms", header.cost.wall_ms);
        costs.read("attach_ms", header.cost.attach_ms);
        if (costs.wrong()) return costs.wrong();
    }
    return fields.wrong();
}

// Calls `each` with every object of the list under `key`, and its place for messages.
template <typename Each>
std::optional<std::string> read_list(const json& object, const char* key, Each each) {
    Fields fields(object, "");
    const json* list = fields.find(key);
    if (list == nullptr) return std::nullopt;
    if (!list->is_array()) {
        fields.complain(key, "a list", *list);
        return fields.wrong();
    }
    std::size_t number = 0;
    for (const json& element : *list) {
        Fields one(element, std::string(key) + "[" + std::to_string(number++) + "]");
        if (!one.wrong()) each(one);
        if (one.wrong()) return one.wrong();
    }
    return std::nullopt;
}

}  // namespace

std::string capture_json(const Capture& capture) {
    const CaptureHeader& header = capture.header;
    ordered_json out;
    out["format"] = header.format;
    out["nmtx_version"] = text_json(header.nmtx_version);
    out["pid"] = header.pid;
    out["start_ticks"] = header.start_ticks;
    out["taken_at"] = text_json(header.taken_at);
    out["target_uptime_s"] = finite(header.target_uptime_s);
    out["kernel_release"] = text_json(header.kernel_release);
    out["effort"] = text_json(header.effort);
    out["page_size"] = header.page_size;
    out["cost"] = {{"cpu_ms", finite(header.cost.cpu_ms)},
                   {"wall_ms", finite(header.cost.wall_ms)},
                   {"attach_ms", finite(header.cost.attach_ms)}};
    out["steps"] = ordered_json::array();
    for (const Step& step : capture.steps())
        out["steps"].push_back({{"document", text_json(step.document)},
                                {"at_ms", finite(step.at_ms)},
                                {"took_ms", finite(step.took_ms)}});
    out["missing"] = ordered_json::array();
    for (const auto& [name, missing] : capture.missing_documents())
        out["missing"].push_back({{"document", text_json(name)},
                                  {"why", text_json(missing.why)},
                                  {"hint", text_json(missing.hint)}});
    return out.dump(2) + "\n";
}

Expected<void> read_capture_json(std::string_view text, Capture& capture, const std::string& where) {
    // What is nested deeper than any capture nests is dropped while it is parsed: it would only cost memory.
    const auto shallow = [](int depth, json::parse_event_t, json&) { return depth <= deepest; };
    const json parsed = json::parse(text.begin(), text.end(), shallow, false);
    if (parsed.is_discarded()) return failure(where, "expected JSON, found something else");
    auto wrong = read_header(parsed, capture.header);
    if (!wrong)
        wrong = read_list(parsed, "steps", [&](Fields& fields) {
            Step step;
            fields.read("document", step.document);
            fields.read("at_ms", step.at_ms);
            fields.read("took_ms", step.took_ms);
            capture.note_step(std::move(step));
        });
    if (!wrong)
        wrong = read_list(parsed, "missing", [&](Fields& fields) {
            std::string name;
            Missing missing;
            fields.read("document", name);
            fields.read("why", missing.why);
            fields.read("hint", missing.hint);
            capture.miss(name, std::move(missing));
        });
    if (wrong) return failure(where, *wrong);
    return {};
}

}  // namespace nmtx
