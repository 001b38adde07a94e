#include "base/json_fields.h"

#include <algorithm>

#include "base/cursor.h"

namespace nmtx {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view hex_digits = "0123456789abcdef";

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

}  // namespace

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

std::optional<std::string> text_of_json(const json& value) {
    if (const auto* text = value.get_ptr<const json::string_t*>()) return *text;
    if (!value.is_object() || !value.contains("hex")) return std::nullopt;
    const auto* hex = value.at("hex").get_ptr<const json::string_t*>();
    return hex == nullptr ? std::nullopt : text_of_hex(*hex);
}

Expected<json> parse_json(std::string_view text, std::string_view document, int deepest) {
    const auto shallow = [&](int depth, json::parse_event_t, json&) { return depth <= deepest; };
    try {
        json parsed = json::parse(text.begin(), text.end(), shallow);
        if (!parsed.is_discarded()) return parsed;
        return failure(std::string(document), "expected JSON, found something else");
    } catch (const json::parse_error& error) {
        const std::string_view before = text.substr(0, std::min(error.byte, text.size()));
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::string place = std::string(document) + ":" + std::to_string(line);
        const bool begun = text.find_first_not_of(" \t\r\n") != std::string_view::npos;
        if (begun && error.byte > text.size())
            return failure(place, "the JSON ends in the middle: it was cut, or is still being written");
        return failure(place, "expected JSON, found something else");
    } catch (const json::exception&) {
        return failure(std::string(document), "expected JSON, found an invalid number");
    }
}

JsonFields::JsonFields(const json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object_.is_object()) complain(std::string("expected an object, found ") + object_.type_name());
}

void JsonFields::read(const char* key, std::string& into) {
    const json* value = find(key);
    if (value == nullptr) return;
    auto text = text_of_json(*value);
    if (!text) return complain(key, "a text", *value);
    into = std::move(*text);
}

void JsonFields::read(const char* key, double& into) {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_number() || !std::isfinite(value->get<double>())) return complain(key, "a number", *value);
    into = value->get<double>();
}

void JsonFields::read(const char* key, bool& into) {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_boolean()) return complain(key, "true or false", *value);
    into = value->get<bool>();
}

void JsonFields::read_hex(const char* key, std::uint64_t& into) {
    const json* value = find(key);
    if (value == nullptr) return;
    const auto text = text_of_json(*value);
    if (!text) return complain(key, "a text", *value);
    const auto number = number_of_hex(*text);
    if (!number) return complain(std::string(key) + ": expected a hexadecimal number");
    into = *number;
}

const json* JsonFields::find(const char* key) const {
    if (!object_.is_object()) return nullptr;
    const auto it = object_.find(key);
    return it == object_.end() ? nullptr : &*it;
}

void JsonFields::complain(const char* key, const char* wanted, const json& found) {
    if (!wrong_) wrong_ = path(key) + ": expected " + wanted + ", found " + found.type_name();
}

void JsonFields::complain(const std::string& what) {
    if (!wrong_) wrong_ = path_.empty() ? what : path_ + ": " + what;
}

}  // namespace nmtx
